using System.Net.WebSockets;
using BtcChannels.Wire;

namespace BtcChannels.AspNetCore.Streams;

/// <summary>
/// The answers of a stream on their way out. Acknowledgements that follow each other become one, and what has gathered leaves in one message. Once the connection is lost,
/// answers go nowhere.
/// </summary>
internal sealed class StreamAnswers(WebSocket socket)
{
    private const int MaxFrames = 64;

    private readonly byte[] _frames = new byte[MaxFrames * StreamAnswer.Length];
    private int _length;
    private StreamAnswer? _acknowledged;
    private volatile bool _isSending;

    /// <summary>Whether the other side keeps a message waiting.</summary>
    public bool IsSending => _isSending;

    public void Acknowledge(ulong number, PaymentReceipt receipt) => _acknowledged = StreamAnswer.Acknowledge(number, receipt);

    public ValueTask RefuseAsync(StreamAnswer refusal)
    {
        PutAcknowledgement();
        Put(refusal);
        return _length > _frames.Length - (2 * StreamAnswer.Length) ? FlushAsync() : ValueTask.CompletedTask;
    }

    public async ValueTask FlushAsync()
    {
        PutAcknowledgement();
        if (_length == 0) return;
        try
        {
            _isSending = true;
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.SendAsync(_frames.AsMemory(0, _length), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception lost) when (IsLoss(lost))
        {
            socket.Abort();   // whoever reads from it hears of that
        }
        finally
        {
            _isSending = false;
            _length = 0;
        }
    }

    /// <summary>What a connection throws that is not there any more.</summary>
    public static bool IsLoss(Exception fault) => fault is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException;

    private void PutAcknowledgement()
    {
        if (_acknowledged is not { } acknowledged) return;
        Put(acknowledged);
        _acknowledged = null;
    }

    private void Put(StreamAnswer answer)
    {
        answer.Write(_frames.AsSpan(_length));
        _length += StreamAnswer.Length;
    }
}

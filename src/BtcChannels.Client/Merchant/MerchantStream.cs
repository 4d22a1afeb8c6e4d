using System.Net.WebSockets;
using BtcChannels.Wire;

namespace BtcChannels.Client;

/// <summary>A merchant's end of a stream of payments. Once anything goes wrong it is of no use any more; nothing is thrown for that, but for cancellation by the caller.</summary>
internal sealed class MerchantStream : IDisposable
{
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);

    private readonly ClientWebSocket _socket;
    private readonly CancellationTokenSource _limit;
    private readonly TimeSpan _patience;
    private readonly byte[] _received = new byte[64 * StreamAnswer.Length];
    private int _at;
    private int _filled;

    private MerchantStream(ClientWebSocket socket, TimeSpan patience, TimeProvider clock) =>
        (_socket, _patience, _limit) = (socket, patience, new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock));

    /// <summary>The number that the next payment sent has.</summary>
    public ulong Next { get; private set; } = 1;

    /// <returns>Null where there is none to be had: the merchant, or something on the way to him, does not do streams, or does not answer.</returns>
    public static async Task<MerchantStream?> ConnectAsync(
        HttpMessageInvoker http, string origin, ChannelId channel, AuthorizationHeader authorization, TimeSpan patience, TimeProvider clock, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        var socket = new ClientWebSocket();
        try
        {
            (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (s_keepAlive, s_keepAlive);
            socket.Options.SetRequestHeader("Authorization", authorization.ToString());
            var uri = new UriBuilder($"{origin}{DirectDoor.Path}/channels/{channel}/stream");
            uri.Scheme = uri.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
            await socket.ConnectAsync(uri.Uri, http, either.Token);
            return new(socket, patience, clock);
        }
        catch (Exception fault) when (IsLoss(fault) && !ct.IsCancellationRequested)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends payments, in order. Where that fails, <see cref="ReadAsync"/> tells it.</summary>
    public async Task SendAsync(IReadOnlyList<SignedPayment> payments, CancellationToken ct)
    {
        var frames = new byte[payments.Count * PaymentFrame.Length];
        for (var i = 0; i < payments.Count; i++) PaymentFrame.Write(payments[i], frames.AsSpan(i * PaymentFrame.Length));
        Next += (ulong)payments.Count;
        _limit.CancelAfter(_patience);
        try
        {
            await _socket.SendAsync(frames.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, ct);
        }
        catch (Exception lost) when (IsLoss(lost) && !ct.IsCancellationRequested)
        {
            _socket.Abort();
        }
    }

    /// <summary>Nothing that was sent waits for an answer.</summary>
    public void Rest() => _limit.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <returns>Null where the connection is lost or ended, or an answer took too long.</returns>
    public async ValueTask<StreamAnswer?> ReadAsync()
    {
        while (_filled - _at < StreamAnswer.Length)
        {
            _received.AsSpan(_at, _filled - _at).CopyTo(_received);
            (_at, _filled) = (0, _filled - _at);
            try
            {
                var read = await _socket.ReceiveAsync(_received.AsMemory(_filled), _limit.Token);
                if (read.MessageType != WebSocketMessageType.Binary) return null;
                _limit.CancelAfter(_patience);
                _filled += read.Count;
            }
            catch (Exception lost) when (IsLoss(lost))
            {
                return null;
            }
        }
        var answer = StreamAnswer.Read(_received.AsSpan(_at));
        _at += StreamAnswer.Length;
        return answer;
    }

    /// <summary>Says goodbye: <see cref="ReadAsync"/> then soon comes to its end.</summary>
    public async Task EndAsync()
    {
        _limit.CancelAfter(s_goodbye);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _limit.Token);
        }
        catch (Exception lost) when (IsLoss(lost))
        {
            // It is over either way.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _limit.Dispose();
    }

    private static bool IsLoss(Exception fault) =>
        fault is WebSocketException or OperationCanceledException or ObjectDisposedException || ConnectionLoss.Is(fault);
}

using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using BtcChannels.Wire;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>An answer of a stream, off the document.</summary>
internal sealed record StreamFrame(ulong Number, long Total, long Spent, int Status, int RetryAfter, string Problem);

/// <summary>A customer's end of a stream, by hand.</summary>
internal sealed class TestStream : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly byte[] _received = new byte[64];
    private int _filled;
    private ulong _answered;

    private TestStream(ClientWebSocket socket) => Socket = socket;

    public ClientWebSocket Socket { get; }

    public static Uri UriOf(MerchantApp app, TestCustomer customer) =>
        new UriBuilder(app.Once.BaseAddress!) { Scheme = "ws", Path = $"/channels/v1/channels/{customer.Id}/stream" }.Uri;

    public static async Task<TestStream> OpenAsync(MerchantApp app, TestCustomer customer)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", customer.Authorize(ChannelAction.Stream));
        await socket.ConnectAsync(UriOf(app, customer), CancellationToken.None);
        return new(socket);
    }

    public static TestStream Of(ClientWebSocket socket) => new(socket);

    public Task SendAsync(params PaymentBody[] payments) => SendAsync((byte[])[.. payments.SelectMany(TestCustomer.FrameOf)]);

    public Task SendAsync(byte[] bytes, bool endOfMessage = true) => Socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage, CancellationToken.None);

    /// <summary>The next answer; null where the merchant said goodbye.</summary>
    public async Task<StreamFrame?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        for (; _filled < _received.Length;)
        {
            var read = await Socket.ReceiveAsync(_received.AsMemory(_filled), limit.Token);
            if (read.MessageType == WebSocketMessageType.Close) return null;
            Assert.Equal(WebSocketMessageType.Binary, read.MessageType);
            _filled += read.Count;
        }
        _filled = 0;
        return new(
            BinaryPrimitives.ReadUInt64LittleEndian(_received), BinaryPrimitives.ReadInt64LittleEndian(_received.AsSpan(8)), BinaryPrimitives.ReadInt64LittleEndian(_received.AsSpan(16)),
            BinaryPrimitives.ReadUInt16LittleEndian(_received.AsSpan(24)), BinaryPrimitives.ReadUInt16LittleEndian(_received.AsSpan(26)), Encoding.ASCII.GetString(_received, 28, 36).TrimEnd('\0'));
    }

    /// <summary>Further answers up to the payment of this number, one for each payment: what one acknowledgement says of many is said of each.</summary>
    public async Task<List<StreamFrame>> ReadUpToAsync(ulong number)
    {
        var all = new List<StreamFrame>();
        while (_answered < number)
        {
            var answer = await ReadAsync() ?? throw new InvalidOperationException($"The merchant said goodbye after {_answered}: {Socket.CloseStatus} {Socket.CloseStatusDescription}");
            Assert.InRange(answer.Number, _answered + 1, number);
            if (answer.Status != 200) Assert.Equal(_answered + 1, answer.Number);
            for (; _answered < answer.Number; _answered++) all.Add(answer);
        }
        return all;
    }

    /// <summary>What the merchant says for goodbye, and one's own.</summary>
    public async Task<(WebSocketCloseStatus?, string?)> GoodbyeAsync()
    {
        Assert.Null(await ReadAsync());
        if (Socket.State == WebSocketState.CloseReceived) await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        return (Socket.CloseStatus, Socket.CloseStatusDescription);
    }

    public void Dispose() => Socket.Dispose();
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>
/// One kept-alive HTTP/1.1 connection that does as little as it can for a request: the machine's other core is for the server, and a client that shared
/// the load generator's core with a whole HTTP library would be what is measured.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _payment = new byte[512];
    private readonly byte[] _answer = new byte[2_048];

    public async Task ConnectAsync(int port) => await _socket.ConnectAsync(IPAddress.Loopback, port);

    /// <returns>The status.</returns>
    public ValueTask<int> PayAsync(byte[] head, ReadOnlyMemory<byte> payment)
    {
        head.CopyTo(_payment, 0);
        payment.Span.CopyTo(_payment.AsSpan(head.Length));
        return SendAsync(_payment.AsMemory(0, head.Length + payment.Length));
    }

    /// <param name="request">All of it.</param>
    /// <returns>The status.</returns>
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> request)
    {
        if (await _socket.SendAsync(request, SocketFlags.None) != request.Length) throw new IOException("A request was sent in part");
        var had = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(_answer.AsMemory(had), SocketFlags.None);
            if (read == 0) throw new IOException("The server hung up");
            had += read;
            if (IsWhole(_answer.AsSpan(0, had))) return ((_answer[9] - '0') * 100) + ((_answer[10] - '0') * 10) + (_answer[11] - '0');
        }
    }

    /// <summary>Everything of a payment's request before its 72 bytes.</summary>
    public static byte[] Head(ChannelId channel) => Encoding.ASCII.GetBytes(
        $"POST /channels/v1/channels/{channel}/payments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: {SignedLoad.PaymentLength}\r\n\r\n");

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        var at = answer[..end].IndexOf("Content-Length: "u8);
        var body = 0;
        if (at >= 0)
        {
            for (at += "Content-Length: ".Length; answer[at] is >= (byte)'0' and <= (byte)'9'; at++) body = (body * 10) + answer[at] - '0';
        }
        return answer.Length >= end + 4 + body;
    }
}

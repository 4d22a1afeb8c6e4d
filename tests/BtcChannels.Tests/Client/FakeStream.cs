using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using BtcChannels.Wire;

namespace BtcChannels.Tests.Client;

/// <summary>What a fake merchant does with a payment of a stream.</summary>
internal enum Mood { Answer, CutBefore, CutAfter, Refuse, Lie, SaySilly }

/// <summary>The merchant's end of a stream, within the process.</summary>
internal static class FakeStream
{
    /// <param name="judge">Status and problem for a payment; null status to cut the connection.</param>
    public static HttpResponseMessage Accept(HttpRequestMessage request, Func<ulong, SignedPayment, (Mood Mood, int Status, string Problem)> judge)
    {
        var (there, back) = (new Pipe(), new Pipe());
        var server = WebSocket.CreateFromStream(new Duplex(there.Reader.AsStream(), back.Writer.AsStream()), new WebSocketCreationOptions { IsServer = true });
        _ = Task.Run(() => ServeAsync(server, judge, back));
        var key = request.Headers.GetValues("Sec-WebSocket-Key").Single();
        // RFC 6455's constant, and its hash.
#pragma warning disable CA5350
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        var answer = new HttpResponseMessage(HttpStatusCode.SwitchingProtocols) { Content = new DuplexContent(new Duplex(back.Reader.AsStream(), there.Writer.AsStream())) };
        answer.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        answer.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        answer.Headers.TryAddWithoutValidation("Sec-WebSocket-Accept", accept);
        return answer;
    }

    private static async Task ServeAsync(WebSocket socket, Func<ulong, SignedPayment, (Mood Mood, int Status, string Problem)> judge, Pipe back)
    {
        var (buffer, filled, number) = (new byte[PaymentFrame.Length], 0, 0UL);
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None) is { MessageType: WebSocketMessageType.Binary } read)
            {
                if ((filled += read.Count) < buffer.Length) continue;
                filled = 0;
                Assert.True(PaymentFrame.TryRead(buffer, out var payment));
                var (mood, status, problem) = judge(++number, payment);
                if (mood is Mood.CutBefore or Mood.CutAfter) return;
                var total = (ulong)payment.Total.Satoshi + (mood == Mood.Lie ? 1UL : 0);
                var answer = new byte[StreamAnswer.Length];
                new StreamAnswer(mood == Mood.SaySilly ? number + 1 : number, new PaymentReceipt(total, 0), (ushort)status, 0, problem).Write(answer);
                await socket.SendAsync(answer, WebSocketMessageType.Binary, true, CancellationToken.None);
            }
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        finally
        {
            socket.Abort();
            await back.Writer.CompleteAsync();
        }
    }

    private sealed class DuplexContent(Stream both) : HttpContent
    {
        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(both);

        protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => both;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override bool TryComputeLength(out long length) => (length = 0) != 0;
    }

    private sealed class Duplex(Stream reading, Stream writing) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => reading.Read(buffer, offset, count);
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => reading.ReadAsync(buffer, cancellationToken);
        public override void Write(byte[] buffer, int offset, int count) => writing.Write(buffer, offset, count);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => writing.WriteAsync(buffer, cancellationToken);
        public override void Flush() => writing.Flush();
        public override Task FlushAsync(CancellationToken cancellationToken) => writing.FlushAsync(cancellationToken);
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                reading.Dispose();
                writing.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}

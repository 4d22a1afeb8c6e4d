using System.Net;

namespace BtcChannels.Server.Proxy;

/// <summary>A request's body, passed on as it comes, once.</summary>
internal sealed class PassedBody(HttpRequest request, Silence silence) : HttpContent
{
    private const int BufferSize = 16 * 1024;

    private int _isRead;

    /// <summary>What went wrong on the customer's side.</summary>
    public Exception? CustomersFault { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isRead, 1) != 0) throw new InvalidOperationException("A body that is passed on as it comes cannot be sent twice");
        var buffer = new byte[BufferSize];
        while (await ReadAsync(buffer, cancellationToken) is > 0 and var length)
        {
            silence.Send(isUpstreams: true);
            await stream.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        silence.Send(isUpstreams: true);   // now it is for the upstream to answer
    }

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }

    private async ValueTask<int> ReadAsync(byte[] buffer, CancellationToken ct)
    {
        silence.Send(isUpstreams: false);
        try
        {
            return await request.Body.ReadAsync(buffer, ct);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            CustomersFault = fault;
            throw;
        }
    }
}

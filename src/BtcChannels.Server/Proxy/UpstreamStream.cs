namespace BtcChannels.Server.Proxy;

/// <summary>An answer's body as it comes from the upstream. What goes wrong with it is an <see cref="UpstreamFault"/>.</summary>
internal sealed class UpstreamStream(Stream inner, Silence silence) : Stream
{
    /// <param name="cancellationToken">Not looked at: <see cref="Silence"/> knows when to give up.</param>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        silence.Begin();
        try
        {
            return await inner.ReadAsync(buffer, silence.Token);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or OperationCanceledException)
        {
            throw silence.Explain(failure);
        }
        finally
        {
            silence.End();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Answers are read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

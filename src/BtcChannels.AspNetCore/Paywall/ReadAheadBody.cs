namespace BtcChannels.AspNetCore.Paywall;

/// <summary>A body whose beginning was read already. The rest is neither held in memory nor on disk: it is as large as a customer likes.</summary>
internal sealed class ReadAheadBody(ReadOnlyMemory<byte> beginning, Stream rest) : Stream
{
    private ReadOnlyMemory<byte> _beginning = beginning;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _beginning.IsEmpty ? rest.ReadAsync(buffer, cancellationToken) : ValueTask.FromResult(Take(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => _beginning.IsEmpty ? rest.Read(buffer, offset, count) : Take(buffer.AsSpan(offset, count));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Take(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, _beginning.Length);
        _beginning.Span[..taken].CopyTo(buffer);
        _beginning = _beginning[taken..];
        return taken;
    }
}

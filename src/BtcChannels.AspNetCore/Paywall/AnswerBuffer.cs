using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>
/// Holds an answer back until it is whole, so that it can be kept for a repetition in the same step that charges for it. One that grows too large, or
/// that its handler declares to be a stream, goes on its way from there.
/// </summary>
internal sealed class AnswerBuffer(IHttpResponseBodyFeature inner, int limit) : Stream, IHttpResponseBodyFeature
{
    private readonly MemoryStream _held = new();
    private PipeWriter? _writer;
    private bool _isPassing;
    private bool _isWhole;
    private bool _isStreaming;

    /// <summary>The whole answer; null where a part of it left before the end.</summary>
    public byte[]? Whole => _isWhole ? _held.ToArray() : null;

    Stream IHttpResponseBodyFeature.Stream => this;

    PipeWriter IHttpResponseBodyFeature.Writer => _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>The handler is done: what is held goes out, as a whole.</summary>
    public async Task EndAsync()
    {
        if (_writer is not null) await _writer.CompleteAsync();
        if (_isPassing) return;
        _isWhole = true;
        await PassAsync(CancellationToken.None);
    }

    public void DisableBuffering()
    {
        // A handler that asks for this streams. What is held already goes out with what it writes next.
        _isStreaming = true;
        inner.DisableBuffering();
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_isPassing) await inner.StartAsync(cancellationToken);
    }

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await PassAsync(cancellationToken);
        await inner.SendFileAsync(path, offset, count, cancellationToken);
    }

    public async Task CompleteAsync()
    {
        await EndAsync();
        await inner.CompleteAsync();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (TryHold(buffer.Span)) return;
        await PassAsync(cancellationToken);
        await inner.Stream.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Many handlers flush what is whole: that alone does not make a stream.
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_isStreaming) await PassAsync(cancellationToken);
        if (_isPassing) await inner.Stream.FlushAsync(cancellationToken);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (TryHold(buffer.AsSpan(offset, count))) return;
        // Whether the server lets answers be written so is for it to say, with the first byte.
        if (!_isPassing)
        {
            _isPassing = true;
            inner.Stream.Write(_held.GetBuffer(), 0, (int)_held.Length);
        }
        inner.Stream.Write(buffer, offset, count);
    }

    public override void Flush()
    {
        if (_isPassing) inner.Stream.Flush();
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private bool TryHold(ReadOnlySpan<byte> part)
    {
        if (_isPassing || _isStreaming || _held.Length + part.Length > limit) return false;
        _held.Write(part);
        return true;
    }

    private async Task PassAsync(CancellationToken ct)
    {
        if (_isPassing) return;
        _isPassing = true;
        if (_held.Length > 0) await inner.Stream.WriteAsync(_held.GetBuffer().AsMemory(0, (int)_held.Length), ct);
    }
}

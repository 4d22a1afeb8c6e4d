using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// Reads and pays. Where units are kilobytes, it pays ahead of what it has read; where they are not, or the merchant counts otherwise, he falls silent when the money is used
/// up, and is asked then.
/// </summary>
internal sealed class PaidStream(Stream inner, VoucherFeed feed, HttpResponseMessage response) : Stream
{
    public const string Kilobyte = "kilobyte";
    public const string Second = "second";

    private const int KilobyteLength = 1_000;

    private readonly SpendingWatch _watch = new(feed, feed.Terms.Request.UnitType == Kilobyte ? 0 : feed.StreamAhead, isSilent: true);
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = inner.ReadAsync(buffer, cancellationToken).AsTask();
        await _watch.WaitAsync(reading, cancellationToken);
        var length = await reading;
        _read += length;
        if (length == 0)
        {
            await feed.EndAsync(response, cancellationToken);
            return 0;
        }
        if (feed.Terms.Request.UnitType == Kilobyte) await PayAheadAsync(cancellationToken);
        await _watch.CountAsync(cancellationToken);
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Pays by asking, which cannot be done without waiting: read asynchronously.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An answer that is paid as it is read has to be read asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            feed.End();
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task PayAheadAsync(CancellationToken ct)
    {
        var price = feed.Terms.Price;
        feed.Cost.Require(price.Times((_read + KilobyteLength - 1) / KilobyteLength));
        var next = (feed.Cost.SpentBefore + price.Times((_read / KilobyteLength) + 1)).RoundedUp;
        var raised = await feed.TryRaiseAsync(next, feed.UnitsAhead, feed.UnitsAhead / 2, ct);
        if (raised is null && next > feed.Authorized) raised = await feed.RaiseAsync(next, ct);
        if (raised is not null) await _watch.TakeAsync(raised, ct);
    }
}

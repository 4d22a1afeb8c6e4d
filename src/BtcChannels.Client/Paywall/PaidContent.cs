using System.Net;

namespace BtcChannels.Client;

/// <summary>The content of an answer that costs more as it goes on, and is paid as it is read.</summary>
internal sealed class PaidContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly VoucherFeed _feed;

    public PaidContent(HttpContent inner, VoucherFeed feed)
    {
        (_inner, _feed) = (inner, feed);
        foreach (var (name, values) in inner.Headers.NonValidated) Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() => new PaidStream(await _inner.ReadAsStreamAsync(), _feed);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var paid = new PaidStream(await _inner.ReadAsStreamAsync(cancellationToken), _feed);
        await paid.CopyToAsync(stream, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? -1;
        return length >= 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _feed.End();
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }
}

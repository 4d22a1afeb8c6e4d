using System.Net;

namespace BtcChannels.Client;

/// <summary>The content of an answer that costs more as it goes on, and is paid as it is read.</summary>
internal sealed class PaidContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly VoucherFeed _feed;
    private readonly HttpResponseMessage _response;

    /// <param name="response">Has the content so far; its receipt may come as a trailer.</param>
    /// <param name="feed">Pays.</param>
    public PaidContent(HttpResponseMessage response, VoucherFeed feed)
    {
        var inner = response.Content;
        (_inner, _feed, _response) = (inner, feed, response);
        foreach (var (name, values) in inner.Headers.NonValidated) Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() => new PaidStream(await _inner.ReadAsStreamAsync(), _feed, _response);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var paid = new PaidStream(await _inner.ReadAsStreamAsync(cancellationToken), _feed, _response);
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

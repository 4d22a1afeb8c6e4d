namespace BtcChannels.Tests.Client;

/// <summary>Where a merchant's public address leads to.</summary>
internal sealed class ShopHandler(Uri origin, Uri listening) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request.RequestUri!;
        Assert.Equal(origin.Authority, asked.Authority);
        request.RequestUri = new Uri(listening, asked.PathAndQuery);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = asked;
        }
    }
}

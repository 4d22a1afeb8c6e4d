namespace BtcChannels.Tests.AspNetCore;

/// <summary>Sends each request that is safe to repeat twice, and requires one answer. An offer has a fresh key each time, so it is sent once.</summary>
public sealed class StutteringHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath.EndsWith("/offers", StringComparison.Ordinal)) return await base.SendAsync(request, cancellationToken);
        using var first = await base.SendAsync(request, cancellationToken);
        var again = await base.SendAsync(request, cancellationToken);
        Assert.Equal(first.StatusCode, again.StatusCode);
        if (again.IsSuccessStatusCode)   // a problem's body may carry a fresh trace id
            Assert.Equal(await first.Content.ReadAsStringAsync(cancellationToken), await again.Content.ReadAsStringAsync(cancellationToken));
        return again;
    }
}

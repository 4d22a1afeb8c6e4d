using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BtcChannels.AspNetCore.Http;

/// <summary>Stands before every call of a door: lets nobody in who asks too much, and counts whom the door refuses.</summary>
internal sealed class RequestGate(IServiceProvider services)
{
    private const string Channel = "id";

    // Taken from the app once it runs; a request's own services would be a scope for each.
    private RequestLimiter? _limiter;

    private RequestLimiter Limiter => _limiter ??= services.GetRequiredService<RequestLimiter>();

    public static void Guard(IEndpointConventionBuilder door, IServiceProvider services)
    {
        var gate = new RequestGate(services);
        door.Add(endpoint =>
        {
            if (endpoint.RequestDelegate is { } behind) endpoint.RequestDelegate = http => gate.PassAsync(http, behind);
        });
    }

    private Task PassAsync(HttpContext http, RequestDelegate behind)
    {
        var from = ClientAddress.Of(http.Connection.RemoteIpAddress);
        var mayPass = http.Request.RouteValues[Channel] is string channel ? Limiter.TryUse(from, channel, out var retryAfter) : Limiter.TryOpen(from, out retryAfter);
        if (mayPass) return PassAsync(http, behind, from);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.RetryAfter = RequestLimiter.Seconds(retryAfter);
        return Problems.TooManyRequests().ExecuteAsync(http);
    }

    private async Task PassAsync(HttpContext http, RequestDelegate behind, ClientAddress from)
    {
        await behind(http);
        Limiter.Count(from, http.Response.StatusCode);   // with nothing left, the next request is not dealt with
    }
}

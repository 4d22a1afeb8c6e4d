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
        // 409 tells of the channel's state and comes to honest customers, too; 429 is no fault of the request.
        if (http.Response.StatusCode is >= 400 and < 500 and not (StatusCodes.Status409Conflict or StatusCodes.Status429TooManyRequests)) Limiter.CountRefusal(from);
    }
}

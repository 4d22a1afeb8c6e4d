using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Http;

/// <summary>An outage of disk or node is told as one, with the time to try again.</summary>
internal sealed class OutageFilter(ILogger<OutageFilter> log) : IEndpointFilter
{
    private const string PendingRetryAfterSeconds = "60";   // a block has to come

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        object? result;
        try
        {
            result = await next(context);
            if (result is INestedHttpResult { Result: IStatusCodeHttpResult { StatusCode: StatusCodes.Status429TooManyRequests } }) context.HttpContext.Response.Headers.RetryAfter = PendingRetryAfterSeconds;
        }
        catch (Exception outage) when (Outages.IsOutage(outage))
        {
            result = Outages.Problem(outage, log);
        }
        if (result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status503ServiceUnavailable } || result is INestedHttpResult { Result: IStatusCodeHttpResult { StatusCode: StatusCodes.Status503ServiceUnavailable } })
            context.HttpContext.Response.Headers.RetryAfter = Outages.RetryAfter;
        return result;
    }
}

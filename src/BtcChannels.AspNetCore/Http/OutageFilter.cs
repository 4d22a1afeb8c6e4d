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
        }
        catch (Exception outage) when (Outages.IsOutage(outage))
        {
            result = Outages.Problem(outage, log);
        }
        var status = (result is INestedHttpResult either ? either.Result : result) as IStatusCodeHttpResult;
        var retryAfter = status?.StatusCode switch
        {
            StatusCodes.Status429TooManyRequests => PendingRetryAfterSeconds,
            StatusCodes.Status503ServiceUnavailable => Outages.RetryAfter,
            _ => null,
        };
        if (retryAfter is not null) context.HttpContext.Response.Headers.RetryAfter = retryAfter;
        return result;
    }
}

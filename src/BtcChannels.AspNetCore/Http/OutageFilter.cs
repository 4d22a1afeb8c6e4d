using BtcChannels.Chain;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Http;

/// <summary>An outage of disk or node is told as one, with the time to try again.</summary>
internal sealed class OutageFilter(ILogger<OutageFilter> log) : IEndpointFilter
{
    private const string RetryAfterSeconds = "2";
    private const string PendingRetryAfterSeconds = "60";   // a block has to come

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            var result = await next(context);
            if (result is INestedHttpResult { Result: IStatusCodeHttpResult { StatusCode: StatusCodes.Status429TooManyRequests } }) context.HttpContext.Response.Headers.RetryAfter = PendingRetryAfterSeconds;
            if (result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status503ServiceUnavailable } || result is INestedHttpResult { Result: IStatusCodeHttpResult { StatusCode: StatusCodes.Status503ServiceUnavailable } })
                context.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            return result;
        }
        catch (StoreUnavailableException away)
        {
            log.Outage(away.Message);
            context.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            return Problems.StoreUnavailable();
        }
        catch (ChainUnavailableException away)
        {
            log.Outage(away.Message);
            context.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            return Problems.ChainUnavailable();
        }
    }
}

using BtcChannels.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace BtcChannels.Server.Proxy;

/// <summary>What a request is for, at the upstream; a feature of it.</summary>
/// <param name="Text">Path and query.</param>
internal sealed record ProxyTarget(string Text);

/// <summary>Stands before everything that is passed on: lets nothing by whose address could mean something else behind it, before anybody pays, and says what went wrong behind.</summary>
internal sealed class ProxyDoor(Upstream upstream, ILogger log, RequestDelegate behind)
{
    /// <summary>Metadata of endpoints that are passed on.</summary>
    public static object Mark { get; } = new Marked();

    private sealed class Marked;

    public async Task PassAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<Marked>() is null)
        {
            await behind(http);
            return;
        }
        if (!RequestTarget.TryRead(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, http.Request.Path.Value ?? "", out var target))
        {
            await ProblemAsync(http, StatusCodes.Status400BadRequest, "path-ambiguous", "The path has dots, doubled or coded slashes, backslashes, semicolons or what is no UTF-8: it could mean two things");
            return;
        }
        http.Features.Set(new ProxyTarget(target));
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = upstream.MaxBody;
        try
        {
            await behind(http);
        }
        catch (UpstreamFault fault)
        {
            log.UpstreamFailed(http.Request.Method, fault.Message);
            await EndAsync(http, fault);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
    }

    public static Task RefuseAsync(HttpContext http) => ProblemAsync(http, StatusCodes.Status404NotFound, "not-offered", "Nothing is offered at this address");

    private static Task EndAsync(HttpContext http, UpstreamFault fault)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();   // nobody is to take a part for the whole
            return Task.CompletedTask;
        }
        http.Response.Clear();
        return ProblemAsync(http, fault.Status, fault.Status == StatusCodes.Status504GatewayTimeout ? "upstream-timeout" : "upstream-failed", "The service behind did not answer as it should; nothing was charged");
    }

    private static Task ProblemAsync(HttpContext http, int status, string slug, string detail)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Problems.Make(slug, status, detail).ExecuteAsync(http);
    }
}

internal static partial class ProxyLog
{
    [LoggerMessage(1101, LogLevel.Warning, "The upstream failed at {Method}, and nothing was charged for it: {Why}")]
    public static partial void UpstreamFailed(this ILogger log, string method, string why);
}

using System.Globalization;
using BtcChannels.AspNetCore.Streams;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Http;

/// <summary>Opens streams of payments: a WebSocket, for whoever shows that the channel is his.</summary>
internal sealed class StreamEndpoint(IServiceProvider services)
{
    // A connection that is lost without a word is noticed so, and one that is used is kept open by whatever stands between.
    private static readonly WebSocketAcceptContext s_accept = new() { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(15) };

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder door)
    {
        // The middleware goes with the endpoint, so that an app need not add it.
        var pipeline = app.CreateApplicationBuilder();
        pipeline.UseWebSockets();
        pipeline.Run(new StreamEndpoint(app.ServiceProvider).RunAsync);
        door.MapMethods("/channels/{id}/stream", [HttpMethods.Get, HttpMethods.Connect], pipeline.Build());   // HTTP/1.1 upgrades a GET, HTTP/2 connects (RFC 8441)
    }

    private async Task RunAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        var merchant = services.GetRequiredService<Merchant>();
        var log = services.GetRequiredService<ILogger<StreamEndpoint>>();
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.Headers.Upgrade = "websocket";
            await Problems.NoWebSocket().ExecuteAsync(http);
            return;
        }
        ChannelId? id;
        ProblemHttpResult? problem = null;
        try
        {
            var fault = ChannelId.TryParse(http.Request.RouteValues["id"] as string, out id) ? await merchant.StreamFaultAsync(id, Shown(http.Request), http.RequestAborted) : CloseRejection.ChannelUnknown;
            if (fault is { } reason) problem = ChannelEndpoints.Unauthorized(http.Response, reason);
        }
        catch (Exception outage) when (Outages.IsOutage(outage))
        {
            id = null;
            http.Response.Headers.RetryAfter = Outages.RetryAfter;
            problem = Outages.Problem(outage, log);
        }
        if (problem is not null) await problem.ExecuteAsync(http);
        else await StreamAsync(http, id!, merchant.Lane(id!), log);
    }

    private async Task StreamAsync(HttpContext http, ChannelId id, PaymentLane lane, ILogger log)
    {
        var streams = services.GetRequiredService<OpenStreams>();
        using var socket = await http.WebSockets.AcceptWebSocketAsync(s_accept);
        var (limiter, from) = (services.GetRequiredService<RequestLimiter>(), ClientAddress.Of(http.Connection.RemoteIpAddress));
        using var stream = new PaymentStream(
            socket, lane, services.GetRequiredService<BtcChannelsOptions>(), status => limiter.Count(from, status), services.GetRequiredService<TimeProvider>(), log);
        streams.Enter(id, stream);
        try
        {
            await using var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => stream.End(StreamEnd.Stopping));
            await stream.RunAsync();
        }
        finally
        {
            streams.Leave(id, stream);
        }
    }

    /// <summary>A browser cannot give a WebSocket a header, so it may stand in the query. It is good for a minute, and lets nobody take money.</summary>
    private static AuthorizationHeader? Shown(HttpRequest request)
    {
        if (request.Headers.Authorization.Count > 0) return ChannelEndpoints.Shown(request);
        return long.TryParse(request.Query["time"], NumberStyles.None, CultureInfo.InvariantCulture, out var time) && WireSignature.TryParse(request.Query["signature"], out var signature)
            ? new(time, signature)
            : null;
    }
}

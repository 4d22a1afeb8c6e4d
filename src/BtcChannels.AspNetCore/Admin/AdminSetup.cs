using BtcChannels.AspNetCore;
using BtcChannels.AspNetCore.Admin;
using BtcChannels.AspNetCore.Http;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the operator's door to an app.</summary>
public static class AdminSetup
{
    /// <summary>
    /// Maps <c>/admin/v1</c>, for whoever shows the key, and the page <c>/admin</c> that uses it. It does not belong where customers come: give it a port of its own, an address that they do not reach, or a condition of the app's
    /// (<c>RequireHost</c> asks for what the caller says, and is none).
    /// </summary>
    /// <param name="app">What it is mapped in.</param>
    /// <param name="key">What the operator shows.</param>
    /// <param name="merchant">The services that the merchant was added to, where they are another app's. Default: this one's.</param>
    public static IEndpointConventionBuilder MapBtcChannelsAdmin(this IEndpointRouteBuilder app, AdminKey key, IServiceProvider? merchant = null)
    {
        var services = merchant ?? app.ServiceProvider;
        var calls = ActivatorUtilities.CreateInstance<AdminEndpoints>(services);
        var outages = new OutageFilter(services.GetRequiredService<ILogger<OutageFilter>>());
        var all = app.MapGroup("/admin");
        all.MapGet("/", () => AdminPage.Answer("dashboard.html", "text/html; charset=utf-8"));
        all.MapGet("/dashboard.js", () => AdminPage.Answer("dashboard.js", "text/javascript; charset=utf-8"));
        all.MapGet("/dashboard.css", () => AdminPage.Answer("dashboard.css", "text/css; charset=utf-8"));
        var door = all.MapGroup("/v1").AddEndpointFilter(outages).AddEndpointFilter((call, next) => Guard(call, next, key));
        door.MapGet("/stats", calls.StatsAsync);
        door.MapGet("/channels", calls.ListAsync);
        door.MapGet("/channels/{id}", calls.FindAsync);
        door.MapPost("/channels/{id}/close", calls.CloseAsync);
        door.MapPost("/close", calls.CloseAllAsync);
        door.MapGet("/drain", calls.IsDraining);
        door.MapPut("/drain", calls.Drain);
        door.MapDelete("/drain", calls.Fill);
        door.MapGet("/at-risk", calls.AtRiskAsync);
        door.MapGet("/alarms", calls.LastAlarms);
        return all;
    }

    private static ValueTask<object?> Guard(EndpointFilterInvocationContext call, EndpointFilterDelegate next, AdminKey key)
    {
        var http = call.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        if (key.IsShown(http.Request)) return next(call);
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return ValueTask.FromResult<object?>(Problems.NoAdminKey());
    }
}

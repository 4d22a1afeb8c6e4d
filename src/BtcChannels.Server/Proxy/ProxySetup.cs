using BtcChannels.AspNetCore;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Http.Features;

namespace BtcChannels.Server.Proxy;

/// <summary>Puts prices before a service that stands behind this one.</summary>
internal static class ProxySetup
{
    /// <exception cref="ArgumentException">A setting is missing or wrong.</exception>
    public static void MapPaywall(this WebApplication app, PaywallSettings settings)
    {
        if (settings.FindUpstream() is not { } upstream) return;
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var forwarder = new Forwarder(upstream, app.Services.GetRequiredService<BtcChannelsOptions>(), clock);
        app.Lifetime.ApplicationStopped.Register(forwarder.Dispose);
        app.Use(behind => new ProxyDoor(upstream, app.Logger, behind).PassAsync);
        var (rank, routes) = (0, settings.FindRoutes());
        foreach (var route in routes)
        {
            Check(app.Services, route);
            RequestDelegate serve = http => forwarder.ForwardAsync(http, route.By);
            var endpoint = route.Methods is null ? app.Map(route.Pattern, serve) : app.MapMethods(route.Pattern.RawText!, route.Methods, serve);
            endpoint.WithOrder(++rank).WithMetadata(ProxyDoor.Mark);   // the merchant's own addresses are of order 0, and come first
            Price(endpoint, route);
        }
        var others = app.Map("/{**path}", settings.OthersAreFree ? http => forwarder.ForwardAsync(http, PricedBy.Request) : ProxyDoor.RefuseAsync).WithOrder(int.MaxValue);
        if (settings.OthersAreFree) others.WithMetadata(ProxyDoor.Mark);
    }

    private static void Price(IEndpointConventionBuilder endpoint, PaidRoute route)
    {
        if (route.Price == MilliSatoshi.Zero) return;
        void Terms(AspNetCore.Paywall.PaymentTerms terms) => (terms.FreePerDay, terms.Description) = (route.FreePerDay, route.Description);
        if (route.By == PricedBy.Request) endpoint.RequirePayment(route.Price, Terms);
        else endpoint.RequireMeteredPayment(route.Price, route.By == PricedBy.Kilobyte ? "kilobyte" : "second", Terms);
    }

    // A constraint that nobody knows would be noticed by the first customer only.
    private static void Check(IServiceProvider services, PaidRoute route)
    {
        var policies = services.GetRequiredService<ParameterPolicyFactory>();
        try
        {
            foreach (var parameter in route.Pattern.Parameters)
                foreach (var reference in parameter.ParameterPolicies) policies.Create(parameter, reference);
        }
        catch (Exception unknown) when (unknown is InvalidOperationException or RouteCreationException)
        {
            throw new ArgumentException($"BtcChannels:Paywall:Routes: '{route.Pattern.RawText}': {unknown.Message}", unknown);
        }
    }
}

using BtcChannels;
using BtcChannels.AspNetCore.Paywall;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts prices on endpoints.</summary>
public static class PaywallSetup
{
    /// <summary>Each request costs this: <c>app.MapGet("/song", …).RequirePayment(25.Sat())</c>. On a group it holds for all of it; the innermost counts, and alone. <see cref="RequirePaymentAttribute"/> is within all groups.</summary>
    /// <param name="endpoints">An endpoint, a group or controllers.</param>
    /// <param name="price">Zero lets requests through unpaid.</param>
    /// <param name="configure">The other terms.</param>
    /// <exception cref="ArgumentException">A term is outside its range.</exception>
    /// <remarks>Razor pages and dynamically mapped controllers take the attribute instead: with this no request of the app is served.</remarks>
    public static TBuilder RequirePayment<TBuilder>(this TBuilder endpoints, MilliSatoshi price, Action<PaymentTerms>? configure = null) where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequirePayment(new PaymentTerms(price), configure);

    /// <summary>Each request costs what it is asked for.</summary>
    /// <param name="endpoints">An endpoint, a group or controllers.</param>
    /// <param name="price">The same for a request and its repetition with the payment. Zero lets it through unpaid.</param>
    /// <param name="configure">The other terms.</param>
    /// <exception cref="ArgumentException">A term is outside its range.</exception>
    public static TBuilder RequirePayment<TBuilder>(this TBuilder endpoints, Func<HttpContext, MilliSatoshi> price, Action<PaymentTerms>? configure = null) where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequirePayment(new PaymentTerms(http => ValueTask.FromResult(price(http))), configure);

    /// <inheritdoc cref="RequirePayment{TBuilder}(TBuilder, Func{HttpContext, MilliSatoshi}, Action{PaymentTerms})"/>
    public static TBuilder RequirePayment<TBuilder>(this TBuilder endpoints, Func<HttpContext, ValueTask<MilliSatoshi>> price, Action<PaymentTerms>? configure = null) where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequirePayment(new PaymentTerms(price), configure);

    /// <summary>Each unit that the handler delivers costs this: it counts them by <see cref="IPaymentMeter"/>.</summary>
    /// <param name="endpoints">An endpoint, a group or controllers.</param>
    /// <param name="price">Of one unit.</param>
    /// <param name="unit">What a unit is, such as <c>token</c> or <c>kilobyte</c>.</param>
    /// <param name="configure">The other terms.</param>
    /// <exception cref="ArgumentException">A term is outside its range.</exception>
    public static TBuilder RequireMeteredPayment<TBuilder>(this TBuilder endpoints, MilliSatoshi price, string unit, Action<PaymentTerms>? configure = null) where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequirePayment(new PaymentTerms(price) { Unit = unit, IsMetered = true }, configure);

    /// <summary>The meter of a request to a priced endpoint.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is not priced.</exception>
    public static IPaymentMeter PaymentMeter(this HttpContext http) =>
        http.Features.Get<IPaymentMeter>() ?? throw new InvalidOperationException("The endpoint is not priced: call RequirePayment or RequireMeteredPayment on it");

    private static TBuilder RequirePayment<TBuilder>(this TBuilder endpoints, PaymentTerms terms, Action<PaymentTerms>? configure) where TBuilder : IEndpointConventionBuilder
    {
        configure?.Invoke(terms);
        endpoints.Add(endpoint => endpoint.Metadata.Add(terms));
        // At the end, when it is known which terms are the innermost; once, though a group's and its endpoint's come here.
        endpoints.Finally(static endpoint =>
        {
            if (endpoint.Metadata.OfType<GuardedEndpoint>().Any()) return;
            if (endpoint.RequestDelegate is not { } serve || IsStandIn(endpoint))
                throw new NotSupportedException($"RequirePayment cannot stand before '{endpoint.DisplayName}', in whose place another endpoint serves: use [RequirePayment] on the page or the controller");
            var innermost = PaymentTerms.Of(endpoint.Metadata)!;
            endpoint.Metadata.Add(GuardedEndpoint.Mark);
            endpoint.Metadata.Add(new UnpaidResponse(innermost));
            var route = (endpoint as RouteEndpointBuilder)?.RoutePattern.RawText ?? endpoint.DisplayName ?? "";
            var services = endpoint.ApplicationServices;
            PaywallGate? gate = null;   // the app's own; a request's services would be a scope for each
            var methods = new System.Collections.Concurrent.ConcurrentDictionary<string, PricedEndpoint>(StringComparer.Ordinal);
            endpoint.RequestDelegate = http =>
            {
                var method = http.Request.Method;
                if (!methods.TryGetValue(method, out var priced))
                {
                    priced = new(method, route, innermost);
                    if (methods.Count < 16) methods.TryAdd(method, priced);   // methods are the caller's words
                }
                return (gate ??= services.GetRequiredService<PaywallGate>()).PassAsync(http, priced, serve);
            };
        });
        return endpoints;
    }

    // Of a Razor page, and of what is mapped dynamically, another endpoint is made once a request has come: without conventions.
    private static bool IsStandIn(EndpointBuilder endpoint) =>
        endpoint.Metadata.OfType<PageActionDescriptor>().Any() || endpoint.Metadata.OfType<IDynamicEndpointMetadata>().Any(it => it.IsDynamic);
}

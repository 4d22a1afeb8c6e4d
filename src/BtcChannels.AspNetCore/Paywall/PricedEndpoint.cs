using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>What a challenge is for: a method, a route and their terms. The price is of the request.</summary>
/// <param name="Method">The request's. What is asked for with <c>HEAD</c> is the price of <c>GET</c>.</param>
/// <param name="Route">Such as <c>/songs/{id}</c>.</param>
/// <param name="Terms">What it costs.</param>
internal sealed record PricedEndpoint(string Method, string Route, PaymentTerms Terms)
{
    private sealed record Bound(MilliSatoshi Price, string Text);

    private Bound? _last;   // most endpoints have one price

    public static PricedEndpoint Of(HttpContext http, PaymentTerms terms) => new(http.Request.Method, RouteOf(http.GetEndpoint()), terms);

    public static string RouteOf(Endpoint? endpoint) => (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? endpoint?.DisplayName ?? "";

    /// <summary>Stands in the challenge as <c>opaque</c>, which its id binds: what was challenged here, at this price, is redeemed here, at this price.</summary>
    public string Bind(MilliSatoshi price)
    {
        var last = _last;
        if (last?.Price == price) return last.Text;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{(HttpMethods.IsHead(Method) ? HttpMethods.Get : Method)} {Route}\n{price.Value}\n{Terms.Unit}\n{(Terms.IsMetered ? "metered" : "fixed")}"));
        var bound = new Bound(price, Base64Url.EncodeToString(hash.AsSpan(0, 16)));
        _last = bound;
        return bound.Text;
    }
}

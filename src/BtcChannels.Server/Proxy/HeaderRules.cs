using BtcChannels.Paywall;
using Microsoft.Extensions.Primitives;

namespace BtcChannels.Server.Proxy;

/// <summary>Which fields of requests and answers are passed on: all but those of one connection (RFC 9110 7.6.1), of the payment, and those that say who has passed something on.</summary>
internal static class HeaderRules
{
    private static readonly HashSet<string> s_hopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
    };

    private static readonly HashSet<string> s_notOfRequest = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Expect", "Forwarded", "X-Real-IP", PaymentScheme.AcceptHeader,
    };

    // RFC 9110 6.5.1: what frames, routes or authenticates a message is no trailer.
    private static readonly HashSet<string> s_notTrailer = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Length", "Content-Encoding", "Content-Type", "Content-Range", "Host", "Authorization", "WWW-Authenticate", "Set-Cookie", "Cache-Control", "Location",
    };

    /// <summary>The fields that a Connection field names. Of a request, Kestrel shows none of them where <c>close</c> or <c>keep-alive</c> stands beside them.</summary>
    public static IReadOnlySet<string> Named(StringValues connection) => connection.Count == 0
        ? (IReadOnlySet<string>)System.Collections.Frozen.FrozenSet<string>.Empty
        : connection.SelectMany(it => (it ?? "").Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);

    public static bool PassesUp(string name, IReadOnlySet<string> named) =>
        !s_hopByHop.Contains(name) && !named.Contains(name) && !s_notOfRequest.Contains(name) && !name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) && !name.StartsWith(':');

    public static bool PassesDown(string name, IReadOnlySet<string> named) =>
        !s_hopByHop.Contains(name) && !named.Contains(name) && !name.Equals(PaymentScheme.ReceiptHeader, StringComparison.OrdinalIgnoreCase);

    public static bool PassesAsTrailer(string name) => PassesDown(name, System.Collections.Frozen.FrozenSet<string>.Empty) && !s_notTrailer.Contains(name);

    /// <summary>The values of a field that are not of the Payment scheme.</summary>
    public static StringValues WithoutPayment(string name, StringValues values) =>
        name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || name.Equals("WWW-Authenticate", StringComparison.OrdinalIgnoreCase)
            ? values.Where(it => !IsPayment(it)).ToArray()
            : values;

    private static bool IsPayment(string? value) => value is not null && value.Split(',').Any(part =>
        part.AsSpan().TrimStart() is var text && text.StartsWith(PaymentScheme.Scheme, StringComparison.OrdinalIgnoreCase)
        && (text.Length == PaymentScheme.Scheme.Length || text[PaymentScheme.Scheme.Length] is ' ' or '\t'));
}

using System.Net;
using System.Net.Http.Headers;
using BtcChannels.AspNetCore;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace BtcChannels.Server.Proxy;

/// <summary>Makes of a customer's request the upstream's.</summary>
internal sealed class UpstreamRequest(Upstream upstream, BtcChannelsOptions options)
{
    private const string Via = "btcchannels";

    private readonly string _base = upstream.Url.GetLeftPart(UriPartial.Path).TrimEnd('/');
    private readonly Uri _origin = new(options.Origin);

    /// <param name="http">The customer's.</param>
    /// <param name="target">Path and query that it is for: <see cref="RequestTarget"/>.</param>
    /// <param name="socket">The WebSocket that it asks for; null where it asks for none.</param>
    /// <param name="silence">Of this exchange.</param>
    public HttpRequestMessage Make(HttpContext http, string target, SocketCall? socket, Silence silence)
    {
        var customers = http.Request;
        var request = new HttpRequestMessage(
            socket is not null ? HttpMethod.Get : HttpMethod.Parse(customers.Method),
            new Uri(_base + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));   // RequestTarget has looked at it
        (request.Version, request.VersionPolicy) = socket is not null ? (HttpVersion.Version11, HttpVersionPolicy.RequestVersionExact)
            : upstream.IsHttp2 ? (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact)
            : (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower);
        if (socket is null && http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true) request.Content = new PassedBody(customers, silence);
        Copy(customers, request);
        Tell(http, request.Headers);
        socket?.Ask(request.Headers);
        return request;
    }

    private void Copy(HttpRequest customers, HttpRequestMessage request)
    {
        var named = HeaderRules.Named(customers.Headers.Connection);
        foreach (var (name, all) in customers.Headers)
        {
            if (!HeaderRules.PassesUp(name, named) || HeaderRules.WithoutPayment(name, all) is not { Count: > 0 } values) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        if (upstream.KeepsHost) request.Headers.Host = customers.Host.Value;
        if (request.Content is not null && customers.Headers.Expect.ToString().Equals("100-continue", StringComparison.OrdinalIgnoreCase)) request.Headers.ExpectContinue = true;
        if (HttpProtocol.IsHttp2(customers.Protocol) && customers.Headers.TE.ToString().Contains("trailers", StringComparison.OrdinalIgnoreCase))
        {
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
            request.Headers.Connection.Add(HeaderNames.TE);
        }
    }

    /// <summary>Who asks, and for what, in this server's own words.</summary>
    private void Tell(HttpContext http, HttpRequestHeaders headers)
    {
        var from = http.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) : null;
        if (from is not null) headers.TryAddWithoutValidation("X-Forwarded-For", from.ToString());
        headers.TryAddWithoutValidation("X-Forwarded-Proto", _origin.Scheme);
        headers.TryAddWithoutValidation("X-Forwarded-Host", _origin.Authority);
        var node = from is null ? "unknown" : from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"\"[{from}]\"" : from.ToString();
        headers.TryAddWithoutValidation("Forwarded", $"for={node};host=\"{_origin.Authority}\";proto={_origin.Scheme}");
        headers.TryAddWithoutValidation(HeaderNames.Via, $"{http.Request.Protocol[(http.Request.Protocol.IndexOf('/', StringComparison.Ordinal) + 1)..]} {Via}");
    }
}

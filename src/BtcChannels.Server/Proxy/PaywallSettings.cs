using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BtcChannels.Server.Proxy;

/// <summary>Settings <c>BtcChannels:Paywall</c>: the service that stands behind this one, and what it costs. <see cref="ServerSettings.Help"/> lists them.</summary>
internal sealed class PaywallSettings
{
    public string? Upstream { get; set; }
    public string? UpstreamCertificates { get; set; }
    public bool UpstreamHttp2 { get; set; }
    public TimeSpan UpstreamTimeout { get; set; } = TimeSpan.FromSeconds(100);
    public bool KeepHost { get; set; }
    public long MaxBodyBytes { get; set; } = 30_000_000;
    public bool OthersAreFree { get; set; }
    public List<RouteSettings> Routes { get; set; } = [];

    /// <summary>What is served from behind; null where nothing is.</summary>
    /// <exception cref="ArgumentException">A setting is missing or wrong.</exception>
    public Upstream? FindUpstream()
    {
        if (Upstream is null)
        {
            if (Routes.Count > 0 || OthersAreFree) throw new ArgumentException("BtcChannels:Paywall:Upstream is missing: the address of the service that the routes are of");
            return null;
        }
        if (!Uri.TryCreate(Upstream, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            throw new ArgumentException($"BtcChannels:Paywall:Upstream has to be an http or https address without credentials, query and fragment, and is '{Upstream}'");
        if (UpstreamTimeout <= TimeSpan.Zero || UpstreamTimeout > TimeSpan.FromDays(1)) throw new ArgumentException("BtcChannels:Paywall:UpstreamTimeout is above zero, and a day at most");
        if (MaxBodyBytes < 0) throw new ArgumentException("BtcChannels:Paywall:MaxBodyBytes is at least 0");
        if (Routes.Count == 0 && !OthersAreFree) throw new ArgumentException("BtcChannels:Paywall:Routes is empty, so that nothing would be passed on: name a route, or set OthersAreFree");
        return new(url, Trusted(url), UpstreamHttp2, UpstreamTimeout, KeepHost, MaxBodyBytes == 0 ? null : MaxBodyBytes);
    }

    /// <summary>The routes, in the order in which they are asked: the most specific first, and of equals the one that stands first.</summary>
    /// <exception cref="ArgumentException">A setting is missing or wrong.</exception>
    public IReadOnlyList<PaidRoute> FindRoutes()
    {
        var routes = Routes.Select((route, index) => PaidRoute.Read(route, $"BtcChannels:Paywall:Routes:{index}")).ToList();
        for (var i = 0; i < routes.Count; i++)
            if (routes.FindIndex(routes[i].IsSame) is var first && first < i)
                throw new ArgumentException($"BtcChannels:Paywall:Routes:{i} is of the path of BtcChannels:Paywall:Routes:{first}, and of a method of it: which price counts?");
        return [.. routes.OrderBy(it => it.Pattern.InboundPrecedence)];
    }

    private X509Certificate2Collection? Trusted(Uri url)
    {
        if (UpstreamCertificates is null) return null;
        if (url.Scheme != Uri.UriSchemeHttps) throw new ArgumentException("BtcChannels:Paywall:UpstreamCertificates means nothing for an upstream without TLS");
        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPemFile(UpstreamCertificates);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"BtcChannels:Paywall:UpstreamCertificates: {unreadable.Message}", unreadable);
        }
        return trusted.Count > 0 ? trusted : throw new ArgumentException($"BtcChannels:Paywall:UpstreamCertificates: '{UpstreamCertificates}' holds no certificate (PEM)");
    }
}

/// <summary>What a part of the service costs, as it is set.</summary>
internal sealed class RouteSettings
{
    public string? Path { get; set; }
    public string? Methods { get; set; }
    public string? Price { get; set; }
    public string Per { get; set; } = "request";
    public int Free { get; set; }
    public string? Description { get; set; }
}

using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BtcChannels.Server;

/// <summary>What connections may cost before a request is understood, and whose word about the customer's address is taken.</summary>
internal static class ConnectionLimits
{
    /// <exception cref="ArgumentException">A limit is out of its range.</exception>
    public static void ApplyLimits(this ServerSettings settings, KestrelServerLimits limits)
    {
        try
        {
            limits.MaxConcurrentConnections = settings.MaxConnections;
            limits.MaxConcurrentUpgradedConnections = settings.MaxConnections;
            limits.MaxRequestHeadersTotalSize = settings.MaxHeaderBytes;
            limits.MaxRequestLineSize = settings.MaxHeaderBytes;
            limits.MaxRequestHeaderCount = settings.MaxHeaders;
            limits.RequestHeadersTimeout = settings.HeaderTimeout;
            limits.KeepAliveTimeout = settings.IdleTimeout;
        }
        catch (ArgumentOutOfRangeException wrong)
        {
            throw new ArgumentException("BtcChannels: MaxConnections, MaxHeaderBytes, MaxHeaders, HeaderTimeout and IdleTimeout are above zero", wrong);
        }
        // A buffer for the first line has to take it.
        limits.MaxRequestBufferSize = Math.Max(limits.MaxRequestBufferSize ?? 0, settings.MaxHeaderBytes);
    }

    /// <summary>Null where no proxy is trusted: then the address is the connection's, whatever a request says.</summary>
    /// <exception cref="ArgumentException">What is trusted is neither an address nor a network.</exception>
    public static ForwardedHeadersOptions? ForwardedHeaders(this ServerSettings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.TrustedProxies)) return null;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = Microsoft.AspNetCore.HttpOverrides.ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var trusted in settings.TrustedProxies.Split(',', StringSplitOptions.TrimEntries))
        {
            if (IPAddress.TryParse(trusted, out var address)) options.KnownProxies.Add(address);
            else if (System.Net.IPNetwork.TryParse(trusted, out var network)) options.KnownIPNetworks.Add(network);
            else throw new ArgumentException($"BtcChannels:TrustedProxies has addresses and networks, such as 10.0.0.1 or 10.0.0.0/8, and '{trusted}' is neither");
        }
        return options;
    }
}

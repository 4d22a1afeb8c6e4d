using System.Security.Cryptography.X509Certificates;

namespace BtcChannels.Server.Proxy;

/// <summary>The service that stands behind this one.</summary>
/// <param name="Url">Its address; the path of a request is put behind that of the address.</param>
/// <param name="Trusted">What its certificate has to be signed by; null for what the system trusts.</param>
/// <param name="IsHttp2">Whether it speaks HTTP/2 and nothing else, also without TLS.</param>
/// <param name="Timeout">How long it may be silent: until its answer begins, and within it.</param>
/// <param name="KeepsHost">Whether it sees the Host that the customer asked for, instead of its own.</param>
/// <param name="MaxBody">The largest body of a request, bytes; null for any.</param>
internal sealed record Upstream(Uri Url, X509Certificate2Collection? Trusted, bool IsHttp2, TimeSpan Timeout, bool KeepsHost, long? MaxBody)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Sends what it is given and hands back what comes: follows nothing, keeps nothing, decodes nothing.</summary>
    public HttpMessageInvoker Connect()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = System.Net.DecompressionMethods.None, ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true, ConnectTimeout = ConnectTimeout < Timeout ? ConnectTimeout : Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),   // a name may come to mean another address
            // One letter a byte, both ways, so that whatever letters there are arrive as they left.
            RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1, ResponseHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
        };
        if (Trusted is not null)
        {
            var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            chain.CustomTrustStore.AddRange(Trusted);
            handler.SslOptions.CertificateChainPolicy = chain;
        }
        return new(handler);
    }
}

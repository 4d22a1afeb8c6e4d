using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace BtcChannels.Server.Proxy;

/// <summary>A request for a WebSocket: by upgrade (RFC 6455), or over HTTP/2 by CONNECT (RFC 8441), which the upstream sees as an upgrade too.</summary>
internal sealed class SocketCall
{
    private const string Protocol = "websocket";

    private readonly IHttpUpgradeFeature? _upgrade;
    private readonly IHttpExtendedConnectFeature? _connect;

    private SocketCall(IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect) => (_upgrade, _connect) = (upgrade, connect);

    /// <returns>Null where no WebSocket is asked for.</returns>
    public static SocketCall? Of(HttpContext http)
    {
        if (http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: var protocol } connect)
            return Protocol.Equals(protocol, StringComparison.OrdinalIgnoreCase) ? new(null, connect) : null;
        return http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade && http.Request.Headers.Upgrade.ToString().Equals(Protocol, StringComparison.OrdinalIgnoreCase)
            ? new(upgrade, null) : null;
    }

    public void Ask(HttpRequestHeaders headers)
    {
        headers.TryAddWithoutValidation(HeaderNames.Connection, HeaderNames.Upgrade);
        headers.TryAddWithoutValidation(HeaderNames.Upgrade, Protocol);
        // Over HTTP/2 nobody has sent a key, and nobody asks for what is made of it.
        if (_connect is not null) headers.TryAddWithoutValidation(HeaderNames.SecWebSocketKey, Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
    }

    /// <summary>The upstream has agreed: so does this server.</summary>
    public async ValueTask<Stream> AcceptAsync(HttpContext http)
    {
        if (_connect is null)
        {
            http.Response.Headers.Upgrade = Protocol;
            return await _upgrade!.UpgradeAsync();
        }
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.Headers.Remove(HeaderNames.SecWebSocketAccept);
        return await _connect.AcceptAsync();
    }
}

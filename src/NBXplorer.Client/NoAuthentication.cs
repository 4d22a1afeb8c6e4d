using System.Net.WebSockets;

namespace NBXplorer;

/// <summary>For a server that asks nobody who he is.</summary>
internal sealed class NoAuthentication : ExplorerClient.IAuth
{
    public bool RefreshCache() => false;

    public void SetAuthorization(HttpRequestMessage message) => message.Headers.Authorization = null;

    public void SetWebSocketAuth(ClientWebSocket socket) { }
}

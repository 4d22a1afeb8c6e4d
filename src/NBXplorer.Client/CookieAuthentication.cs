using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;

namespace NBXplorer;

/// <summary>The cookie that a server writes to a file at every start.</summary>
internal sealed class CookieAuthentication(string path) : ExplorerClient.IAuth
{
    private volatile string _header;

    public bool RefreshCache()
    {
        try
        {
            _header = Convert.ToBase64String(Encoding.UTF8.GetBytes(File.ReadAllText(path)));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void SetAuthorization(HttpRequestMessage message)
    {
        if (_header is { } header) message.Headers.Authorization = new AuthenticationHeaderValue("Basic", header);
    }

    public void SetWebSocketAuth(ClientWebSocket socket)
    {
        if (_header is { } header) socket.Options.SetRequestHeader("Authorization", $"Basic {header}");
    }
}

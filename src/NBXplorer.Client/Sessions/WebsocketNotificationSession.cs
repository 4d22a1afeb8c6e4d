using System.Net.WebSockets;
using System.Text.Json;
using NBXplorer.Json;
using NBXplorer.Models;

namespace NBXplorer;

/// <summary>Events as they come, without those that were missed. For one caller at a time.</summary>
public class WebsocketNotificationSession : NotificationSessionBase, IDisposable
{
    private const int FrameSize = 16 * 1024;

    private readonly WebSocket _socket;

    internal WebsocketNotificationSession(ExplorerClient client, WebSocket socket) => (Client, _socket) = (client, socket);

    public ExplorerClient Client { get; }

    internal static async Task<WebsocketNotificationSession> ConnectAsync(ExplorerClient client, CancellationToken ct) =>
        new(client, await OpenAsync(client, new Uri(client.Address, $"v1/cryptos/connect?cryptoCode={client.CryptoCode}"), ct).ConfigureAwait(false));

    /// <exception cref="WebSocketException">The server closed, or the connection broke.</exception>
    public override async Task<NewEventBase> NextEventAsync(CancellationToken cancellation = default)
    {
        using var message = new MemoryStream();
        var frame = new byte[FrameSize];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(frame.AsMemory(), cancellation).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close) throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, "The server has closed the connection");
            message.Write(frame, 0, part.Count);
        }
        while (!part.EndOfMessage);
        try
        {
            using var json = JsonDocument.Parse(message.GetBuffer().AsMemory(0, (int)message.Length));
            return EventJson.Read(json.RootElement, Client.Serializer.Options);
        }
        catch (JsonException e)
        {
            throw Client.NotUnderstood(e);
        }
    }

    /// <summary>Ends the connection in order, as far as the server takes part.</summary>
    public async Task DisposeAsync(CancellationToken cancellation = default)
    {
        if (_socket.State == WebSocketState.Open)
            await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", cancellation).ConfigureAwait(false);
        Dispose();
    }

    public void Dispose()
    {
        _socket.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task SendAsync(object message, CancellationToken ct) =>
        _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), Client.Serializer.Options).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, ct).AsTask();

    private protected static async Task<WebSocket> OpenAsync(ExplorerClient client, Uri uri, CancellationToken ct)
    {
        var target = new UriBuilder(uri) { Scheme = uri.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri;
        try
        {
            return await OpenOnceAsync(client, target, ct).ConfigureAwait(false);
        }
        // The handshake does not tell its refusals apart in every version: a new cookie may help.
        catch (WebSocketException) when (client.Auth.RefreshCache())
        {
            return await OpenOnceAsync(client, target, ct).ConfigureAwait(false);
        }
    }

    private static async Task<WebSocket> OpenOnceAsync(ExplorerClient client, Uri target, CancellationToken ct)
    {
        var socket = new ClientWebSocket();
        try
        {
            client.Auth.SetWebSocketAuth(socket);
            await socket.ConnectAsync(target, ct).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

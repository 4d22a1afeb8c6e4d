using System.Net.WebSockets;
using NBXplorer.Models;

namespace NBXplorer;

/// <summary>Those events as they come that were asked for.</summary>
public class WebsocketNotificationSessionLegacy : WebsocketNotificationSession
{
    internal WebsocketNotificationSessionLegacy(ExplorerClient client, WebSocket socket) : base(client, socket) { }

    internal static new async Task<WebsocketNotificationSessionLegacy> ConnectAsync(ExplorerClient client, CancellationToken ct) =>
        new(client, await OpenAsync(client, client.Of("connect"), ct).ConfigureAwait(false));

    public Task ListenNewBlockAsync(CancellationToken cancellation = default) =>
        SendAsync(new { type = "subscribeblock", data = new { cryptoCode = Client.CryptoCode } }, cancellation);

    public Task ListenTrackedSourcesAsync(TrackedSource[] trackedSources, CancellationToken cancellation = default) =>
        SendAsync(new { type = "subscribetransaction", data = new { cryptoCode = Client.CryptoCode, trackedSources = trackedSources.Select(it => it.ToString()).ToArray() } }, cancellation);

    public Task ListenAllTrackedSourceAsync(bool allCryptoCodes = false, CancellationToken cancellation = default) =>
        SendAsync(new { type = "subscribetransaction", data = new { cryptoCode = allCryptoCodes ? "*" : Client.CryptoCode, listenAllTrackedSource = true } }, cancellation);
}

using System.Net.Sockets;
using System.Net.WebSockets;
using NBXplorer;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>
/// Listens on a websocket for as long as somebody waits, and cuts the wait short when something comes. Nothing depends on it: what comes is asked for by its id, and where
/// the socket is away, the wait just ends by itself.
/// </summary>
internal sealed class NBXplorerWakeUp(ExplorerClient client, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _news = new(0, 1);
    private Task _listening = Task.CompletedTask;
    private long? _failedAt;

    /// <summary>Ends when something came, and after <paramref name="atMost"/> in any case.</summary>
    public async Task WaitAsync(string? group, TimeSpan atMost, CancellationToken ct)
    {
        if (group is not null && _listening.IsCompleted && (_failedAt is not { } failed || time.GetElapsedTime(failed) >= s_retryAfter)) _listening = ListenAsync(group);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(_news.WaitAsync(over.Token), Task.Delay(atMost, time, over.Token));
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        _news.Dispose();
    }

    private async Task ListenAsync(string group)
    {
        try
        {
            using var session = await client.CreateWebsocketNotificationSessionLegacyAsync(_end.Token);
            await session.ListenNewBlockAsync(_end.Token);
            await session.ListenTrackedSourcesAsync([new GroupTrackedSource(group)], _end.Token);
            while (true)
            {
                await session.NextEventAsync(_end.Token);
                if (_news.CurrentCount == 0) _news.Release();
            }
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            _failedAt = time.GetTimestamp();   // polling goes on; it is tried again later
        }
    }
}

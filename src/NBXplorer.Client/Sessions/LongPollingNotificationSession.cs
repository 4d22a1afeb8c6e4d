using System.Globalization;
using System.Text.Json;
using NBXplorer.Json;
using NBXplorer.Models;

namespace NBXplorer;

/// <summary>Events by their ids, those that were missed included. For one caller at a time.</summary>
public class LongPollingNotificationSession : NotificationSessionBase
{
    private const int PageSize = 30;

    private readonly Queue<NewEventBase> _told = new();

    /// <param name="lastEventId">The last event that is known.</param>
    public LongPollingNotificationSession(long lastEventId, ExplorerClient client) => (LastEventId, Client) = (lastEventId, client);

    public ExplorerClient Client { get; }

    public long LastEventId { get; private set; }

    public override async Task<NewEventBase> NextEventAsync(CancellationToken cancellation = default)
    {
        while (_told.Count == 0)
            foreach (var told in await GetEventsAsync(LastEventId, PageSize, true, cancellation).ConfigureAwait(false)) _told.Enqueue(told);
        var next = _told.Dequeue();
        LastEventId = next.EventId;
        return next;
    }

    /// <param name="lastEventId">Those after this one.</param>
    /// <param name="limit">How many at most; null for the server's choice.</param>
    /// <param name="longPolling">Whether the server answers only when there are some, be it never.</param>
    /// <returns>Oldest first.</returns>
    public Task<NewEventBase[]> GetEventsAsync(long lastEventId = 0, int? limit = null, bool longPolling = false, CancellationToken cancellation = default)
    {
        List<string> query = [];
        if (lastEventId != 0) query.Add(string.Create(CultureInfo.InvariantCulture, $"lastEventId={lastEventId}"));
        if (limit is { } most) query.Add(string.Create(CultureInfo.InvariantCulture, $"limit={most}"));
        if (longPolling) query.Add("longPolling=True");
        return ReadAsync(query.Count == 0 ? "events" : $"events?{string.Join('&', query)}", cancellation);
    }

    /// <returns>The last ones, oldest first.</returns>
    public Task<NewEventBase[]> GetLatestEventsAsync(int limit = 10, CancellationToken cancellation = default) =>
        ReadAsync(string.Create(CultureInfo.InvariantCulture, $"events/latest?limit={limit}"), cancellation);

    private async Task<NewEventBase[]> ReadAsync(string path, CancellationToken ct)
    {
        var events = await Client.GetAsync<JsonElement[]>(path, ct).ConfigureAwait(false) ?? [];
        try
        {
            return [.. events.Select(it => EventJson.Read(it, Client.Serializer.Options))];
        }
        catch (JsonException e)
        {
            throw Client.NotUnderstood(e);
        }
    }
}

using System.Collections.Concurrent;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Counts the requests that were let through unpaid, by address and endpoint, a day of UTC.</summary>
internal sealed class FreeRequests(TimeProvider clock)
{
    // Of so many addresses at most: beyond that, a day's further ones pay from the first request on.
    private const int Most = 100_000;

    private Day _today = new(0);

    /// <param name="endpoint">Its route: methods are the caller's words.</param>
    /// <param name="from">Who asks.</param>
    /// <param name="allowed">A day, of UTC.</param>
    public bool TryUse(string endpoint, ClientAddress from, int allowed)
    {
        if (allowed == 0) return false;
        var number = clock.GetUtcNow().ToUnixTimeSeconds() / 86_400;
        var today = Volatile.Read(ref _today);
        if (today.Number != number) Interlocked.CompareExchange(ref _today, new Day(number), today);
        today = Volatile.Read(ref _today);
        if (!today.Used.ContainsKey((endpoint, from)) && today.Used.Count >= Most) return false;   // counting stops all others
        return today.Used.AddOrUpdate((endpoint, from), 1, static (_, used) => used < int.MaxValue ? used + 1 : used) <= allowed;
    }

    private sealed record Day(long Number)
    {
        public ConcurrentDictionary<(string, ClientAddress), int> Used { get; } = new();
    }
}

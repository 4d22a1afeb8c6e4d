using System.Collections.Concurrent;

namespace BtcChannels.AspNetCore;

/// <summary>Wakes those who wait for a customer's next payment, through whichever door it comes. Payments at other instances are not told.</summary>
public sealed class RaisedTotals
{
    private readonly ConcurrentDictionary<ChannelId, TaskCompletionSource> _waiting = new();
    private int _count;   // so that a payment that nobody waits for costs nothing

    /// <summary>Ends with the next payment on the channel. Ask before looking at the balance.</summary>
    public Task NextAsync(ChannelId id)
    {
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Increment(ref _count);   // first: never less than there are
        var waiting = _waiting.GetOrAdd(id, fresh);
        if (waiting != fresh) Interlocked.Decrement(ref _count);
        return waiting.Task;
    }

    /// <summary>Nobody pays, and whoever waited is gone; others who wait look once more, and wait again.</summary>
    public void Leave(ChannelId id) => Tell(id);

    internal void Tell(ChannelId id)
    {
        if (Volatile.Read(ref _count) == 0 || !_waiting.TryRemove(id, out var waiting)) return;
        Interlocked.Decrement(ref _count);
        waiting.TrySetResult();
    }
}

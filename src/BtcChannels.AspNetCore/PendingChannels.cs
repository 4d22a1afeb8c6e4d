using BtcChannels.Storage;

namespace BtcChannels.AspNetCore;

/// <summary>
/// Keeps within bounds how many channels wait for their deposit: in all, by the store's count, and from each address, as this process remembers since its start. What is
/// on its way into the store counts.
/// </summary>
public sealed class PendingChannels(IMerchantStore store, MerchantPolicy policy, BtcChannelsOptions options, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Queue<(DateTimeOffset Since, ClientAddress From, ChannelId Id)> _remembered = new();
    private readonly Dictionary<ClientAddress, HashSet<ChannelId>> _waiting = [];
    private int _underway;

    /// <summary>Takes a place for a channel that is about to be added.</summary>
    /// <param name="from">Where it is opened from.</param>
    /// <param name="id">The channel.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The place, which goes unless it is kept, or why there is none.</returns>
    public async Task<(Place? Place, OpenRejection? Refusal)> EnterAsync(ClientAddress from, ChannelId id, CancellationToken ct)
    {
        var place = new Place(this, from, id);
        if (!TryRemember(from, id))
        {
            // Some may have been mined or given up since: the store knows, whoever wrote it.
            foreach (var waiting in WaitingFrom(from))
                if (await store.FindAsync(waiting, ct) is not { DepositHeight: null, State: MerchantState.Pending or MerchantState.Open }) Forget(from, waiting);
            if (!TryRemember(from, id)) return (null, OpenRejection.TooManyPendingFromAddress);
        }
        try
        {
            var others = Interlocked.Increment(ref _underway) - 1;
            if (others + (await store.AwaitedAsync(ct)).Count < options.Limits.Pending) return (place, null);
        }
        catch
        {
            place.Dispose();
            throw;
        }
        place.Dispose();
        return (null, OpenRejection.TooManyPending);
    }

    private bool TryRemember(ClientAddress from, ChannelId id)
    {
        lock (_gate)
        {
            ForgetOld();
            if (!_waiting.TryGetValue(from, out var mine)) _waiting.Add(from, mine = []);
            if (mine.Count >= options.Limits.PendingFromAddress && !mine.Contains(id)) return false;
            if (mine.Add(id)) _remembered.Enqueue((clock.GetUtcNow(), from, id));
            return true;
        }
    }

    // Longer than that none waits: it is given up.
    private void ForgetOld()
    {
        var since = clock.GetUtcNow() - policy.PendingLifetime;
        while (_remembered.TryPeek(out var oldest) && oldest.Since < since)
        {
            _remembered.Dequeue();
            ForgetLocked(oldest.From, oldest.Id);
        }
    }

    private List<ChannelId> WaitingFrom(ClientAddress from)
    {
        lock (_gate) return _waiting.TryGetValue(from, out var mine) ? [.. mine] : [];
    }

    private void Forget(ClientAddress from, ChannelId id)
    {
        lock (_gate) ForgetLocked(from, id);
    }

    private void ForgetLocked(ClientAddress from, ChannelId id)
    {
        if (_waiting.TryGetValue(from, out var mine) && mine.Remove(id) && mine.Count == 0) _waiting.Remove(from);
    }

    /// <summary>A place among the channels that wait, held while the channel is being added.</summary>
    public sealed class Place : IDisposable
    {
        private readonly PendingChannels _all;
        private readonly ClientAddress _from;
        private readonly ChannelId _id;
        private bool _isKept;

        internal Place(PendingChannels all, ClientAddress from, ChannelId id) => (_all, _from, _id) = (all, from, id);

        /// <summary>The channel is in the store.</summary>
        public void Keep() => _isKept = true;

        public void Dispose()
        {
            Interlocked.Decrement(ref _all._underway);
            if (!_isKept) _all.Forget(_from, _id);
        }
    }
}

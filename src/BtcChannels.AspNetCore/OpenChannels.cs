using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using BtcChannels.Storage;

namespace BtcChannels.AspNetCore;

/// <summary>
/// The open channels, kept in memory so that a payment reads nothing. The store decides all the same: a payment is written only onto the version that it
/// was judged by, and what is kept is thrown away when that has moved on or the write has failed. So this may be behind, as it is when another
/// instance has taken a payment, and never lets anything through that the store would not.
/// </summary>
public sealed class OpenChannels(IMerchantStore store, HeldChannels held, RaisedTotals raises, MerchantPolicy policy)
{
    private readonly ConcurrentDictionary<ChannelId, KeptChannel> _kept = new();
    private readonly ConcurrentDictionary<ChannelId, TaskCompletionSource> _paused = new();   // and when that is over

    /// <summary>How many are in memory.</summary>
    public int Count => _kept.Count;

    /// <summary>Judges a payment, and when it is good, answers once it is on disk.</summary>
    /// <exception cref="StoreUnavailableException">It could not be written, or the one that it repeats; nothing of it was accepted.</exception>
    public async ValueTask<PaymentOutcome> PayAsync(ChannelId id, SignedPayment payment, Moment now, CancellationToken ct)
    {
        while (true)
        {
            if (await FindAsync(id, ct) is not { } kept) return new PaymentOutcome.Refused(PaymentRejection.ChannelUnknown);
            if (kept.IsHeld)
            {
                var answer = await held.PayAsync(id, payment, policy, now, ct);
                if (answer is PaymentOutcome.Accepted) raises.Tell(id);
                if (answer is not null) return answer;
                continue;
            }
            if (await EndAsync(id, kept, kept.BeginPayment(payment, now, policy, store)) is { } outcome)
            {
                if (outcome is PaymentOutcome.Accepted) raises.Tell(id);
                return outcome;
            }
        }
    }

    /// <summary>Reads what is open, so that nobody's first payment has to. Payments may come meanwhile.</summary>
    public async Task FillAsync(CancellationToken ct)
    {
        await foreach (var channel in store.PayableAsync(ct)) Keep(channel);
    }

    /// <summary>The channel, if it is in memory.</summary>
    internal bool TryGet(ChannelId id, [NotNullWhen(true)] out KeptChannel? kept) => _kept.TryGetValue(id, out kept);

    /// <summary>The channel, from memory or from the store; null where there is none.</summary>
    internal ValueTask<KeptChannel?> FindAsync(ChannelId id, CancellationToken ct) =>
        _kept.TryGetValue(id, out var kept) ? ValueTask.FromResult<KeptChannel?>(kept) : new(ReadAsync(id, ct));

    /// <summary>Waits for what was begun on a channel to be on disk, and throws the channel away where it is behind the store.</summary>
    /// <returns>Null where nothing was decided: find it again, and judge anew.</returns>
    /// <exception cref="StoreUnavailableException">It, or what it builds on, could not be written.</exception>
    internal async ValueTask<TOutcome?> EndAsync<TOutcome>(ChannelId id, KeptChannel kept, KeptChannel.Begun<TOutcome>? begun) where TOutcome : class
    {
        try
        {
            return begun is { } it ? await kept.EndAsync(it) : null;
        }
        finally
        {
            if (kept.IsBehind) _kept.TryRemove(new(id, kept));
        }
    }

    /// <summary>Throws away what is older than a version that the store has.</summary>
    internal void DropIfOlder(ChannelId id, long version)
    {
        if (_kept.TryGetValue(id, out var kept) && kept.Version < version) _kept.TryRemove(new(id, kept));
    }

    /// <summary>Throws it away where the store has a newer version: another instance's. For what is decided without a write, and would otherwise be believed for ever.</summary>
    internal async ValueTask<bool> DropIfOutdatedAsync(ChannelId id, KeptChannel kept, CancellationToken ct)
    {
        if (await store.FindAsync(id, ct) is not { } stored || stored.Version <= kept.StoredVersion) return false;
        _kept.TryRemove(new(id, kept));
        return true;
    }

    /// <summary>The channel was written otherwise than by a payment.</summary>
    public void Forget(ChannelId id)
    {
        _kept.TryRemove(id, out _);
        if (_paused.TryRemove(id, out var over)) over.TrySetResult();
    }

    /// <summary>Lets payments on a channel wait before they are judged: <see cref="ChannelTurn"/>.</summary>
    /// <returns>Null where they do; what to wait for where somebody else lets them wait.</returns>
    internal Task? TryPause(ChannelId id, TaskCompletionSource over) => _paused.GetOrAdd(id, over) is var first && first == over ? null : first.Task;

    /// <summary>Waits until nothing that was judged here is under way. Nothing is judged any more: <see cref="TryPause"/>.</summary>
    internal async ValueTask EmptyAsync(ChannelId id)
    {
        if (_kept.TryRemove(id, out var kept)) await kept.RetireAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    internal void Resume(ChannelId id, TaskCompletionSource over)
    {
        _paused.TryRemove(new(id, over));
        over.TrySetResult();
    }

    private async Task<KeptChannel?> ReadAsync(ChannelId id, CancellationToken ct)
    {
        while (true)
        {
            if (_paused.TryGetValue(id, out var over)) await over.Task.WaitAsync(ct);
            if (await store.FindAsync(id, ct) is not { } channel) return null;
            var kept = Keep(new PayableChannel(channel));
            if (!_paused.ContainsKey(id)) return kept;
            _kept.TryRemove(new(id, kept));
        }
    }

    // Only what can be paid to is worth keeping; one that pends will soon have another state.
    private KeptChannel Keep(PayableChannel channel) => channel is { Obstacle: null, IsHeld: false } ? _kept.GetOrAdd(channel.Id, static (_, it) => new KeptChannel(it), channel) : new KeptChannel(channel);
}

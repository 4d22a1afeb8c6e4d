using BtcChannels.Storage.Postgres;

namespace BtcChannels.AspNetCore;

/// <summary>
/// Whether this instance is the one that follows the chain: of instances that share a store, one does, and another one takes over within a minute of its end. An instance
/// that has its store to itself always is.
/// </summary>
/// <param name="shared">The store that is shared; null for one that is not.</param>
public sealed class WatchDuty(PostgresMerchantStore? shared, TimeProvider clock)
{
    private static readonly TimeSpan RenewAfter = PostgresMerchantStore.WatchLease / 3;

    private volatile bool _isHeld;
    private long _heldSince;

    /// <summary>Another number than before where another instance has had the duty in between, and what was to be watched may have changed.</summary>
    public long Tenure { get; private set; }

    public bool IsShared => shared is not null;

    /// <summary>As far as this instance knows: it may have slept, and another has taken over.</summary>
    public bool IsOurs => shared is null || _isHeld;

    /// <summary>Takes the duty or keeps it. Whoever's node does not answer had better not ask.</summary>
    /// <returns>False where another instance has it.</returns>
    public async Task<bool> TakeAsync(CancellationToken ct)
    {
        if (shared is null) return true;
        var asked = clock.GetTimestamp();   // the lease is counted from then at the earliest
        var tenure = await shared.TryWatchAsync(ct);
        if (tenure is not null) (Tenure, _heldSince) = (tenure.Value, asked);
        return _isHeld = tenure is not null;
    }

    /// <summary>To be called between the steps of what takes long: renews in time, and ends the work when another instance has taken over meanwhile.</summary>
    /// <exception cref="BtcChannels.Storage.StoreUnavailableException">Another has, or the store does not answer.</exception>
    public async ValueTask KeepAsync(CancellationToken ct)
    {
        if (shared is null || !_isHeld || clock.GetElapsedTime(_heldSince) < RenewAfter) return;
        if (!await TakeAsync(ct)) throw shared.WatchLost();
    }

    /// <summary>Lets another instance try.</summary>
    public async Task LeaveAsync()
    {
        if (shared is null || !_isHeld) return;
        _isHeld = false;
        await shared.LeaveWatchAsync();
    }

    /// <summary>The channel after the last that was added by now.</summary>
    public Task<uint> NextPayoutIndexAsync(CancellationToken ct) => shared is null ? Task.FromResult(0u) : shared.NextPayoutIndexAsync(ct);

    /// <summary>What was added from a payout index on and has no deposit in a block yet, by other instances or this one.</summary>
    public async Task<IReadOnlyList<Storage.UnminedChannel>> AddedFromAsync(uint payoutIndex, CancellationToken ct) =>
        shared is null ? [] : await shared.UnminedFromAsync(payoutIndex, ct);
}

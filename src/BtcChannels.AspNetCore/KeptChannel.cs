using BtcChannels.Storage;

namespace BtcChannels.AspNetCore;

/// <summary>
/// One channel in memory: the newest version that a payment has made, and its write as long as that is under way. Payments are judged side by side and take effect
/// one by one, each upon the one before it, without waiting for its commit; they are answered after their own. When a write fails, all that built on it fail
/// too, since theirs start from a version that never came to be.
/// </summary>
internal sealed class KeptChannel(PayableChannel stored)
{
    private readonly Lock _gate = new();
    private volatile Judged _newest = new(stored);
    private volatile bool _isBehind;

    /// <summary>The store has moved on, or may have: this is to be thrown away.</summary>
    public bool IsBehind => _isBehind;

    /// <summary>A restored store's, still to be shown its newest payment: that is for <see cref="HeldChannels"/>.</summary>
    public bool IsHeld { get; } = stored.IsHeld;

    /// <returns>Null where this is behind the store, or held, and nothing was decided.</returns>
    /// <exception cref="StoreUnavailableException">The payment, or the one that its judgement builds on, could not be written.</exception>
    public async ValueTask<PaymentOutcome?> PayAsync(SignedPayment payment, Moment now, MerchantPolicy policy, IMerchantStore store)
    {
        if (IsHeld) return null;
        var seen = _newest;
        Task<UnminedPayment>? bounded = null;
        // The signature is verified outside the lock: it is what takes time.
        var outcome = PaymentJudge.Judge(seen.Channel, payment, now, policy);
        if (outcome is PaymentOutcome.Accepted)
        {
            lock (_gate)
            {
                if (_isBehind) return null;
                if (_newest != seen)
                {
                    seen = _newest;
                    outcome = PaymentJudge.JudgeAgain(seen.Channel, payment, now, policy);
                }
                if (outcome is PaymentOutcome.Accepted accepted)
                {
                    // It is judged: a customer who hangs up now has paid all the same. A busy store throws here, and nothing has begun.
                    var next = accepted.Next;
                    if (next.IsUnmined) bounded = store.TryWriteUnminedPaymentAsync(next, policy.MaxUnminedExposure, CancellationToken.None);
                    seen = new Judged(next, bounded is null ? store.TryWritePaymentAsync(next, CancellationToken.None) : IsWrittenAsync(bounded));
                    _newest = seen;
                }
            }
        }
        // What was judged by a version that is not on disk yet is as uncertain as that version.
        if (seen.Write is not { } write) return outcome;
        var isStored = false;
        try
        {
            isStored = await write;
        }
        finally
        {
            if (isStored) seen.Write = null;   // a task for each of a million channels is too much to keep
            else FallBehind();
        }
        if (isStored) return outcome;
        return bounded is not null && await bounded == UnminedPayment.OverBound ? new PaymentOutcome.Refused(PaymentRejection.UnminedLimitReached) : null;
    }

    private static async Task<bool> IsWrittenAsync(Task<UnminedPayment> bounded) => await bounded == UnminedPayment.Written;

    // Under the lock, so that nothing is built on it afterwards.
    private void FallBehind()
    {
        lock (_gate) _isBehind = true;
    }

    private sealed class Judged(PayableChannel channel, Task<bool>? write = null)
    {
        public PayableChannel Channel { get; } = channel;

        public Task<bool>? Write { get; set; } = write;
    }
}

using BtcChannels.Storage;
using BtcChannels.Two1;

namespace BtcChannels.AspNetCore;

/// <summary>Judges what is asked of one channel, perhaps several times: upon each version that it may come to build on.</summary>
internal interface IChannelJudge<TOutcome> where TOutcome : class
{
    /// <param name="channel">The newest version.</param>
    /// <param name="isSignatureKnown">What is asked was found good for another version.</param>
    TOutcome Judge(PayableChannel channel, bool isSignatureKnown);

    /// <summary>The version that is to be stored before the outcome may be told; null where nothing changes.</summary>
    PayableChannel? ChangedBy(TOutcome outcome);

    /// <summary>What is stored with it.</summary>
    KeptAnswer? Answer { get; }

    /// <summary>The token that is stored with it, new or redeemed; null where there is none.</summary>
    PaymentToken? TokenOf(TOutcome outcome);

    /// <summary>The most that may be authorized while deposits stand in no block.</summary>
    NBitcoin.Money UnminedBound { get; }

    /// <summary>The outcome where that would be exceeded.</summary>
    TOutcome OverUnminedBound { get; }
}

/// <summary>
/// One channel in memory: the newest version that is known to be on disk, and what payments and charges have made of it since. They are judged side by side and take effect
/// one by one, each upon the one before it, without waiting for its commit; they are answered after their own. When a write fails, all that built on it fail
/// too, since theirs start from a version that never came to be.
/// </summary>
internal sealed class KeptChannel(PayableChannel stored)
{
    // It is its own lock, and nobody else's: one more object for each of a million channels is too much.
    private RestingChannel _resting = stored.Rest();  // the newest, where nothing newer is on its way to disk; under the lock
    private volatile Judged? _newest;                 // that is on its way; null where none is
    private volatile bool _isBehind;
    private long _storedVersion = stored.Version;

    /// <summary>The store has moved on, or may have: this is to be thrown away.</summary>
    public bool IsBehind => _isBehind;

    /// <summary>That of the newest, which need not be on disk yet.</summary>
    public long Version
    {
        get
        {
            lock (this) return _newest?.Channel.Version ?? _resting.Version;
        }
    }

    /// <summary>The newest that is known to be on disk; what is being written may never come to be.</summary>
    public long StoredVersion => Interlocked.Read(ref _storedVersion);

    /// <summary>A restored store's, still to be shown its newest payment: that is for <see cref="HeldChannels"/>.</summary>
    public bool IsHeld { get; } = stored.IsHeld;

    /// <summary>Judges a payment by the direct door.</summary>
    /// <inheritdoc cref="Begin"/>
    public Begun<PaymentOutcome>? BeginPayment(SignedPayment payment, Moment now, MerchantPolicy policy, IMerchantStore store) =>
        Begin<PaymentOutcome, DirectPayment>(new(payment, now, policy), store);

    /// <summary>Judges, and leaves what it changes on its way to disk: <see cref="EndAsync"/>, or the end of something that is judged upon it, tells whether it got there.</summary>
    /// <returns>Null where this is behind the store, or held, and nothing was decided.</returns>
    /// <exception cref="StoreBusyException">Too much waits to be written: nothing has begun.</exception>
    public Begun<TOutcome>? Begin<TOutcome, TJudge>(TJudge judge, IMerchantStore store) where TOutcome : class where TJudge : struct, IChannelJudge<TOutcome>
    {
        if (IsHeld) return null;
        var seen = Newest();
        Task<UnminedPayment>? bounded = null;
        TOutcome? overBound = null;
        // The signature is verified outside the lock: it is what takes time.
        var outcome = judge.Judge(seen.Channel, isSignatureKnown: false);
        if (judge.ChangedBy(outcome) is not null)
        {
            lock (this)
            {
                if (_isBehind) return null;
                if (Version != seen.Channel.Version)   // there is one of each number as long as this is not behind
                {
                    seen = Newest();
                    outcome = judge.Judge(seen.Channel, isSignatureKnown: true);
                }
                if (judge.ChangedBy(outcome) is { } next)
                {
                    // It is judged: a customer who hangs up now has paid all the same. A busy store throws here, and nothing has begun.
                    var isBounded = next.IsUnmined && next.Balance.Authorized > seen.Channel.Balance.Authorized;
                    if (judge.TokenOf(outcome) is { } token)
                        bounded = store.TryWriteTokenAsync(next, token, isBounded ? judge.UnminedBound : null, CancellationToken.None);
                    else if (isBounded)
                        bounded = store.TryWriteUnminedPaymentAsync(next, judge.UnminedBound, CancellationToken.None);
                    if (isBounded) overBound = judge.OverUnminedBound;
                    seen = new Judged(next, bounded is not null ? IsWrittenAsync(bounded)
                        : judge.Answer is { } answer ? store.TryWriteAnsweredAsync(next, answer, CancellationToken.None)
                        : store.TryWritePaymentAsync(next, CancellationToken.None));
                    _newest = seen;
                }
            }
        }
        return new(outcome, seen, bounded, overBound);
    }

    /// <summary>Waits for what was begun to be on disk.</summary>
    /// <returns>Null where this is behind the store, and nothing was decided.</returns>
    /// <exception cref="StoreUnavailableException">What was judged, or what its judgement builds on, could not be written.</exception>
    public async ValueTask<TOutcome?> EndAsync<TOutcome>(Begun<TOutcome> begun) where TOutcome : class
    {
        // What was judged by a version that is not on disk yet is as uncertain as that version.
        if (begun.Seen.Write is not { } write) return begun.Outcome;
        var isStored = false;
        try
        {
            isStored = await write;
        }
        finally
        {
            if (isStored) Keep(begun.Seen);
            else FallBehind();
        }
        if (isStored) return begun.Outcome;
        return begun.Bounded is not null && await begun.Bounded == UnminedPayment.OverBound ? begun.OverBound : null;
    }

    /// <summary>Lets nothing more begin. Ends when what has begun is on disk, or with its failure.</summary>
    public Task RetireAsync()
    {
        lock (this)
        {
            _isBehind = true;
            return _newest?.Write ?? Task.CompletedTask;
        }
    }

    private static async Task<bool> IsWrittenAsync(Task<UnminedPayment> bounded) => await bounded == UnminedPayment.Written;

    private Judged Newest()
    {
        if (_newest is { } newest) return newest;
        lock (this) return _newest ?? new Judged(_resting.Wake());
    }

    private void Keep(Judged written)
    {
        // It may be told after one that builds on it.
        for (long known = StoredVersion, before; known < written.Channel.Version; known = before)
            if ((before = Interlocked.CompareExchange(ref _storedVersion, written.Channel.Version, known)) == known) break;
        if (_newest != written) return;   // in a stream there is always a newer one, and nobody is to wait for a lock then
        lock (this)
        {
            if (_newest != written) return;
            _resting = written.Channel.Rest();
            _newest = null;
        }
    }

    // Under the lock, so that nothing is built on it afterwards.
    private void FallBehind()
    {
        lock (this) _isBehind = true;
    }

    /// <summary>What was judged.</summary>
    /// <param name="Outcome">It stands once that is known.</param>
    /// <param name="Seen">The version it made, or was judged by.</param>
    /// <param name="Bounded">The write, where deposits that stand in no block bound it.</param>
    /// <param name="OverBound">The outcome where they do.</param>
    internal readonly record struct Begun<TOutcome>(TOutcome Outcome, Judged Seen, Task<UnminedPayment>? Bounded, TOutcome? OverBound) where TOutcome : class;

    /// <summary>A version.</summary>
    internal sealed class Judged(PayableChannel channel, Task<bool>? write = null)
    {
        public PayableChannel Channel { get; } = channel;

        /// <summary>How it gets to disk; null where it was there to begin with.</summary>
        public Task<bool>? Write { get; } = write;
    }

    private readonly struct DirectPayment(SignedPayment payment, Moment now, MerchantPolicy policy) : IChannelJudge<PaymentOutcome>
    {
        public KeptAnswer? Answer => null;

        public PaymentToken? TokenOf(PaymentOutcome outcome) => null;

        public NBitcoin.Money UnminedBound => policy.MaxUnminedExposure;

        public PaymentOutcome OverUnminedBound => new PaymentOutcome.Refused(PaymentRejection.UnminedLimitReached);

        public PaymentOutcome Judge(PayableChannel channel, bool isSignatureKnown) =>
            isSignatureKnown ? PaymentJudge.JudgeAgain(channel, payment, now, policy) : PaymentJudge.Judge(channel, payment, now, policy);

        public PayableChannel? ChangedBy(PaymentOutcome outcome) => outcome is PaymentOutcome.Accepted accepted ? accepted.Next : null;
    }
}

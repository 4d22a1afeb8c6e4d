using BtcChannels.Storage;

namespace BtcChannels.AspNetCore.Streams;

/// <summary>
/// One connection's payments on one channel. Each is judged upon the one before it, which need not be on disk yet, and what has to be judged again, because another
/// write came first, is judged again in the order of the payments.
/// </summary>
internal sealed class PaymentLane(ChannelId id, Merchant merchant, IMerchantStore store, OpenChannels channels, ChainView view, RaisedTotals raises, MerchantPolicy policy, MerchantMetrics metrics)
{
    private KeptChannel? _kept;

    /// <summary>Whether the next payment can be judged upon those before it. If not, those have to be done first.</summary>
    public bool IsCurrent => _kept is not null && channels.TryGet(id, out var kept) && kept == _kept;

    /// <summary>Judges a payment upon those before it; the task ends when it is on disk, or refused.</summary>
    /// <returns>Null where another write came first: to be judged again, once those before it are done.</returns>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    public ValueTask<PaymentOutcome?> ContinueAsync(SignedPayment payment) => JudgeAsync(_kept ?? throw new InvalidOperationException("There is nothing to build on"), payment);

    /// <summary>Judges a payment while none of those before it is under way.</summary>
    /// <inheritdoc cref="ContinueAsync"/>
    /// <exception cref="StoreUnavailableException">It could not be written, or the channel not be read.</exception>
    public async ValueTask<PaymentOutcome?> RestartAsync(SignedPayment payment)
    {
        _kept = null;   // as long as the store is asked, the next payment waits
        if (await channels.FindAsync(id, CancellationToken.None) is not { } kept) return new PaymentOutcome.Refused(PaymentRejection.ChannelUnknown);
        var judging = JudgeAsync(kept, payment);
        _kept = kept;   // not before it has begun
        return await judging;
    }

    /// <summary>Judges a payment again, alone.</summary>
    public ValueTask<PaymentOutcome> RepeatAsync(SignedPayment payment) => merchant.PayAsync(id, payment, CancellationToken.None);

    private async ValueTask<PaymentOutcome?> JudgeAsync(KeptChannel kept, SignedPayment payment)
    {
        if (!view.TryGetNow(out var now)) return new PaymentOutcome.Refused(PaymentRejection.ChainSilent);
        var outcome = await channels.EndAsync(id, kept, kept.BeginPayment(payment, now, policy, store));
        if (outcome is PaymentOutcome.Accepted) raises.Tell(id);
        if (outcome is not null && metrics.CountsPayments) metrics.Count(outcome);
        return outcome;
    }
}

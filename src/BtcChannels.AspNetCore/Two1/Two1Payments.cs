using BtcChannels.Chain;
using BtcChannels.Storage;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.AspNetCore.Two1;

/// <summary>Takes payments by the two1 door; what is accepted is on disk, and its token with it.</summary>
internal sealed class Two1Payments(
    IMerchantStore store, OpenChannels channels, Two1Channels door, MerchantWorker worker, IChain chain, RaisedTotals raises, ChainView view, MerchantPolicy policy, MerchantMetrics metrics)
{
    /// <param name="depositId">The channel's name in the URL.</param>
    /// <param name="payment">What was sent.</param>
    /// <param name="ct">Gives up as long as nothing is judged.</param>
    /// <exception cref="StoreUnavailableException">It could not be written; nothing of it was accepted.</exception>
    /// <exception cref="ChainUnavailableException">The channel is held, and the node does not answer.</exception>
    public async ValueTask<Two1PaymentOutcome> PayAsync(uint256 depositId, Two1Payment payment, CancellationToken ct)
    {
        var outcome = await JudgeAsync(depositId, payment, ct);
        if (metrics.CountsPayments) metrics.Count(outcome);
        return outcome;
    }

    private async ValueTask<Two1PaymentOutcome> JudgeAsync(uint256 depositId, Two1Payment payment, CancellationToken ct)
    {
        if (!view.TryGetNow(out var now)) return Refused(Two1PaymentRejection.ChainSilent);
        if (await IdOfAsync(depositId, payment, ct) is not { } id) return Refused(Two1PaymentRejection.ChannelUnknown);
        var isSought = false;
        while (true)
        {
            if (await channels.FindAsync(id, ct) is not { } kept) return Refused(Two1PaymentRejection.ChannelUnknown);
            if (kept.IsHeld)
            {
                if (await ReleaseAsync(id, payment, now, ct) is { } released) return released;
                continue;
            }
            var outcome = await channels.EndAsync(id, kept, kept.Begin<Two1PaymentOutcome, Paying>(new(payment, now, policy), store));
            if (outcome is null) continue;
            // As 21's server does: its customers pay right after they have broadcast the deposit.
            if (outcome is Two1PaymentOutcome.Refused { Reason: Two1PaymentRejection.ChannelPending } && !isSought)
            {
                isSought = true;
                if (await store.FindAsync(id, ct) is { State: MerchantState.Pending } pending && (await worker.FindDepositAsync(pending, CancellationToken.None)).State is MerchantState.Open) continue;
            }
            // What no write has shown to be so, and may be otherwise at another instance by now.
            if (outcome is Two1PaymentOutcome.Refused { Reason: Two1PaymentRejection.TooManyUnredeemed } && await channels.DropIfOutdatedAsync(id, kept, ct)) continue;
            if (outcome is Two1PaymentOutcome.Accepted) raises.Tell(id);
            return outcome;
        }
    }

    /// <summary>Payments name the outpoint, so the store is asked only where one does not spend the channel of its URL.</summary>
    private async ValueTask<ChannelId?> IdOfAsync(uint256 depositId, Two1Payment payment, CancellationToken ct)
    {
        if (payment.Transaction.Inputs.Count > 0 && payment.Transaction.Inputs[0].PrevOut is { } spent && spent.Hash == depositId && new ChannelId(spent) is var named && channels.TryGet(named, out _))
            return named;
        return (await door.FindAsync(depositId, ct))?.Id;
    }

    /// <summary>Of a store restored from a backup: as <see cref="HeldChannels"/> does it.</summary>
    /// <returns>Null where the payment is still to be judged.</returns>
    private async Task<Two1PaymentOutcome?> ReleaseAsync(ChannelId id, Two1Payment payment, Moment now, CancellationToken ct)
    {
        if (await store.FindAsync(id, ct) is not { IsHeld: true } channel) return null;
        var outcome = Two1PaymentJudge.Judge(new PayableChannel(channel), payment, now, policy, isSignatureKnown: false);
        if (channel.State is not MerchantState.Open || outcome is Two1PaymentOutcome.Refused) return outcome;
        if (await chain.GetUnspentAsync(channel.Deposit.OutPoint, ct) is null) return Refused(Two1PaymentRejection.ChannelClosed);
        var released = channel with { IsHeld = false };
        // What is paid on unmined deposits is bounded where it is written: this only ends the hold.
        if (channel.DepositHeight is null || outcome is not Two1PaymentOutcome.Accepted taken)
            return await store.TryWriteAsync(released, channel.Version, ChannelHistory.Between(channel, released, what: null, now), ct) && channel.DepositHeight is not null ? outcome : null;
        var two1 = taken.Next.Two1!;
        released = released with { Terms = two1.Terms, Balance = taken.Next.Balance, Two1 = channel.Two1! with { Unredeemed = two1.Unredeemed } };
        if (!await store.TryWriteAsync(released, channel.Version, ChannelHistory.Between(channel, released, what: null, now), ct, taken.Token)) return null;
        raises.Tell(id);
        return outcome;
    }

    private static Two1PaymentOutcome.Refused Refused(Two1PaymentRejection reason) => new(reason);

    private readonly struct Paying(Two1Payment payment, Moment now, MerchantPolicy policy) : IChannelJudge<Two1PaymentOutcome>
    {
        public KeptAnswer? Answer => null;

        public Money UnminedBound => policy.MaxUnminedExposure;

        // In the words that tell 21's clients to wait.
        public Two1PaymentOutcome OverUnminedBound => Refused(Two1PaymentRejection.ChannelPending);

        public Two1PaymentOutcome Judge(PayableChannel channel, bool isSignatureKnown) => Two1PaymentJudge.Judge(channel, payment, now, policy, isSignatureKnown);

        public PayableChannel? ChangedBy(Two1PaymentOutcome outcome) => outcome is Two1PaymentOutcome.Accepted accepted ? accepted.Next : null;

        public PaymentToken? TokenOf(Two1PaymentOutcome outcome) => outcome is Two1PaymentOutcome.Accepted accepted ? accepted.Token : null;
    }
}

using BtcChannels.Storage;
using BtcChannels.Two1;
using Microsoft.Extensions.Logging;
using NBitcoin;
using Secp256k1;

namespace BtcChannels.AspNetCore.Two1;

/// <summary>What a customer of 21 can ask of the merchant. What he did wrong is an outcome; an exception is an outage or our fault. Payments are <see cref="Two1Payments"/>'.</summary>
internal sealed class Two1Channels(Merchant merchant, IMerchantStore store, MerchantWorker worker, MerchantKeys keys, MerchantPolicy policy, Admin.Draining draining, TimeProvider clock, ILogger<Two1Channels> log)
{
    /// <summary>Today's key; null while no channel can be opened.</summary>
    public PubKey? Key() => draining.IsOn || !merchant.IsChainFresh(out _) ? null : keys.Days.KeyOf(Two1Days.DayOf(clock.GetUtcNow().ToUnixTimeSeconds()));

    /// <summary>Opens a channel.</summary>
    /// <param name="deposit">Its transaction, signed, and normally not broadcast yet.</param>
    /// <param name="redeemScript">The script.</param>
    /// <param name="from">Where it comes from.</param>
    /// <param name="ct">Gives up as long as nothing is stored.</param>
    /// <returns>Why not, with the node's word where it was the node that refused; null where it is open.</returns>
    public async Task<(Two1OpenRejection Reason, string? Detail)?> OpenAsync(Transaction deposit, Script redeemScript, ClientAddress from, CancellationToken ct)
    {
        var refusal = await TryOpenAsync(deposit, redeemScript, from, ct);
        if (refusal is var (reason, detail)) log.Two1OpenRefused(reason, detail);
        return refusal;
    }

    private async Task<(Two1OpenRejection Reason, string? Detail)?> TryOpenAsync(Transaction deposit, Script redeemScript, ClientAddress from, CancellationToken ct)
    {
        if (draining.IsOn) return (Two1OpenRejection.Draining, null);   // the deposit is still with the customer
        if (!merchant.IsChainFresh(out var now)) return (Two1OpenRejection.ChainUnavailable, null);
        var judged = Two1OpenJudge.Match(deposit, redeemScript, keys.Days, now, policy);
        if (judged is Two1OpenOutcome.Refused refused) return (refused.Reason, null);
        var (terms, output, day) = (Two1OpenOutcome.Acceptable)judged;
        var offer = Two1Part.OfferOf(deposit.GetHash());
        if (await store.FindByOfferAsync(offer, ct) is not null || await store.FindAsync(new ChannelId(output.OutPoint), ct) is not null) return (Two1OpenRejection.DepositUsed, null);
        if (Two1OpenJudge.JudgeTimes(terms, output, now, policy) is { } reason) return (reason, null);

        MerchantChannel Build(uint payoutIndex) => new(
            terms, output, offer, payoutIndex, HalfSignedPayment.MerchantScript(terms), HalfSignedPayment.CustomerScript(terms), Balance.Nothing, null, merchant.Pending(now), 0)
        {
            Two1 = new Two1Part(day, Unredeemed: 0),
        };
        var (added, refusal) = await merchant.AddAsync(Build, deposit, now, from, ct);
        return added switch
        {
            AddOutcome.Added => null,
            not null => (Two1OpenRejection.DepositUsed, null),
            null => refusal!.Reason switch
            {
                OpenRejection.ChainUnavailable => (Two1OpenRejection.ChainUnavailable, null),
                OpenRejection.DepositUnminable => (Two1OpenRejection.DepositUnminable, refusal.Detail),
                _ => (Two1OpenRejection.TooManyPending, null),
            },
        };
    }

    /// <summary>The channel that a deposit's transaction opened by this door; null where it opened none.</summary>
    public async Task<MerchantChannel?> FindAsync(uint256 depositId, CancellationToken ct) =>
        await store.FindByOfferAsync(Two1Part.OfferOf(depositId), ct) is { Two1: not null } channel ? channel : null;

    /// <summary>Closes a channel at its newest payment. Closing again is the same answer, whoever closed it and whatever was mined.</summary>
    /// <returns>The id of the close, or why not.</returns>
    public async Task<(uint256? Id, Two1CloseRejection? Refusal)> CloseAsync(uint256 depositId, Func<Signature?> read, CancellationToken ct)
    {
        if (await FindAsync(depositId, ct) is not { } found) return (null, Two1CloseRejection.ChannelUnknown);
        using var turn = worker.TurnOf(found.Id);
        for (var channel = found; channel is not null; await turn.AgainAsync(), channel = await FindAsync(depositId, ct))
        {
            if (read() is not { } signature) return (null, Two1CloseRejection.Malformed);
            if (channel.Balance.Newest is not { } newest) return (null, Two1CloseRejection.NothingPaid);
            if (!Two1Close.Verify(channel.Terms.CustomerKey, signature, depositId)) return (null, Two1CloseRejection.SignatureInvalid);
            switch (channel.State)
            {
                case MerchantState.Closing closing:
                    return (closing.Close.Transaction.GetHash(), null);
                case MerchantState.Closed closed:
                    return (closed.Spend.Txid, null);
                case MerchantState.Abandoned or MerchantState.Refunded:
                    return (null, Two1CloseRejection.ChannelGone);
                // Nothing is countersigned that spends what is not mined: a double spend would leave it to be sent for ever.
                case MerchantState.Pending:
                case MerchantState.Open when channel.DepositHeight is null:
                    return (null, Two1CloseRejection.ChannelPending);
                case MerchantState.Open when channel.IsHeld:
                    return (null, Two1CloseRejection.ChannelHeld);
            }
            // A customer who hangs up does not stop a close between store and broadcast.
            if (await worker.ApplyAsync(channel, new MerchantEvent.CloseGranted(newest), CancellationToken.None) is { State.Prepared: { } close }) return (close.Transaction.GetHash(), null);
        }
        return (null, Two1CloseRejection.ChannelUnknown);
    }
}

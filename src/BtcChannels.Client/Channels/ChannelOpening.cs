using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// Opens channels, in the order that keeps the money: terms judged, deposit funded, refund signed, all of it stored, shown to the merchant,
/// his agreement stored, and only then the deposit broadcast.
/// </summary>
internal sealed class ChannelOpening(CustomerRuntime run)
{
    public async Task<OpenResult> OpenAsync(Uri merchant, Money capacity, TimeSpan duration, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, Money.Satoshis(1L), nameof(capacity));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        var funding = await run.FundingAsync(ct) ?? throw new InvalidOperationException("This customer has no wallet to fund deposits from");
        var origin = MerchantOrigin.Of(merchant, run.Network);

        // The node comes first: without it there would be nobody to broadcast the deposit, or to see it mined.
        var tip = await run.Follower.BeginAsync(ct);
        var now = Math.Max(run.Clock, tip.MedianTime);

        var offered = await run.InsistAsync(run.Merchant(origin).OfferAsync, run.Options.Patience, ct);
        if (offered is not MerchantReply<OfferAnswer>.Success { Answer: { } answer })
            return offered is MerchantReply<OfferAnswer>.Refused { Refusal: { IsTemporary: false } refusal } ? new OpenResult.Refused(refusal) : new OpenResult.Unanswered(null, offered.Words);
        var (offer, invalid) = OfferReader.Read(answer, run.Network);
        if (offer is null) return new OpenResult.MerchantInvalid(invalid!);

        var (deposit, expiry) = (capacity + offer.CloseFee, ExpiryAt(now + (long)duration.TotalSeconds));
        if (OfferJudge.Fault(offer, deposit, expiry, now, run.Options.Policy) is { } fault) return new OpenResult.TermsRefused(fault, offer);

        var index = await run.Book.WriteAsync(store => store.NextKeyIndexAsync(ct), ct);
        var customerKey = run.Keys.PubKey(index);
        if (customerKey == offer.MerchantKey) return new OpenResult.MerchantInvalid("The merchant's key is the customer's own");
        var script = await funding.NewScript(ct);
        if (!StandardScript.Is(script)) throw new WalletException("The wallet's script is none that the network relays");
        var terms = new ChannelTerms(offer.Kind, offer.MerchantKey, customerKey, expiry, offer.CloseFee);
        var refundFee = await RefundFee.TodayAsync(run.Options.Chain, deposit, script, ct);
        if (refundFee <= Money.Zero || deposit - refundFee < StandardScript.DustThreshold(script)) return new OpenResult.TermsRefused(OfferRejection.DepositOutOfBounds, offer);

        switch (await funding.Fund(terms.DepositScript, deposit, ct))
        {
            case FundingResult.InsufficientFunds poor:
                return new OpenResult.InsufficientFunds(poor.Detail, deposit);
            case FundingResult.Funded funded:
                var prepared = await PrepareAsync(funded.Deposit, deposit, terms, index, refundFee, script, origin, new CustomerDoor.Direct(answer.Offer), answer.Confirmations, ct);
                return await ShowAsync(prepared, run.Options.Patience, ct);
            case var other:
                throw new System.Diagnostics.UnreachableException(other.ToString());
        }
    }

    /// <summary>Shows a prepared channel to its merchant: the same bytes every time, so that he finds what he has opened already.</summary>
    public async Task<OpenResult> ShowAsync(CustomerChannel prepared, TimeSpan patience, CancellationToken ct)
    {
        await run.Follower.ExpectAsync(prepared, ct);
        switch (await run.InsistAsync(again => run.ShowAsync(prepared, again), patience, ct))
        {
            case MerchantReply<OpenAnswer>.Success { Answer: { } answer }:
                if (Payout(answer, prepared) is not { } payout)
                {
                    await ApplyAsync(prepared, new CustomerEvent.MerchantRefused(), ct);
                    return new OpenResult.MerchantInvalid("The merchant agreed to another channel than the one he was shown; its deposit stays here");
                }
                return new OpenResult.Opened(await ApplyAsync(prepared, new CustomerEvent.MerchantAgreed(payout), ct));
            case MerchantReply<OpenAnswer>.Refused { Refusal: { IsTemporary: false } refusal }:
                await ApplyAsync(prepared, new CustomerEvent.MerchantRefused(), ct);
                return new OpenResult.Refused(refusal);
            case var reply:
                return new OpenResult.Unanswered(prepared, reply.Words);
        }
    }

    /// <summary>On disk, with its backup and its refund, which the script interpreter has passed, before anybody hears of the deposit.</summary>
    public async Task<CustomerChannel> PrepareAsync(
        Transaction transaction, Money value, ChannelTerms terms, uint index, Money refundFee, Script script, string origin, CustomerDoor door, int confirmations, CancellationToken ct)
    {
        CustomerChannel channel;
        try
        {
            if (Deposit.Find(transaction, terms) is not DepositSearch.Found { Deposit: { } deposit } || deposit.Value != value)
                throw new WalletException("The wallet's transaction does not pay the channel's script the amount asked for");
            var refund = run.Keys.Refund(index, deposit, terms, refundFee, script, door);
            channel = new CustomerChannel(
                origin, index, terms, door, confirmations, deposit, transaction, refund, script, null, Money.Zero, null, new CustomerState.Prepared(), 0);
            run.Options.Backups.Write(channel, run.Keys, run.Network);
            channel = await run.Book.WriteAsync(store => store.AddAsync(channel, ct), ct);
        }
        catch
        {
            // Nobody has seen it.
            await run.Updater.ReleaseAsync(transaction, CancellationToken.None);
            throw;
        }
        run.Tell(new CustomerNotice.Changed(null, channel));
        await run.Follower.WatchAsync(channel, ct);
        return channel;
    }

    private async Task<CustomerChannel> ApplyAsync(CustomerChannel channel, CustomerEvent what, CancellationToken ct) =>
        (await run.Updater.ApplyAsync(channel, what, run.Follower.Tip ?? await run.Options.Chain.GetTipAsync(ct), ct)).Channel;

    /// <summary>The merchant's output, if his answer is about this very channel; null if not.</summary>
    private static Script? Payout(OpenAnswer answer, CustomerChannel prepared) =>
        answer.Channel == prepared.Id.ToString() && answer.CapacitySat == prepared.Capacity.Satoshi && answer.CloseFeeSat == prepared.Terms.CloseFee.Satoshi
        && answer.Expiry == prepared.Terms.Expiry.Value && answer.Confirmations == prepared.Confirmations
        && answer.MinPaymentSat >= 0 && answer.MinPaymentSat <= answer.CapacitySat
        && StandardScript.TryParse(answer.PayoutScript, out var payout) && payout != prepared.CustomerScript && payout != prepared.Terms.DepositScript
            ? payout
            : null;

    private static Expiry ExpiryAt(long time) => time is >= Expiry.TimeThreshold and <= uint.MaxValue
        ? new Expiry((uint)time)
        : throw new ArgumentOutOfRangeException(nameof(time), "A channel cannot last beyond the year 2106");
}

using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>Asks merchants to close. That it is wanted is stored first: from then on nothing more is signed for the channel, but a lower total.</summary>
internal sealed class ChannelClosing(CustomerRuntime run, ChannelPaying paying, ChannelRecalling recalling)
{
    private static readonly TimeSpan s_servedPause = TimeSpan.FromSeconds(1);

    public async Task<CloseResult> CloseAsync(ChannelId id, TimeSpan patience, CancellationToken ct)
    {
        using var alone = await run.LockAsync(id, ct);
        if (await run.Book.FindAsync(id, ct) is not { } channel) return new CloseResult.ChannelUnknown();
        if (channel.State is CustomerState.Prepared { IsRestored: true })
        {
            (channel, var silence) = await recalling.RecallAsync(channel, patience, ct);
            if (silence is not null) return new CloseResult.Unanswered(channel, silence);
        }
        if (channel is { State: CustomerState.Active, Door: CustomerDoor.Two1 })
        {
            if (channel.Newest is null) return new CloseResult.NothingPaid(channel);
            if (await run.Book.UseAsync(store => store.BoughtTokensAsync(channel.KeyIndex, ct), ct) is { Count: > 0 } tokens) return new CloseResult.TokensLeft(channel, tokens);
        }
        if (channel.State is CustomerState.Prepared or CustomerState.Active) channel = await ApplyAsync(channel, new CustomerEvent.CloseWanted(), ct);
        return channel.State switch
        {
            CustomerState.Dropped => new CloseResult.Dropped(channel),
            CustomerState.Closing closing => await AskAsync(channel, closing.PayoutScript, patience, ct),
            _ => new CloseResult.AlreadyOver(channel),
        };
    }

    private async Task<CloseResult> AskAsync(CustomerChannel channel, Script payout, TimeSpan patience, CancellationToken ct)
    {
        var isRefusedStill = false;
        // A voucher is not sent: as a payment it would count as spent, all its credit with it. Whether it arrived, the status tells.
        if (channel is { HasUnanswered: true, NewestIsVoucher: false })
        {
            var sent = await paying.SendAsync(channel, isEarlier: false, patience, ct);
            if (sent is PayResult.Unanswered silent) return new CloseResult.Unanswered(silent.Channel, silent.Why);
            isRefusedStill = sent is PayResult.Refused;
            channel = await run.Book.RereadAsync(channel, ct);
        }

        if (channel.Door is CustomerDoor.Two1) return await ResultAsync(channel, await run.InsistAsync(again => new Two1Door(run).CloseAsync(channel, again), patience, ct), ct);
        var begin = run.Options.Clock.GetTimestamp();
        var result = await OfferAsync(channel, payout, isRefusedStill, patience, ct);
        while (result is null && run.Options.Clock.GetElapsedTime(begin) + s_servedPause <= patience)
        {
            await Task.Delay(s_servedPause, run.Options.Clock, ct);
            result = await OfferAsync(channel, payout, isRefusedStill, patience, ct);
        }
        // He closes by himself at the margin before expiry at the latest.
        return result ?? new CloseResult.Unanswered(channel, "requests are being served still that are paid out of this channel's credit");
    }

    // Null where less is free than he says is spent: requests are served still, or he counts wrong. Credit is not given away for that.
    private async Task<CloseResult?> OfferAsync(CustomerChannel channel, Script payout, bool isRefusedStill, TimeSpan patience, CancellationToken ct)
    {
        // Without it a voucher's credit would be given away.
        var status = channel.NewestIsVoucher ? await run.InsistAsync(again => run.StatusAsync(channel, again), patience, ct) : await run.StatusAsync(channel, ct);
        if (channel.NewestIsVoucher && status.IsWorthRepeating) return new CloseResult.Unanswered(channel, status.Words);
        var fair = FairTotal(channel, payout, status is MerchantReply<StatusAnswer>.Success { Answer: { } answer } ? answer : null, isRefusedStill);
        var reply = await CloseAsync(channel, payout, fair, patience, ct);

        // He lost what came after a backup, and takes the newest payment again. What was spent of a voucher he does not know any more: it is his, and so ends the matter.
        var isHeld = reply is MerchantReply<CloseAnswer>.Refused { Refusal.Problem: var held } && held == ProblemNames.ChannelHeld && channel.Newest is not null;
        if (isHeld)
        {
            await paying.SendAsync(channel, isEarlier: true, patience, ct);
            reply = await CloseAsync(channel, payout, fair, patience, ct);
        }

        if (channel.NewestIsVoucher && !isHeld && fair < channel.Authorized && reply is MerchantReply<CloseAnswer>.Refused { Refusal.Problem: var early } && early == ProblemNames.TotalBelowSpent)
            return null;

        // He knows of more than was thought, and has its signature.
        if (fair < channel.Authorized && reply is MerchantReply<CloseAnswer>.Refused { Refusal.Problem: var problem } && IsAboutTotal(problem))
            reply = await CloseAsync(channel, payout, channel.Authorized, patience, ct);
        return await ResultAsync(channel, reply, ct);
    }

    private async Task<CloseResult> ResultAsync(CustomerChannel channel, MerchantReply<CloseAnswer> reply, CancellationToken ct) => reply switch
    {
        MerchantReply<CloseAnswer>.Success { Answer: { } close } => await AnsweredAsync(channel, close, ct),
        MerchantReply<CloseAnswer>.Refused refused => new CloseResult.Refused(channel, refused.Refusal),
        _ => new CloseResult.Unanswered(channel, reply.Words),
    };

    /// <summary>
    /// What the merchant has a right to: what was spent, where he says that this is less than what is signed; and where he says that he never
    /// had the newest payment, what he acknowledged.
    /// </summary>
    private static Money FairTotal(CustomerChannel channel, Script payout, StatusAnswer? status, bool isRefusedStill)
    {
        var known = isRefusedStill ? channel.Acknowledged : channel.Authorized;
        if (status is not { SpentMsat: >= 0 } || status.Channel != channel.Id.ToString() || status.SpentMsat >= MilliSatoshi.Of(known).Value) return known;
        var spent = new MilliSatoshi(status.SpentMsat).RoundedUp;
        return spent == Money.Zero ? spent : Money.Min(known, Money.Max(spent, StandardScript.DustThreshold(payout)));
    }

    private Task<MerchantReply<CloseAnswer>> CloseAsync(CustomerChannel channel, Script payout, Money total, TimeSpan patience, CancellationToken ct)
    {
        // Below the newest one nothing new is given away, so nothing has to be stored; the same total has the same signature.
        var lower = channel.Newest is null || total < channel.Authorized ? run.Keys.Pay(channel, total, payout) : null;
        var body = lower is null ? new CloseBody() : new CloseBody(lower.Total.Satoshi, WireSignature.Write(lower.Signature));
        var merchant = run.Merchant(channel.Merchant);
        // The authorization is good for a minute: each time a new one.
        return run.InsistAsync(
            async again => Judge(await merchant.CloseAsync(channel.Id, run.Authorize(channel, ChannelAction.Close), body, again), channel), patience, ct);
    }

    private async Task<CloseResult> AnsweredAsync(CustomerChannel channel, CloseAnswer close, CancellationToken ct)
    {
        var txid = uint256.Parse(close.CloseTxid);
        channel = await ApplyAsync(channel, new CustomerEvent.CloseAnswered(txid), ct);
        return new CloseResult.Closing(channel, txid, Money.Satoshis(close.ToMerchantSat), Money.Satoshis(close.ToCustomerSat), Money.Satoshis(close.FeeSat));
    }

    /// <summary>An answer that cannot be is none: another channel, sums that are not the deposit, more than was ever signed.</summary>
    private static MerchantReply<CloseAnswer> Judge(MerchantReply<CloseAnswer> reply, CustomerChannel channel) =>
        reply is MerchantReply<CloseAnswer>.Success { Answer: { } answer } && !IsAbout(answer, channel)
            ? new MerchantReply<CloseAnswer>.NoAnswer("The merchant answered with a close that cannot be")
            : reply;

    private static bool IsAbout(CloseAnswer answer, CustomerChannel channel) =>
        answer.Channel == channel.Id.ToString() && answer.CloseTxid.Length == 64 && Hex.IsLowerCase(answer.CloseTxid)
        && answer.ToMerchantSat >= 0 && answer.ToMerchantSat <= channel.Authorized.Satoshi && answer.FeeSat > 0 && answer.FeeSat <= channel.Deposit.Value.Satoshi
        && answer.ToCustomerSat == channel.Deposit.Value.Satoshi - answer.ToMerchantSat - answer.FeeSat;

    private static bool IsAboutTotal(string problem) => problem == ProblemNames.TotalBelowSpent || problem == ProblemNames.TotalAboveAuthorized;

    private async Task<CustomerChannel> ApplyAsync(CustomerChannel channel, CustomerEvent what, CancellationToken ct) =>
        (await run.Updater.ApplyAsync(channel, what, run.Follower.Tip ?? await run.Options.Chain.GetTipAsync(ct), ct)).Channel;
}

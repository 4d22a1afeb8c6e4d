using System.Diagnostics.CodeAnalysis;
using BtcChannels.AspNetCore.Streams;
using BtcChannels.Chain;
using BtcChannels.Storage;
using BtcChannels.Wire;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.AspNetCore;

/// <summary>What a refused request to open is told.</summary>
/// <param name="Reason">The first fault.</param>
/// <param name="Detail">The node's word where it was the node that refused.</param>
public sealed record OpenRefusal(OpenRejection Reason, string? Detail = null);

/// <summary>What a customer can ask of a merchant, whatever the door. What he did wrong is an outcome; an exception is an outage or our fault.</summary>
public sealed class Merchant(
    IMerchantStore store, OpenChannels channels, IChain chain, MerchantKeys keys, MerchantWorker worker, WatchDuty duty, PendingChannels pending, ChainView view, RaisedTotals raises, MerchantPolicy policy, BtcChannelsOptions options, MerchantMetrics metrics, TimeProvider clock, ILogger<Merchant> log)
{
    public MerchantPolicy Policy => policy;

    public Network Network => options.Network;

    /// <summary>An offer and its token; null while the node does not answer, since no channel could be opened with it.</summary>
    public (Offer Offer, string Token)? Offer()
    {
        if (!IsChainFresh(out var now) || view.Fees is not { } fees) return null;
        var id = OfferId.Random();
        var offer = BtcChannels.Offer.Make(id, keys.KeyFor(id), fees, now, policy);
        return (offer, keys.Seal.Write(offer));
    }

    /// <summary>Opens a channel. The same request again finds the channel that it opened.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="from">Where it comes from: <see cref="RequestLimits.PendingFromAddress"/>.</param>
    /// <param name="ct">Gives up as long as nothing is stored.</param>
    /// <exception cref="InvalidOperationException">Nodes would not relay a close of the channel. No customer can cause that: something is wrong here, and nothing is opened.</exception>
    public async Task<(MerchantChannel? Channel, OpenRefusal? Refusal)> OpenAsync(OpenRequest request, ClientAddress from, CancellationToken ct)
    {
        var (channel, refusal) = await TryOpenAsync(request, from, ct);
        if (refusal is not null) log.OpenRefused(refusal.Reason, refusal.Detail);
        return (channel, refusal);
    }

    /// <summary>Takes a payment; what is accepted is on disk.</summary>
    public ValueTask<PaymentOutcome> PayAsync(ChannelId id, SignedPayment payment, CancellationToken ct)
    {
        var paying = view.TryGetNow(out var now)
            ? channels.PayAsync(id, payment, now, ct)
            : ValueTask.FromResult<PaymentOutcome>(new PaymentOutcome.Refused(PaymentRejection.ChainSilent));
        return metrics.CountsPayments ? CountAsync(paying, metrics) : paying;
    }

    private static async ValueTask<PaymentOutcome> CountAsync(ValueTask<PaymentOutcome> paying, MerchantMetrics metrics)
    {
        var outcome = await paying;
        metrics.Count(outcome);
        return outcome;
    }

    /// <summary>Payments on one channel that need not wait for each other's commits.</summary>
    internal PaymentLane Lane(ChannelId id) => new(id, this, store, channels, view, raises, policy, metrics);

    /// <summary>Why nobody may stream payments on the channel who shows that; null where he may.</summary>
    /// <inheritdoc cref="StatusAsync"/>
    public async Task<CloseRejection?> StreamFaultAsync(ChannelId id, AuthorizationHeader? shown, CancellationToken ct) =>
        await store.FindAsync(id, ct) is { } channel ? AuthorizationFault(channel, ChannelAction.Stream, shown) : CloseRejection.ChannelUnknown;

    /// <summary>The channel, for whoever shows that it is his.</summary>
    /// <param name="shown">Null where nothing was shown, or nothing that can be read.</param>
    public async Task<(MerchantChannel? Channel, CloseRejection? Refusal)> StatusAsync(ChannelId id, AuthorizationHeader? shown, CancellationToken ct)
    {
        if (await store.FindAsync(id, ct) is not { } channel) return (null, CloseRejection.ChannelUnknown);
        return AuthorizationFault(channel, ChannelAction.Status, shown) is { } fault ? (null, fault) : (channel, null);
    }

    /// <summary>Closes a channel for whoever shows that it is his, at the newest payment or at a lower one that he signs now.</summary>
    /// <inheritdoc cref="StatusAsync"/>
    public async Task<(MerchantChannel? Channel, CloseRejection? Refusal)> CloseAsync(ChannelId id, AuthorizationHeader? shown, SignedPayment? lower, CancellationToken ct)
    {
        using var turn = worker.TurnOf(id);
        for (; ; await turn.AgainAsync())
        {
            if (await store.FindAsync(id, ct) is not { } channel) return (null, CloseRejection.ChannelUnknown);
            if (AuthorizationFault(channel, ChannelAction.Close, shown) is { } fault) return (null, fault);
            // Requests that died with their process are not under way.
            switch (CloseJudge.Judge(channel with { Balance = channel.Balance.Of(store.IsLive) }, lower))
            {
                case CloseOutcome.Refused refused:
                    return (null, refused.Reason);
                case CloseOutcome.AlreadyClosing already:
                    return (already.Same, null);
                // A customer who hangs up does not stop a close between store and broadcast.
                case CloseOutcome.Granted granted when await worker.ApplyAsync(channel, new MerchantEvent.CloseGranted(granted.Payment), CancellationToken.None) is { } next:
                    return (next, null);
            }
        }
    }

    private async Task<(MerchantChannel? Channel, OpenRefusal? Refusal)> TryOpenAsync(OpenRequest request, ClientAddress from, CancellationToken ct)
    {
        if (await FindSameAsync(request, ct) is { } known) return known;
        if (!IsChainFresh(out var now)) return (null, new(OpenRejection.ChainUnavailable));
        var judged = OpenJudge.Judge(request, now, policy);
        if (judged is OpenOutcome.Refused refused) return (null, new(refused.Reason));
        var (terms, deposit) = (OpenOutcome.Acceptable)judged;
        if (await store.FindAsync(new ChannelId(deposit.OutPoint), ct) is { } taken)
        {
            // The same request may have come twice at once, and its twin was faster.
            return (taken.Offer == request.Offer.Id ? await FindSameAsync(request, ct) : null) ?? (null, new(OpenRejection.OutPointUsed));
        }

        MerchantChannel Build(uint payoutIndex) => new(
            terms, deposit, request.Offer.Id, payoutIndex, keys.PayoutScript(payoutIndex), request.CustomerScript, Balance.Nothing, null, Pending(now), 0);
        var (added, refusal) = await AddAsync(Build, request.Transaction, now, from, ct);
        return added switch
        {
            null => (null, refusal),
            AddOutcome.OfferTaken => await FindSameAsync(request, ct) ?? (null, new(OpenRejection.OfferUsed)),
            AddOutcome.OutPointTaken => (null, new(OpenRejection.OutPointUsed)),
            AddOutcome.Added fresh => (fresh.Channel, null),
            _ => throw new System.Diagnostics.UnreachableException(added.ToString()),
        };
    }

    /// <summary>The state of a channel that opens now.</summary>
    internal MerchantState.Pending Pending(Moment now) => new(now.Latest + (long)policy.PendingLifetime.TotalSeconds);

    /// <summary>Adds a channel whose terms are good, if there is room for it and the node would take its deposit; watches it, and looks for it.</summary>
    /// <param name="build">Makes the channel for a payout index.</param>
    /// <param name="transaction">The deposit's.</param>
    /// <param name="now">When its terms were judged.</param>
    /// <param name="from">Where it is opened from.</param>
    /// <param name="ct">Gives up as long as nothing is stored.</param>
    /// <returns>What became of it, or why it was not tried.</returns>
    internal async Task<(AddOutcome? Outcome, OpenRefusal? Refusal)> AddAsync(Func<uint, MerchantChannel> build, Transaction transaction, Moment now, ClientAddress from, CancellationToken ct)
    {
        // Payout scripts are all of one kind, so the first one stands for the one that will be taken.
        var sample = build(0);
        var (terms, deposit) = (sample.Terms, sample.Deposit);
        var (place, full) = await pending.EnterAsync(from, sample.Id, ct);
        if (full is { } reason) return (null, new(reason));
        using var held = place!;
        RequireClaimable(sample);
        try
        {
            if (await chain.TestAsync(transaction, ct) is MempoolVerdict.Unacceptable no) return (null, new(OpenRejection.DepositUnminable, no.Reason));
            await WatchAsync(terms, deposit, transaction, ct);
            var added = await store.AddAsync(build, transaction, ChannelHistory.Opened(deposit, now), ct);
            if (added is AddOutcome.OfferTaken) held.Keep();   // its twin's
            if (added is not AddOutcome.Added fresh) return (added, null);
            held.Keep();
            log.Opened(fresh.Channel.Id, deposit.Value.Satoshi, terms.Expiry);
            // It is stored: a customer who hangs up now changes nothing of what follows from that.
            foreach (var older in fresh.Superseded) await worker.ApplyAsync(older, new MerchantEvent.CoinReused(), CancellationToken.None);
            return (fresh with { Channel = await worker.FindDepositAsync(fresh.Channel, CancellationToken.None) }, null);
        }
        catch (ChainUnavailableException away)
        {
            return (null, new(OpenRejection.ChainUnavailable, away.Message));
        }
    }

    /// <summary>
    /// Once for each channel, while its deposit is still with the customer: what a close has to pass is settled by terms, deposit and scripts, and no
    /// payment changes it any more.
    /// </summary>
    private void RequireClaimable(MerchantChannel channel)
    {
        if (CloseProbe.Of(channel, keys).Faults is not { } faults) return;
        var detail = string.Join(", ", faults);
        log.ChannelUnclaimable(channel.Id, detail);
        throw new InvalidOperationException($"Channel {channel.Id} is not opened: nodes would not relay its close: {detail}");
    }

    /// <summary>The channel of this offer, if it was opened with this very request; a refusal if with another; null if with none.</summary>
    private async Task<(MerchantChannel? Channel, OpenRefusal? Refusal)?> FindSameAsync(OpenRequest request, CancellationToken ct)
    {
        if (await store.FindByOfferAsync(request.Offer.Id, ct) is not { } known) return null;
        var isSame = OpenJudge.Match(request) is OpenOutcome.Acceptable it
            && it.Terms == known.Terms && it.Deposit == known.Deposit && request.CustomerScript == known.CustomerScript;
        return isSame ? (await worker.FindDepositAsync(known, CancellationToken.None), null) : (null, new(OpenRejection.OfferUsed));
    }

    /// <summary>
    /// Watching comes first: once the customer has his answer, the deposit may be in the very next block. The chain is told whichever instance asks; the one that watches finds
    /// what others have added, and asks for deposits mined before that.
    /// </summary>
    private async Task WatchAsync(ChannelTerms terms, Deposit deposit, Transaction transaction, CancellationToken ct)
    {
        await chain.ExpectAsync(transaction, terms.DepositScript, ct);
        if (!duty.IsOurs) return;
        await chain.WatchAsync(terms.DepositScript, ct);
        await chain.WatchAsync(deposit.OutPoint, ct);
        foreach (var input in transaction.Inputs) await chain.WatchAsync(input.PrevOut, ct);
    }

    internal bool IsChainFresh([NotNullWhen(true)] out Moment? now) =>
        view.TryGetNow(out now) && now.ChainSilence <= ChainView.Patience && now.ChainSilence <= policy.MaxChainSilence && now.TipAge <= policy.MaxTipAge;

    private CloseRejection? AuthorizationFault(MerchantChannel channel, string action, AuthorizationHeader? shown)
    {
        if (shown is not var (time, signature)) return CloseRejection.AuthorizationInvalid;
        var age = Math.Abs((decimal)clock.GetUtcNow().ToUnixTimeSeconds() - time);
        return age > (decimal)ChannelAuthorization.Tolerance.TotalSeconds ? CloseRejection.AuthorizationStale
            : !ChannelAuthorization.Verify(channel.Terms.CustomerKey, signature, options.Network, options.Origin, channel.Id, action, time) ? CloseRejection.AuthorizationInvalid
            : null;
    }
}

using BtcChannels.Storage;
using BtcChannels.Two1;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.AspNetCore;

/// <summary>
/// Charges customers for what is served here. Whatever it answers is on disk. What the customer did wrong is an outcome; a <see cref="StoreUnavailableException"/> is an
/// outage, and nothing was charged.
/// </summary>
public sealed partial class Charges(IMerchantStore store, OpenChannels channels, HeldChannels held, RaisedTotals raises, ChainView view, MerchantPolicy policy, TimeProvider clock, ILogger<Charges> log, MerchantMetrics? metrics = null)
{
    // Of a channel that is also paid at other instances.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly ChargeJudge _judge = new(policy, store.IsLive);
    private readonly MerchantPolicy _vouchers = policy with { PaymentsAreSpent = false };

    /// <summary>Takes a voucher, and reserves what a request costs: both or neither.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="voucher">A payment, whatever its total.</param>
    /// <param name="cost">What is to be reserved: <see cref="Reserve"/>; null for the voucher alone.</param>
    /// <param name="ct">Gives up as long as nothing is judged.</param>
    /// <exception cref="Chain.ChainUnavailableException">The channel is held, and the node does not answer.</exception>
    public async ValueTask<ChargeOutcome> TakeAsync(ChannelId id, SignedPayment voucher, Reservation? cost, CancellationToken ct)
    {
        var (outcome, _) = await JudgeAsync(id, voucher, cost, isAhead: false, ct);
        if (metrics is { CountsPayments: true }) metrics.Count(outcome);
        return outcome;
    }

    /// <summary>
    /// The same, without waiting for the disk where nothing but the disk can come between: what is served for it may begin, but not leave before it is settled.
    /// </summary>
    /// <inheritdoc cref="TakeAsync"/>
    /// <returns>What was judged, and with it what is still on its way; null where nothing is.</returns>
    internal async ValueTask<(ChargeOutcome Outcome, TakenAhead? Ahead)> TakeAheadAsync(ChannelId id, SignedPayment voucher, Reservation cost, CancellationToken ct)
    {
        var taken = await JudgeAsync(id, voucher, cost, isAhead: true, ct);
        if (metrics is { CountsPayments: true }) metrics.Count(taken.Outcome);
        return taken;
    }

    private async ValueTask<(ChargeOutcome Outcome, TakenAhead? Ahead)> JudgeAsync(ChannelId id, SignedPayment voucher, Reservation? cost, bool isAhead, CancellationToken ct)
    {
        if (!view.TryGetNow(out var now)) return (new ChargeOutcome.Refused(PaymentRejection.ChainSilent), null);
        while (true)
        {
            if (await channels.FindAsync(id, ct) is not { } kept) return (new ChargeOutcome.Refused(PaymentRejection.ChannelUnknown), null);
            if (kept.IsHeld)
            {
                var released = await held.PayAsync(id, voucher, _vouchers, now, ct);
                if (released is PaymentOutcome.Accepted) raises.Tell(id);
                if (released is PaymentOutcome.Refused refused) return (new ChargeOutcome.Refused(refused.Reason), null);
                continue;
            }
            var begun = kept.Begin<ChargeOutcome, Taking>(new(_judge, voucher, cost, now, policy.MaxUnminedExposure), store);
            if (isAhead && begun is { Outcome: ChargeOutcome.Granted { IsChanged: true } granted, Bounded: null }) return (granted, new(id, kept, begun.Value, voucher, cost!));
            if (await channels.EndAsync(id, kept, begun) is { } outcome)
            {
                if (IsForWantOfMore(outcome) && await channels.DropIfOutdatedAsync(id, kept, ct)) continue;
                if (outcome is ChargeOutcome.Granted { IsChanged: true } or ChargeOutcome.Insufficient { IsChanged: true }) raises.Tell(id);
                return (outcome, null);
            }
        }
    }

    /// <summary>Reserves what a token is redeemed for, also after the channel has closed.</summary>
    /// <param name="id">The channel that it was paid on.</param>
    /// <param name="cost">With the token as its key.</param>
    /// <param name="ct">Gives up as long as nothing is judged.</param>
    public async ValueTask<ChargeOutcome> RedeemAsync(ChannelId id, Reservation cost, CancellationToken ct)
    {
        if (!view.TryGetNow(out var now)) return new ChargeOutcome.Refused(PaymentRejection.ChainSilent);
        while (true)
        {
            if (await channels.FindAsync(id, ct) is not { } kept) return new ChargeOutcome.Refused(PaymentRejection.ChannelUnknown);
            if (kept.IsHeld) return new ChargeOutcome.Refused(PaymentRejection.ChannelPending);
            switch (await channels.EndAsync(id, kept, kept.Begin<ChargeOutcome, Redeeming>(new(_judge, cost, now), store)))
            {
                case null:
                    continue;
                case ChargeOutcome.Refused { Reason: PaymentRejection.ChannelClosed }:
                    if (await RedeemClosedAsync(id, cost, now, ct) is { } closed) return closed;
                    continue;
                case var outcome:
                    if (IsForWantOfMore(outcome) && await channels.DropIfOutdatedAsync(id, kept, ct)) continue;
                    return outcome;
            }
        }
    }

    /// <returns>Null where another write came first.</returns>
    private async Task<ChargeOutcome?> RedeemClosedAsync(ChannelId id, Reservation cost, Moment now, CancellationToken ct)
    {
        if (await store.FindAsync(id, ct) is not { State: not MerchantState.Open } channel) return null;
        var outcome = _judge.Redeem(channel, cost, now);
        if (outcome is not ChargeOutcome.Granted granted) return outcome;
        return await store.TryWriteAsync(channel with { Balance = granted.Channel.Balance }, channel.Version, [], CancellationToken.None) ? outcome : null;
    }

    /// <summary>A reservation by this process.</summary>
    /// <param name="amount">Above 0.</param>
    /// <param name="key">The request's, if it has one.</param>
    public Reservation Reserve(MilliSatoshi amount, RequestKey? key = null) => new(store.Run, amount, key);

    /// <summary>The next step of something that is charged as it is served: spends what the last step reserved, and reserves for the next.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="served">The last step's, as it was granted; null where there was none. It is settled unless the outcome is a refusal.</param>
    /// <param name="next">What comes next: <see cref="Reserve"/>.</param>
    /// <param name="ct">Gives up as long as nothing is judged.</param>
    public async ValueTask<ChargeOutcome> StepAsync(ChannelId id, Reservation? served, Reservation next, CancellationToken ct)
    {
        while (true)
        {
            if (await channels.FindAsync(id, ct) is not { } kept) return new ChargeOutcome.Refused(PaymentRejection.ChannelUnknown);
            if (kept.IsHeld) return new ChargeOutcome.Refused(PaymentRejection.ChannelPending);
            if (await channels.EndAsync(id, kept, kept.Begin<Stepped, Stepping>(new(_judge, served, next), store)) is not { } step) continue;
            if (IsForWantOfMore(step.Outcome) && await channels.DropIfOutdatedAsync(id, kept, ct)) continue;
            Report(id, step.Lost);
            return step.Outcome;
        }
    }

    /// <summary>Waits until a further payment may have come: looks again are due then.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="isEnough">Whether what is authorized by now will do, satoshi.</param>
    /// <param name="patience">How long at most.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>False where it has not come in time.</returns>
    public async Task<bool> WaitAsync(ChannelId id, Func<Money, bool> isEnough, TimeSpan patience, CancellationToken ct)
    {
        try
        {
            for (var start = clock.GetTimestamp(); ;)
            {
                var next = raises.NextAsync(id);
                if (await store.FindAsync(id, ct) is not { } channel || channel.State is not MerchantState.Open) return false;
                if (isEnough(channel.Balance.Authorized))
                {
                    channels.DropIfOlder(id, channel.Version);
                    return true;
                }
                var left = patience - clock.GetElapsedTime(start);
                if (left <= TimeSpan.Zero) return false;
                // Where no payment is told of, it is looked at all the same.
                await next.WaitAsync(left < LookAgain ? left : LookAgain, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ct.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            raises.Leave(id);
        }
    }

    /// <summary>What a channel has on disk.</summary>
    public async ValueTask<Balance> BalanceAsync(ChannelId id) =>
        await store.FindAsync(id, CancellationToken.None) is { } stored ? stored.Balance : throw new InvalidOperationException($"Channel {id}, which is charged, is gone");

    /// <summary>Ends what was reserved: what was served for it is spent, and the rest free again.</summary>
    /// <param name="id">The channel, in whatever state it is by now.</param>
    /// <param name="reserved">As it was granted.</param>
    /// <param name="spent">Zero to what was reserved.</param>
    /// <param name="answer">What is to be kept with it; of a channel that is not open any more nothing is kept.</param>
    /// <param name="redeemed">The token that paid for it, as it is by then.</param>
    /// <returns>The balance after it.</returns>
    public async ValueTask<Balance> SettleAsync(ChannelId id, Reservation reserved, MilliSatoshi spent, KeptAnswer? answer, PaymentToken? redeemed = null)
    {
        while (true)
        {
            if (await channels.FindAsync(id, CancellationToken.None) is not { } kept) throw new InvalidOperationException($"Channel {id}, which is charged, is gone");
            var settled = await ApplyAsync(id, kept, new Settling(_judge, reserved, spent, answer, redeemed)) ?? await SettleClosedAsync(id, reserved, spent, redeemed);
            // What was granted was paid before: memory is from before that.
            if (settled is null || (settled.Balance.Newest is null && await channels.DropIfOutdatedAsync(id, kept, CancellationToken.None))) continue;
            Report(id, settled.Lost);
            return settled.Balance;
        }
    }

    private ValueTask<Settled?> ApplyAsync(ChannelId id, KeptChannel kept, Settling judge) => channels.EndAsync(id, kept, kept.Begin<Settled, Settling>(judge, store));

    /// <summary>Ends what was taken ahead: voucher, reservation and charge in one wait for the disk.</summary>
    /// <param name="ahead">As it was taken.</param>
    /// <param name="spent">Zero to what was reserved.</param>
    /// <returns>The balance after it; null where something else changed the channel first, and the charge is not written: <see cref="LandAsync"/>.</returns>
    internal async ValueTask<Balance?> TrySettleAsync(TakenAhead ahead, MilliSatoshi spent)
    {
        if (await ApplyAsync(ahead.Id, ahead.Kept, new Settling(_judge, ahead.Cost, spent, null, null)) is not { } settled) return null;
        raises.Tell(ahead.Id);
        Report(ahead.Id, settled.Lost);
        return settled.Balance;
    }

    /// <summary>Waits until what was taken ahead is on disk, and takes it anew where something else changed the channel first. From then on it is as every other.</summary>
    /// <exception cref="ChargeLostException">It is not good there any more: nothing is charged, and nothing may leave.</exception>
    internal async ValueTask LandAsync(TakenAhead ahead)
    {
        if (await channels.EndAsync<ChargeOutcome>(ahead.Id, ahead.Kept, ahead.Begun) is not null) raises.Tell(ahead.Id);
        else if (await TakeAsync(ahead.Id, ahead.Voucher, ahead.Cost, CancellationToken.None) is var outcome && outcome is not ChargeOutcome.Granted) throw new ChargeLostException(outcome);
    }

    /// <summary>Whether what was taken ahead came to be on disk.</summary>
    internal async ValueTask<bool> HasLandedAsync(TakenAhead ahead)
    {
        try
        {
            return await channels.EndAsync<ChargeOutcome>(ahead.Id, ahead.Kept, ahead.Begun) is not null;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    /// <summary>A channel that closed while something was served pays for it: no close goes below what is reserved. What is written is for the books.</summary>
    /// <returns>Null where it is open, or another write came first.</returns>
    private async Task<Settled?> SettleClosedAsync(ChannelId id, Reservation reserved, MilliSatoshi spent, PaymentToken? redeemed)
    {
        if (await store.FindAsync(id, CancellationToken.None) is not { } channel || channel is { State: MerchantState.Open, IsHeld: false }) return null;
        var (next, lost) = _judge.Settle(channel.Balance, reserved, spent);
        var settled = channel with { Balance = next };
        if (redeemed is not null && channel.Two1 is { } two1) settled = settled with { Two1 = two1 with { Unredeemed = Math.Max(0, two1.Unredeemed - 1) } };
        return await store.TryWriteAsync(settled, channel.Version, [], CancellationToken.None, redeemed) ? new(next, lost, null) : null;
    }

    private void Report(ChannelId id, MilliSatoshi lost)
    {
        if (lost > MilliSatoshi.Zero) log.ChargeLost(id, lost.Value);
    }
}

using System.Diagnostics;
using NBitcoin;
using static BtcChannels.MerchantEffect;
using static BtcChannels.MerchantEvent;
using static BtcChannels.MerchantState;

namespace BtcChannels;

/// <summary>A channel's next state and what to do once it is stored.</summary>
public sealed record MerchantTransition(MerchantChannel Next, IReadOnlyList<MerchantEffect> Effects);

/// <summary>What a transition may look at besides channel and event.</summary>
/// <param name="Now">Clock and chain.</param>
/// <param name="Policy">The merchant's.</param>
/// <param name="Countersign">Completes a payment with the merchant's signature; the same arguments give the same bytes.</param>
public sealed record MerchantContext(Moment Now, MerchantPolicy Policy, Func<MerchantChannel, SignedPayment, Transaction> Countersign);

/// <summary>The merchant's state machine, all of it: a pure function of channel and event.</summary>
public static class MerchantTransitions
{
    public static MerchantTransition Apply(MerchantChannel channel, MerchantEvent what, MerchantContext context) => (channel.State, what) switch
    {
        // The deposit comes, goes and comes again.
        (Abandoned { IsOver: true }, DepositMined) => Stay(channel),
        (Abandoned, DepositMined mined) => OpenIfDeep(channel with { DepositHeight = mined.Height, State = new Pending(Deadline(context)) }, context),
        (Pending, DepositMined mined) => OpenIfDeep(channel with { DepositHeight = mined.Height }, context),
        (_, DepositMined mined) => To(channel with { DepositHeight = mined.Height }),
        // Before it is mined. One that was paid and is unmined again may be lost, and takes nothing more until it is mined.
        (Pending, DepositSeen) when context.Policy.Confirmations == 0 && channel is { DepositHeight: null, Balance.Newest: null } => To(channel with { State = new Open() }),
        (_, DepositSeen) => Stay(channel),
        (Open, DepositVanished) when channel.DepositHeight is null => To(channel with { State = new Pending(Deadline(context)) }),
        (_, DepositVanished) => Stay(channel),

        (Open, DepositReorganised) => To(
            channel with { DepositHeight = null, State = new Pending(Deadline(context)) }, new Alarm(AlarmKind.DepositReorganised, channel.Balance.Authorized)),
        (_, DepositReorganised) => To(channel with { DepositHeight = null }),

        // Its coin is gone.
        (Closed or Refunded or Abandoned { Reason: AbandonReason.DoubleSpent } or Abandoned { IsOver: true }, DepositDoubleSpent) => Stay(channel),
        // A signed close is out: were the channel given up and the deposit mined after all, it would open again and take payments that this close undoes.
        (Closing closing, DepositDoubleSpent) => To(channel with { DepositHeight = null }, new Alarm(AlarmKind.LostToDoubleSpend, closing.Close.Payment.Total)),
        (_, DepositDoubleSpent) => GiveUp(channel with { DepositHeight = null }, AbandonReason.DoubleSpent),
        (Pending, CoinReused) when channel.DepositHeight is null && channel.Balance.Newest is null => GiveUp(channel, AbandonReason.Superseded),
        (_, CoinReused) => Stay(channel),

        // It is spent, and sometimes unspent again.
        (_, DepositSpent spent) => Settle(channel, spent, context),
        (Closed { Close: { } close }, SpendReorganised) => Reclose(channel, close),
        (Refunded { Close: { } close }, SpendReorganised) => Reclose(channel, close),
        // A close of ours that this store does not know (it is a restored one) is out: no more payments, whatever becomes of it.
        (Closed, SpendReorganised) => channel.Balance.Newest is { } newest ? Reclose(channel, newest, context) : Stay(channel),
        (Refunded, SpendReorganised) => To(channel with { State = new Open() }, new Alarm(AlarmKind.CloseReorganised, channel.Balance.Authorized)),
        (_, SpendReorganised) => Stay(channel),

        // It is closed, by the customer's wish or because time is up.
        (Open, CloseGranted granted) => Close(channel, granted.Payment, context),
        (_, CloseGranted) => Stay(channel),
        (Open, MarginNear or CloseOrdered) when channel.Balance.Newest is { } newest => Close(channel, newest, context),
        (_, MarginNear or CloseOrdered) => Stay(channel),
        (Pending or Open, TimePassed) when IsCloseDue(channel, context) => Close(channel, channel.Balance.Newest!, context),
        (Pending, TimePassed) => Wait(channel, context),
        (Open, TimePassed) => Stay(channel),
        (Closing closing, TimePassed) => Rebroadcast(channel, closing, context),
        (Closed closed, TimePassed) => IsBuried(closed.Spend, context)
            ? To(channel with { State = closed with { Spend = closed.Spend with { IsBuried = true } } }, new StopWatching()) : Stay(channel),
        (Refunded refunded, TimePassed) => IsBuried(refunded.Spend, context)
            ? To(channel with { State = refunded with { Spend = refunded.Spend with { IsBuried = true } } }, new StopWatching()) : Stay(channel),
        (Abandoned { IsOver: false } given, TimePassed) => channel.Terms.Expiry.IsRefundableAfter(context.Now.Tip)
            ? To(channel with { State = given with { IsOver = true } }, new StopWatching()) : Stay(channel),
        (Abandoned, TimePassed) => Stay(channel),

        _ => throw new UnreachableException($"{channel.State} has no rule for {what}"),
    };

    /// <summary>
    /// Whether the margin is reached with something to claim. A channel with nothing claimable is left alone: it just takes no more money. One whose
    /// deposit a reorganisation took back is closed too: the close is broadcast until the deposit is there again.
    /// </summary>
    private static bool IsCloseDue(MerchantChannel channel, MerchantContext context) =>
        channel.Balance.Newest is not null && channel.Terms.Expiry.IsWithin(context.Policy.CloseMargin, context.Now);

    private static MerchantTransition OpenIfDeep(MerchantChannel channel, MerchantContext context) =>
        To(channel.DepositHeight is { } height && context.Now.Tip.ConfirmationsOf(height) >= context.Policy.Confirmations
            ? channel with { State = new Open() } : channel);

    private static MerchantTransition Wait(MerchantChannel channel, MerchantContext context)
    {
        if (channel.DepositHeight is not null) return OpenIfDeep(channel, context);
        if (channel.Terms.Expiry.IsRefundableAfter(context.Now.Tip)) return GiveUp(channel, AbandonReason.Expired);
        // What was authorized before a reorganisation is still claimable should the deposit come back: that waits for the margin.
        return context.Now.Latest > ((Pending)channel.State).Deadline && channel.Balance.Newest is null
            ? GiveUp(channel, AbandonReason.DeadlinePassed) : Stay(channel);
    }

    private static MerchantTransition GiveUp(MerchantChannel channel, AbandonReason reason)
    {
        var next = channel with { State = new Abandoned(reason) };
        return channel.Balance.Newest is null ? To(next) : To(next, new Alarm(AlarmKind.LostToDoubleSpend, channel.Balance.Authorized));
    }

    private static MerchantTransition Close(MerchantChannel channel, SignedPayment payment, MerchantContext context)
    {
        var close = new PreparedClose(payment, context.Countersign(channel, payment));
        return To(channel with { State = new Closing(close) }, Send(channel, close));
    }

    private static MerchantTransition Rebroadcast(MerchantChannel channel, Closing closing, MerchantContext context) =>
        channel.Terms.Expiry.IsRefundableAfter(context.Now.Tip)
            ? new(channel, [.. Send(channel, closing.Close), new Alarm(AlarmKind.CloseLate, closing.Close.Payment.Total)])
            : new(channel, Send(channel, closing.Close));

    private static MerchantTransition Reclose(MerchantChannel channel, PreparedClose close) => To(
        channel with { State = new Closing(close) }, [.. Send(channel, close), new Alarm(AlarmKind.CloseReorganised, close.Payment.Total)]);

    private static MerchantTransition Reclose(MerchantChannel channel, SignedPayment newest, MerchantContext context) =>
        Reclose(channel, new PreparedClose(newest, context.Countersign(channel, newest)));

    /// <summary>The check comes before each broadcast and never stands in its way: nodes differ, and what is not sent is not mined.</summary>
    private static MerchantEffect[] Send(MerchantChannel channel, PreparedClose close) =>
        CloseCheck.FaultsOf(channel, close.Transaction) is { } faults
            ? [new Alarm(AlarmKind.CloseNotRelayable, close.Payment.Total, string.Join(", ", faults)), new Broadcast(close.Transaction)]
            : [new Broadcast(close.Transaction)];

    private static MerchantTransition Settle(MerchantChannel channel, DepositSpent spent, MerchantContext context)
    {
        var close = channel.State.Prepared;
        var spend = Spend.Of(spent.By, spent.Height, channel.PayoutScript, channel.CustomerScript);
        spend = spend with { IsBuried = IsBuried(spend, context) };
        List<MerchantEffect> effects = spend.IsBuried ? [new StopWatching()] : [];
        if (!ChannelTransactions.IsRefund(spent.By, channel.Deposit, channel.Terms))
            return new(channel with { State = new Closed(spend, close) }, effects);
        var lost = close?.Payment.Total ?? channel.Balance.Authorized;
        if (lost > Money.Zero) effects.Add(new Alarm(AlarmKind.LostToRefund, lost));
        return new(channel with { State = new Refunded(spend, close) }, effects);
    }

    private static bool IsBuried(Spend spend, MerchantContext context) =>
        context.Now.Tip.ConfirmationsOf(spend.Height) >= context.Policy.BuriedAt;

    private static long Deadline(MerchantContext context) => context.Now.Latest + (long)context.Policy.PendingLifetime.TotalSeconds;

    private static MerchantTransition To(MerchantChannel next, params MerchantEffect[] effects) => new(next, effects);
    private static MerchantTransition Stay(MerchantChannel channel) => new(channel, []);
}

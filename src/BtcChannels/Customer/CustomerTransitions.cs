using System.Diagnostics;
using NBitcoin;
using static BtcChannels.CustomerEffect;
using static BtcChannels.CustomerEvent;
using static BtcChannels.CustomerState;

namespace BtcChannels;

/// <summary>What can happen to a customer's channel, apart from his own payments.</summary>
public abstract record CustomerEvent
{
    private CustomerEvent() { }

    /// <summary>The merchant agreed and told where his share goes.</summary>
    public sealed record MerchantAgreed(Script PayoutScript) : CustomerEvent;

    /// <summary>The merchant refused for good.</summary>
    public sealed record MerchantRefused : CustomerEvent;

    /// <summary>The merchant told how a channel from a backup stands, and what he told was checked.</summary>
    /// <param name="PayoutScript">The merchant's output.</param>
    /// <param name="Newest">The newest payment that he has, with the customer's own signature; null for none.</param>
    /// <param name="IsClosing">Whether he takes no payments any more.</param>
    /// <param name="CloseTxid">The close that he prepared, if he has.</param>
    public sealed record MerchantRecalled(Script PayoutScript, SignedPayment? Newest, bool IsClosing, uint256? CloseTxid) : CustomerEvent;

    /// <summary>
    /// A transaction that pays the channel's script stands in a block. Anybody can make one, so it counts only where it is the deposit's, perhaps
    /// with another id.
    /// </summary>
    public sealed record DepositMined(Transaction By, int Height) : CustomerEvent;

    /// <summary>The block that the deposit stood in is not in the best chain any more.</summary>
    public sealed record DepositReorganised : CustomerEvent;

    /// <summary>A block holds a transaction that spends the deposit.</summary>
    public sealed record DepositSpent(Transaction By, int Height) : CustomerEvent;

    /// <summary>The block that held it is not in the best chain any more.</summary>
    public sealed record SpendReorganised : CustomerEvent;

    /// <summary>The customer wants to close. This is stored before the merchant is asked.</summary>
    public sealed record CloseWanted : CustomerEvent;

    /// <summary>The merchant told the close's id.</summary>
    public sealed record CloseAnswered(uint256 Txid) : CustomerEvent;

    /// <summary>The tip moved.</summary>
    public sealed record TipMoved : CustomerEvent;
}

/// <summary>What is to be done once the next state is stored. Doing it twice is harmless.</summary>
public abstract record CustomerEffect
{
    private CustomerEffect() { }

    public sealed record Broadcast(Transaction Transaction) : CustomerEffect;

    /// <summary>The wallet may use the deposit's coins for something else.</summary>
    public sealed record ReleaseCoins(Transaction Deposit) : CustomerEffect;
}

/// <summary>A channel's next state and what to do once it is stored.</summary>
public sealed record CustomerTransition(CustomerChannel Next, IReadOnlyList<CustomerEffect> Effects);

/// <summary>What a transition may look at besides channel and event.</summary>
/// <param name="Tip">The chain's end.</param>
/// <param name="BuriedAt">How deep a spend has to lie to be final.</param>
/// <param name="SignRefund">Signs the refund anew for a deposit that was mined at another outpoint.</param>
public sealed record CustomerContext(ChainTip Tip, int BuriedAt, Func<CustomerChannel, Deposit, Transaction> SignRefund);

/// <summary>The customer's state machine, all of it: a pure function of channel and event.</summary>
public static class CustomerTransitions
{
    public static CustomerTransition Apply(CustomerChannel channel, CustomerEvent what, CustomerContext context) => (channel.State, what) switch
    {
        // From a backup. The merchant's memory takes the place of what was lost; the deposit goes out again if it never got there.
        (Prepared { IsRestored: true }, MerchantRecalled it) => To(channel with
        {
            Newest = it.Newest, Acknowledged = it.Newest?.Total ?? Money.Zero,
            State = it.IsClosing ? new Closing(it.PayoutScript, it.CloseTxid) : new Active(it.PayoutScript),
        }),
        (_, MerchantRecalled) => Stay(channel),
        (Prepared { IsRestored: true }, MerchantAgreed) => Stay(channel),   // that he agrees does not tell what was signed

        // Opening. Only a stored agreement lets the deposit out.
        (Prepared, MerchantAgreed agreed) => To(channel with { State = new Active(agreed.PayoutScript) }, new Broadcast(channel.DepositTransaction)),
        (Prepared, MerchantRefused or CloseWanted) when channel.DepositHeight is not null => To(channel with { State = new Stranded() }),
        (Prepared, MerchantRefused or CloseWanted) => To(channel with { State = new Dropped() }, new ReleaseCoins(channel.DepositTransaction)),
        (_, MerchantAgreed or MerchantRefused) => Stay(channel),

        // The deposit comes and goes. A third party may have given it another id.
        (Closed or Refunded, DepositMined) => Stay(channel),
        (_, DepositMined mined) => Find(channel, mined.By) switch
        {
            null => Stay(channel),
            var same when same == channel.Deposit => To(channel with { DepositHeight = mined.Height, State = channel.State is Dropped ? new Stranded() : channel.State }),
            _ when channel.DepositHeight is not null => Stay(channel),
            var moved => To(channel with { Deposit = moved, DepositHeight = mined.Height, Refund = context.SignRefund(channel, moved), State = new Stranded() }),
        },
        (_, DepositReorganised) => To(channel with { DepositHeight = null }),

        // It is spent, and sometimes unspent again.
        (_, DepositSpent spent) => Settle(channel, spent, context),
        (Closed { PayoutScript: { } payout } closed, SpendReorganised) => To(channel with { State = new Closing(payout, closed.Spend.Txid) }),
        (Closed, SpendReorganised) => To(channel with { State = new Stranded() }),
        (Refunded refunded, SpendReorganised) => To(channel with { State = new Refunding(refunded.PayoutScript) }, new Broadcast(channel.Refund)),
        (_, SpendReorganised) => Stay(channel),

        // Closing is the merchant's to do; the customer only stops signing.
        (Active active, CloseWanted) => To(channel with { State = new Closing(active.PayoutScript, null) }),
        (Closing closing, CloseAnswered answered) => To(channel with { State = closing with { CloseTxid = answered.Txid } }),
        (_, CloseWanted or CloseAnswered) => Stay(channel),

        // Time brings the refund.
        (Dropped { IsOver: false }, TipMoved) when channel.Terms.Expiry.IsRefundableAfter(context.Tip) => To(channel with { State = new Dropped(IsOver: true) }),
        (Prepared, TipMoved) when channel.DepositHeight is null && channel.Terms.Expiry.IsRefundableAfter(context.Tip) =>
            To(channel with { State = new Dropped(IsOver: true) }, new ReleaseCoins(channel.DepositTransaction)),
        (Prepared or Active or Closing or Stranded, TipMoved) when channel.DepositHeight is not null && channel.Terms.Expiry.IsRefundableAfter(context.Tip) =>
            To(channel with { State = new Refunding(channel.State.Payout) }, new Broadcast(channel.Refund)),
        (Active or Closing, TipMoved) when channel.DepositHeight is null => To(channel, new Broadcast(channel.DepositTransaction)),
        (Refunding, TipMoved) when channel.DepositHeight is null => To(channel, new Broadcast(channel.DepositTransaction), new Broadcast(channel.Refund)),
        (Refunding, TipMoved) => To(channel, new Broadcast(channel.Refund)),
        (Closed closed, TipMoved) when IsBuried(closed.Spend, context) => To(channel with { State = closed with { Spend = closed.Spend with { IsBuried = true } } }),
        (Refunded refunded, TipMoved) when IsBuried(refunded.Spend, context) => To(channel with { State = refunded with { Spend = refunded.Spend with { IsBuried = true } } }),
        (_, TipMoved) => Stay(channel),

        _ => throw new UnreachableException($"{channel.State} has no rule for {what}"),
    };

    /// <summary>The deposit in a transaction that is the prepared one, but for what its signatures do not cover; null in any other.</summary>
    private static Deposit? Find(CustomerChannel channel, Transaction mined) =>
        Unsigned(mined) == Unsigned(channel.DepositTransaction) && Deposit.Find(mined, channel.Terms) is DepositSearch.Found found ? found.Deposit : null;

    private static uint256 Unsigned(Transaction transaction)
    {
        var bare = transaction.Clone();
        foreach (var input in bare.Inputs) (input.ScriptSig, input.WitScript) = (Script.Empty, WitScript.Empty);
        return bare.GetHash();
    }

    private static CustomerTransition Settle(CustomerChannel channel, DepositSpent spent, CustomerContext context)
    {
        var payout = channel.State.Payout;
        var spend = Spend.Of(spent.By, spent.Height, payout, channel.CustomerScript);
        spend = spend with { IsBuried = IsBuried(spend, context) };
        return To(channel with { State = ChannelTransactions.IsRefund(spent.By, channel.Deposit, channel.Terms) ? new Refunded(payout, spend) : new Closed(payout, spend) });
    }

    private static bool IsBuried(Spend spend, CustomerContext context) => !spend.IsBuried && context.Tip.ConfirmationsOf(spend.Height) >= context.BuriedAt;

    private static CustomerTransition To(CustomerChannel next, params CustomerEffect[] effects) => new(next, effects);
    private static CustomerTransition Stay(CustomerChannel channel) => new(channel, []);
}

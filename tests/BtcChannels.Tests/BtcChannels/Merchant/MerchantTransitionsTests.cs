using NBitcoin;
using static BtcChannels.MerchantEffect;
using static BtcChannels.MerchantEvent;
using static BtcChannels.MerchantState;

namespace BtcChannels.Tests.Domain;

/// <summary>What becomes of a merchant's channel, story by story.</summary>
public class MerchantTransitionsTests
{
    private const long Margin = 86_400;
    private const long Paid = 28_000;

    private static readonly MerchantChannel s_pending = Sample.Channel(new Pending(Sample.Now + 7_200)) with { DepositHeight = null };
    private static readonly MerchantChannel s_open = Sample.Channel();
    private static readonly MerchantChannel s_paid = Sample.Channel(paid: Paid);
    private static readonly PreparedClose s_close = Sample.Prepared(s_paid, Paid);
    private static readonly MerchantChannel s_closing = s_paid with { State = new Closing(s_close) };
    private static readonly Transaction s_refund = Sample.Refund(s_paid);

    private static MerchantTransition Apply(MerchantChannel channel, MerchantEvent what, Moment? now = null) =>
        MerchantTransitions.Apply(channel, what, Sample.Context(now));

    private static MerchantChannel Play(MerchantChannel channel, params (MerchantEvent What, Moment Now)[] events) =>
        events.Aggregate(channel, (at, next) => Apply(at, next.What, next.Now).Next);

    /// <summary>So many blocks above the sample's tip.</summary>
    private static Moment Later(int blocks) => Sample.At(Sample.Now + (blocks * 600), Sample.Height + blocks);

    private static void Stays(MerchantChannel channel, MerchantEvent what, Moment? now = null)
    {
        var transition = Apply(channel, what, now);
        Assert.Same(channel, transition.Next);
        Assert.Empty(transition.Effects);
    }

    private static Closing ClosesWith(SignedPayment payment, MerchantTransition transition)
    {
        var closing = Assert.IsType<Closing>(transition.Next.State);
        Assert.Equal(payment, closing.Close.Payment);
        SignedInput.HoldsAllSignatures(closing.Close.Transaction);
        Assert.Equal(payment.Total.Satoshi, closing.Close.Transaction.Outputs.Where(it => it.ScriptPubKey == Sample.Payout).Sum(it => it.Value.Satoshi));
        Assert.Same(closing.Close.Transaction, Assert.Single(transition.Effects.OfType<Broadcast>()).Transaction);
        return closing;
    }

    private static Alarm OneAlarm(MerchantTransition transition) => Assert.Single(transition.Effects.OfType<Alarm>());

    // Opening.

    [Theory]
    [InlineData(Sample.Height - 1, false)]
    [InlineData(Sample.Height - 2, true)]
    public void A_deposit_that_is_mined_opens_the_channel_once_it_is_deep_enough(int height, bool isOpen)
    {
        var next = Apply(s_pending, new DepositMined(height)).Next;
        Assert.Equal(height, next.DepositHeight);
        Assert.Equal(isOpen, next.State is Open);
    }

    [Fact]
    public void Blocks_on_top_open_it()
    {
        var mined = Apply(s_pending, new DepositMined(Sample.Height)).Next;
        Assert.IsType<Pending>(Apply(mined, new TimePassed(), Later(1)).Next.State);
        Assert.IsType<Open>(Apply(mined, new TimePassed(), Later(2)).Next.State);
    }

    [Fact]
    public void A_deposit_that_is_not_mined_by_the_deadline_is_given_up()
    {
        Stays(s_pending, new TimePassed(), Sample.At(Sample.Now + 7_200));
        var late = Apply(s_pending, new TimePassed(), Sample.At(Sample.Now + 7_201));
        Assert.Equal(new Abandoned(AbandonReason.DeadlinePassed), late.Next.State);
        Assert.Empty(late.Effects);
    }

    [Fact]
    public void A_deposit_that_is_mined_but_not_deep_is_not_given_up_at_the_deadline() =>
        Stays(s_pending with { DepositHeight = Sample.Height }, new TimePassed(), Sample.At(Sample.Now + 99_999));

    [Fact]
    public void A_deposit_whose_coin_is_spent_otherwise_is_given_up()
    {
        var transition = Apply(s_pending, new DepositDoubleSpent(uint256.One));
        Assert.Equal(new Abandoned(AbandonReason.DoubleSpent), transition.Next.State);
        Assert.Empty(transition.Effects);
    }

    [Fact]
    public void A_newer_channel_of_the_same_coin_supersedes_one_that_is_not_mined() =>
        Assert.Equal(new Abandoned(AbandonReason.Superseded), Apply(s_pending, new CoinReused()).Next.State);

    [Fact]
    public void It_does_not_supersede_one_that_is_mined_or_paid()
    {
        Stays(s_pending with { DepositHeight = Sample.Height }, new CoinReused());
        Stays(s_pending with { Balance = s_paid.Balance }, new CoinReused());
        Stays(s_open, new CoinReused());
    }

    [Fact]
    public void A_channel_that_was_given_up_revives_when_its_deposit_is_mined()
    {
        var abandoned = s_pending with { State = new Abandoned(AbandonReason.Superseded) };
        Assert.Equal(new Pending(Sample.Now + 7_200), Apply(abandoned, new DepositMined(Sample.Height)).Next.State);
        Assert.IsType<Open>(Apply(abandoned, new DepositMined(Sample.Height - 2)).Next.State);
    }

    [Fact]
    public void It_is_watched_until_its_refund_is_valid()
    {
        var abandoned = s_pending with { State = new Abandoned(AbandonReason.DeadlinePassed) };
        Stays(abandoned, new TimePassed(), Sample.At(Sample.Expiry.Value + 99, medianTime: Sample.Expiry.Value));
        var over = Apply(abandoned, new TimePassed(), Sample.At(medianTime: Sample.Expiry.Value + 1L));
        Assert.Equal(new Abandoned(AbandonReason.DeadlinePassed, IsOver: true), over.Next.State);
        Assert.Equal([new StopWatching()], over.Effects);
        Stays(over.Next, new DepositMined(Sample.Height));
    }

    [Fact]
    public void A_pending_channel_that_reaches_expiry_is_given_up() => Assert.Equal(
        new Abandoned(AbandonReason.Expired), Apply(s_pending, new TimePassed(), Sample.At(medianTime: Sample.Expiry.Value + 1L)).Next.State);

    // Reorganisations of the deposit.

    [Fact]
    public void A_deposit_that_is_reorganised_away_stops_payments_and_is_shouted()
    {
        var transition = Apply(s_paid, new DepositReorganised());
        Assert.Equal(s_paid with { DepositHeight = null, State = new Pending(Sample.Now + 7_200) }, transition.Next);
        Assert.Equal([new Alarm(AlarmKind.DepositReorganised, Paid)], transition.Effects);
    }

    [Fact]
    public void Mined_again_it_opens_with_all_that_was_authorized()
    {
        var again = Play(s_paid, (new DepositReorganised(), Sample.At()), (new DepositMined(Sample.Height + 1), Later(1)), (new TimePassed(), Later(3)));
        Assert.Equal(s_paid with { DepositHeight = Sample.Height + 1 }, again);
    }

    [Fact]
    public void With_money_authorized_the_deadline_gives_nothing_up()
    {
        var waiting = Apply(s_paid, new DepositReorganised()).Next;
        Stays(waiting, new TimePassed(), Sample.At(Sample.Now + 99_999));
    }

    [Fact]
    public void With_money_authorized_it_is_closed_at_the_margin_though_the_deposit_is_not_back()
    {
        var waiting = Apply(s_paid, new DepositReorganised()).Next;
        Stays(waiting, new TimePassed(), Sample.At(Sample.Expiry.Value - Margin - 1));
        var transition = Apply(waiting, new TimePassed(), Sample.At(Sample.Expiry.Value - Margin));
        ClosesWith(s_paid.Balance.Newest!, transition);
    }

    [Fact]
    public void With_money_authorized_and_the_deposit_mined_but_not_deep_it_is_closed_at_the_margin()
    {
        var shallow = s_paid with { State = new Pending(0), DepositHeight = Sample.Height };
        ClosesWith(s_paid.Balance.Newest!, Apply(shallow, new TimePassed(), Sample.At(Sample.Expiry.Value - Margin)));
    }

    [Fact]
    public void A_paid_deposit_that_is_double_spent_is_a_loss_and_is_shouted_once()
    {
        var waiting = Apply(s_paid, new DepositReorganised()).Next;
        var transition = Apply(waiting, new DepositDoubleSpent(uint256.One));
        Assert.Equal(new Abandoned(AbandonReason.DoubleSpent), transition.Next.State);
        Assert.Equal([new Alarm(AlarmKind.LostToDoubleSpend, Paid)], transition.Effects);
        Stays(transition.Next, new DepositDoubleSpent(uint256.Zero));   // another of its inputs
    }

    [Fact]
    public void Should_the_double_spend_be_reorganised_away_what_was_authorized_is_there_again()
    {
        var lost = Play(s_paid, (new DepositReorganised(), Sample.At()), (new DepositDoubleSpent(uint256.One), Sample.At()));
        Assert.Equal(s_paid.Balance, Play(lost, (new DepositMined(Sample.Height + 1), Later(3))).Balance);
        Assert.IsType<Open>(Play(lost, (new DepositMined(Sample.Height + 1), Later(3))).State);
    }

    // Closing.

    [Theory]
    [InlineData(-1, -3_600, false)]
    [InlineData(0, -3_600, true)]
    [InlineData(-7_200, -1, false)]
    [InlineData(-7_200, 0, true)]
    public void A_paid_channel_is_closed_at_the_margin_by_clock_or_median_time(long clock, long medianTime, bool isClosed)
    {
        var margin = Sample.Expiry.Value - Margin;
        var transition = Apply(s_paid, new TimePassed(), Sample.At(margin + clock, medianTime: margin + medianTime));
        if (isClosed) ClosesWith(s_paid.Balance.Newest!, transition);
        else Assert.Same(s_paid, transition.Next);
    }

    [Fact]
    public void A_channel_with_nothing_claimable_is_not_closed() => Stays(s_open, new TimePassed(), Sample.At(Sample.Expiry.Value + 99_999L));

    [Fact]
    public void A_close_that_was_granted_is_made_with_its_payment()
    {
        var lower = Sample.Pay(s_paid, 20_000);
        ClosesWith(lower, Apply(s_paid, new CloseGranted(lower)));
    }

    [Fact]
    public void Granted_twice_it_is_closed_once() => Stays(s_closing, new CloseGranted(Sample.Pay(s_paid, 20_000)));

    [Fact]
    public void A_close_is_broadcast_again_until_it_is_mined()
    {
        var transition = Apply(s_closing, new TimePassed(), Later(1));
        Assert.Same(s_closing, transition.Next);
        Assert.Equal([new Broadcast(s_close.Transaction)], transition.Effects);
    }

    [Fact]
    public void A_close_that_is_not_mined_by_expiry_is_shouted_and_broadcast_on()
    {
        var transition = Apply(s_closing, new TimePassed(), Sample.At(medianTime: Sample.Expiry.Value + 1L));
        Assert.Equal([new Broadcast(s_close.Transaction), new Alarm(AlarmKind.CloseLate, Paid)], transition.Effects);
    }

    [Fact]
    public void Mined_it_is_closed_and_watched_until_it_is_buried()
    {
        var transition = Apply(s_closing, new DepositSpent(s_close.Transaction, Sample.Height));
        var closed = Assert.IsType<Closed>(transition.Next.State);
        Assert.Equal(new Spend(s_close.Transaction.GetHash(), Sample.Height, Paid, Sample.Capacity - Paid), closed.Spend);
        Assert.Same(s_close, closed.Close);
        Assert.Empty(transition.Effects);
        Assert.False(closed.IsFinal);

        Stays(transition.Next, new TimePassed(), Later(4));
        var buried = Apply(transition.Next, new TimePassed(), Later(5));
        Assert.True(buried.Next.State.IsFinal);
        Assert.Equal([new StopWatching()], buried.Effects);
    }

    [Fact]
    public void A_close_whose_id_was_changed_by_a_third_party_closes_the_channel_all_the_same()
    {
        var changed = s_close.Transaction.Clone();
        changed.Inputs[0].ScriptSig = new Script(SignedInput.Elements(changed).Select(op => op.Code == OpcodeType.OP_1 ? OpcodeType.OP_2 : op));
        var closed = Assert.IsType<Closed>(Apply(s_closing, new DepositSpent(changed, Sample.Height)).Next.State);
        Assert.Equal(changed.GetHash(), closed.Spend.Txid);
        Assert.NotEqual(s_close.Transaction.GetHash(), closed.Spend.Txid);
        Assert.Equal(Paid, closed.Spend.ToMerchant.Satoshi);
    }

    [Fact]
    public void A_close_that_is_reorganised_away_is_broadcast_again()
    {
        var closed = Apply(s_closing, new DepositSpent(s_close.Transaction, Sample.Height)).Next;
        var transition = Apply(closed, new SpendReorganised());
        Assert.Equal(s_closing, transition.Next);
        Assert.Equal([new Broadcast(s_close.Transaction), new Alarm(AlarmKind.CloseReorganised, Paid)], transition.Effects);
    }

    [Fact]
    public void A_close_that_a_restored_store_does_not_know_is_followed_by_one_of_its_own_when_it_is_reorganised_away()
    {
        var closed = Apply(s_paid, new DepositSpent(s_close.Transaction, Sample.Height)).Next;
        Assert.Equal(new Closed(MerchantStates.Close, null), closed.State);
        var transition = Apply(closed, new SpendReorganised());
        ClosesWith(s_paid.Balance.Newest!, transition);
        Assert.Equal(new Alarm(AlarmKind.CloseReorganised, Paid), OneAlarm(transition));
    }

    [Fact]
    public void Where_that_store_knows_no_payment_either_the_channel_takes_none_any_more()
    {
        var closed = s_open with { State = new Closed(MerchantStates.Close, null) };
        Stays(closed, new SpendReorganised());
    }

    [Fact]
    public void A_deposit_that_is_double_spent_under_a_close_is_shouted_and_the_close_broadcast_on()
    {
        var transition = Apply(s_closing, new DepositDoubleSpent(uint256.One));
        Assert.Equal(s_closing with { DepositHeight = null }, transition.Next);
        Assert.Equal([new Alarm(AlarmKind.LostToDoubleSpend, Paid)], transition.Effects);
        Assert.Equal([new Broadcast(s_close.Transaction)], Apply(transition.Next, new TimePassed()).Effects);
    }

    // A close that nodes would not relay.

    [Fact]
    public void A_close_that_nodes_would_not_relay_is_shouted_before_it_is_broadcast_all_the_same()
    {
        var faulty = s_paid with { Balance = new Balance(Sample.Unsigned(Paid), MilliSatoshi.Zero) };
        var transition = Apply(faulty, new TimePassed(), Sample.At(Sample.Expiry.Value - Margin));
        var closing = Assert.IsType<Closing>(transition.Next.State);
        AssertDoubtful(closing.Close, transition);
    }

    [Fact]
    public void Granted_it_is_shouted_too()
    {
        var transition = Apply(s_paid, new CloseGranted(Sample.Unsigned(20_000)));
        AssertDoubtful(Assert.IsType<Closing>(transition.Next.State).Close, transition);
    }

    [Fact]
    public void It_is_shouted_and_broadcast_again_with_every_block()
    {
        var transition = Apply(s_paid with { State = new Closing(s_doubtful) }, new TimePassed(), Later(1));
        Assert.Equal(new Closing(s_doubtful), transition.Next.State);
        AssertDoubtful(s_doubtful, transition);
    }

    [Fact]
    public void After_expiry_it_is_shouted_and_late_besides()
    {
        var transition = Apply(s_paid with { State = new Closing(s_doubtful) }, new TimePassed(), Sample.At(medianTime: Sample.Expiry.Value + 1L));
        AssertDoubtful(s_doubtful, transition, new Alarm(AlarmKind.CloseLate, Paid));
    }

    [Fact]
    public void Reorganised_away_it_is_shouted_and_broadcast_again()
    {
        var transition = Apply(s_paid with { State = new Closed(MerchantStates.Close, s_doubtful) }, new SpendReorganised());
        AssertDoubtful(s_doubtful, transition, new Alarm(AlarmKind.CloseReorganised, Paid));
    }

    private static readonly PreparedClose s_doubtful = new(s_close.Payment, ChannelTransactions.HalfSigned(s_paid.PaymentOf(Paid), s_paid.Terms, s_close.Payment.Signature));

    private static void AssertDoubtful(PreparedClose close, MerchantTransition transition, params MerchantEffect[] more)
    {
        var alarm = Assert.IsType<Alarm>(transition.Effects[0]);
        Assert.Equal((AlarmKind.CloseNotRelayable, close.Payment.Total), (alarm.Kind, alarm.AtStake));
        Assert.StartsWith(nameof(CloseFaultKind.Script), alarm.Detail, StringComparison.Ordinal);
        Assert.Equal([new Broadcast(close.Transaction), .. more], transition.Effects.Skip(1));
    }

    // Refunds.

    [Fact]
    public void A_refund_of_a_channel_with_money_authorized_is_a_loss_and_is_shouted()
    {
        var transition = Apply(s_paid, new DepositSpent(s_refund, Sample.Height));
        Assert.Equal(new Refunded(MerchantStates.Refund, null), transition.Next.State);
        Assert.Equal([new Alarm(AlarmKind.LostToRefund, Paid)], transition.Effects);
    }

    [Fact]
    public void A_refund_that_wins_the_race_against_a_close_loses_what_the_close_would_have_paid()
    {
        var lower = Sample.Prepared(s_paid, 20_000);
        var transition = Apply(s_paid with { State = new Closing(lower) }, new DepositSpent(s_refund, Sample.Height));
        Assert.Equal([new Alarm(AlarmKind.LostToRefund, 20_000L)], transition.Effects);
    }

    [Fact]
    public void A_refund_of_a_channel_without_payments_is_no_loss()
    {
        var transition = Apply(s_open, new DepositSpent(s_refund, Sample.Height));
        Assert.IsType<Refunded>(transition.Next.State);
        Assert.Empty(transition.Effects);
    }

    [Fact]
    public void A_refund_that_is_reorganised_away_gives_the_close_another_chance()
    {
        var refunded = Apply(s_closing, new DepositSpent(s_refund, Sample.Height)).Next;
        var transition = Apply(refunded, new SpendReorganised());
        Assert.Equal(s_closing, transition.Next);
        Assert.Contains(new Broadcast(s_close.Transaction), transition.Effects);
    }

    [Fact]
    public void Without_a_close_it_gives_the_margin_another_chance()
    {
        var late = Sample.At(Sample.Expiry.Value + 4_000L, medianTime: Sample.Expiry.Value + 1L);
        var open = Play(s_paid, (new DepositSpent(s_refund, Sample.Height), late), (new SpendReorganised(), late));
        ClosesWith(s_paid.Balance.Newest!, Apply(open, new TimePassed(), late));
    }

    [Fact]
    public void A_spend_that_is_found_buried_needs_no_more_watching()
    {
        var transition = Apply(s_closing, new DepositSpent(s_close.Transaction, Sample.Height - 5));
        Assert.True(transition.Next.State.IsFinal);
        Assert.Equal([new StopWatching()], transition.Effects);
    }

    [Fact]
    public void What_never_stood_in_a_block_cannot_be_reorganised_away()
    {
        foreach (var channel in (MerchantChannel[])[s_pending, s_open, s_closing, s_pending with { State = new Abandoned(AbandonReason.Expired) }])
            Stays(channel, new SpendReorganised());
    }
}

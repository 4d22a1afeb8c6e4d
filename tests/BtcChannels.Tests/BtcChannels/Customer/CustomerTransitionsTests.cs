using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class CustomerTransitionsTests
{
    private static readonly ChainTip Early = new(2_000, StoreSample.Hash("tip"), StoreSample.Soon - 1_000);
    private static readonly ChainTip Late = new(2_000, StoreSample.Hash("tip"), StoreSample.Soon + 1);
    private static readonly Script Payout = StoreSample.PayTo(7);

    private static IReadOnlyDictionary<string, CustomerEvent> Events { get; } = new Dictionary<string, CustomerEvent>
    {
        [nameof(CustomerEvent.MerchantAgreed)] = new CustomerEvent.MerchantAgreed(Payout),
        [nameof(CustomerEvent.MerchantRefused)] = new CustomerEvent.MerchantRefused(),
        [nameof(CustomerEvent.MerchantRecalled)] = new CustomerEvent.MerchantRecalled(Payout, StoreSample.Payment(40_000), IsClosing: false, null),
        [nameof(CustomerEvent.DepositMined)] = new CustomerEvent.DepositMined(Channel(new CustomerState.Prepared()).DepositTransaction, 1_900),
        [nameof(CustomerEvent.DepositReorganised)] = new CustomerEvent.DepositReorganised(),
        [nameof(CustomerEvent.DepositSpent)] = new CustomerEvent.DepositSpent(SpendOf(Channel(new CustomerState.Prepared()), isRefund: false), 1_950),
        [nameof(CustomerEvent.SpendReorganised)] = new CustomerEvent.SpendReorganised(),
        [nameof(CustomerEvent.CloseWanted)] = new CustomerEvent.CloseWanted(),
        [nameof(CustomerEvent.CloseAnswered)] = new CustomerEvent.CloseAnswered(StoreSample.Hash("close")),
        [nameof(CustomerEvent.TipMoved)] = new CustomerEvent.TipMoved(),
    };

    public static TheoryData<string, string> EveryPair
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var state in StoreSample.CustomerStates.Keys)
                foreach (var what in Events.Keys) pairs.Add(state, what);
            return pairs;
        }
    }

    [Fact]
    public void The_table_has_every_state_and_every_event()
    {
        Assert.Equal(NestedIn<CustomerState>(), StoreSample.CustomerStates.Values.Select(state => state.GetType().Name).Distinct().Order());
        Assert.Equal(NestedIn<CustomerEvent>(), Events.Keys.Order());
    }

    [Theory, MemberData(nameof(EveryPair))]
    public void Every_event_has_a_rule_in_every_state_and_the_same_event_again_changes_nothing_more(string state, string what)
    {
        foreach (var (height, tip) in new (int?, ChainTip)[] { (null, Early), (null, Late), (1_900, Early), (1_900, Late) })
        {
            var channel = Channel(StoreSample.CustomerStates[state]) with { DepositHeight = height };
            var once = Apply(channel, Events[what], tip).Next;
            Assert.Equal(once, Apply(once, Events[what], tip).Next);
            Assert.Equal(channel.KeyIndex, once.KeyIndex);
            if (Events[what] is CustomerEvent.MerchantRecalled && channel.State is CustomerState.Prepared { IsRestored: true }) continue;   // what it is for
            Assert.Equal((channel.Newest, channel.Acknowledged), (once.Newest, once.Acknowledged));
        }
    }

    [Theory, MemberData(nameof(EveryPair))]
    public void A_deposit_is_broadcast_only_once_the_merchant_agreed(string state, string what)
    {
        foreach (var tip in new[] { Early, Late })
        {
            var channel = Channel(StoreSample.CustomerStates[state]);
            var (next, effects) = Apply(channel, Events[what], tip);
            var isOut = effects.OfType<CustomerEffect.Broadcast>().Any(it => it.Transaction == channel.DepositTransaction);
            Assert.True(!isOut || next.State is CustomerState.Active or CustomerState.Closing or CustomerState.Refunding, $"{state}, {what}: broadcast in {next.State}");
        }
    }

    [Theory, MemberData(nameof(EveryPair))]
    public void A_refund_is_broadcast_only_after_expiry(string state, string what)
    {
        var channel = Channel(StoreSample.CustomerStates[state]) with { DepositHeight = 1_900 };
        if (channel.State is CustomerState.Refunding or CustomerState.Refunded) return;   // that was decided after expiry
        Assert.DoesNotContain(Apply(channel, Events[what], Early).Effects.OfType<CustomerEffect.Broadcast>(), it => it.Transaction == channel.Refund);
    }

    [Theory]
    [InlineData("prepared")]
    [InlineData("restored")]
    [InlineData("active")]
    [InlineData("closing")]
    [InlineData("closing answered")]
    [InlineData("stranded")]
    [InlineData("refunding")]
    [InlineData("refunding unagreed")]
    public void Whatever_the_state_a_mined_deposit_is_refunded_after_expiry(string state)
    {
        var channel = Channel(StoreSample.CustomerStates[state]) with { DepositHeight = 1_900 };
        var (next, effects) = Apply(channel, new CustomerEvent.TipMoved(), Late);
        Assert.IsType<CustomerState.Refunding>(next.State);
        Assert.Equal([new CustomerEffect.Broadcast(channel.Refund)], effects);
    }

    [Fact]
    public void A_channel_from_a_backup_goes_on_only_with_what_the_merchant_recalls()
    {
        var restored = Channel(new CustomerState.Prepared(IsRestored: true)) with { DepositHeight = 1_900 };
        Assert.Equal(restored, Apply(restored, Events["MerchantAgreed"], Early).Next);
        var recalled = Apply(restored, Events["MerchantRecalled"], Early).Next;
        Assert.Equal((new CustomerState.Active(Payout), 40_000L, false), (recalled.State, recalled.Authorized.Satoshi, recalled.HasUnanswered));
        var closing = Apply(restored, new CustomerEvent.MerchantRecalled(Payout, null, IsClosing: true, StoreSample.Hash("close")), Early).Next;
        Assert.Equal((new CustomerState.Closing(Payout, StoreSample.Hash("close")), 0L), (closing.State, closing.Authorized.Satoshi));
    }

    [Fact]
    public void What_a_merchant_recalls_of_a_channel_that_was_never_lost_is_passed_over()
    {
        var prepared = Channel(new CustomerState.Prepared());
        Assert.Equal(prepared, Apply(prepared, Events["MerchantRecalled"], Early).Next);
    }

    [Fact]
    public void A_refused_channel_whose_deposit_is_mined_already_waits_for_its_refund()
    {
        var mined = Channel(new CustomerState.Prepared()) with { DepositHeight = 1_900 };
        var (next, effects) = Apply(mined, new CustomerEvent.MerchantRefused(), Early);
        Assert.IsType<CustomerState.Stranded>(next.State);
        Assert.Empty(effects);
    }

    [Fact]
    public void A_dropped_deposit_that_is_mined_all_the_same_waits_for_its_refund()
    {
        var channel = Channel(new CustomerState.Dropped());
        Assert.Equal((new CustomerState.Stranded(), 1_900), (Apply(channel, Events["DepositMined"], Early).Next is var next ? next.State : null, next.DepositHeight));
    }

    [Fact]
    public void A_deposit_with_another_id_gets_a_refund_of_its_own()
    {
        var channel = Channel(new CustomerState.Active(Payout));
        var moved = channel.DepositTransaction.Clone();
        moved.Inputs[0].ScriptSig = new Script(OpcodeType.OP_1);
        var next = Apply(channel, new CustomerEvent.DepositMined(moved, 1_900), Early).Next;
        Assert.Equal(new CustomerState.Stranded(), next.State);
        Assert.Equal(moved.GetHash(), next.Deposit.OutPoint.Hash);
        Assert.Equal(next.Deposit.OutPoint, next.Refund.Inputs[0].PrevOut);
    }

    [Fact]
    public void Another_transaction_that_pays_the_script_is_not_the_deposit()
    {
        var channel = Channel(new CustomerState.Active(Payout));
        var other = StoreSample.DepositTransaction("another coin");
        Assert.Equal(channel, Apply(channel, new CustomerEvent.DepositMined(other, 1_900), Early).Next);
    }

    [Fact]
    public void A_prepared_channel_that_nobody_answered_is_over_at_expiry_and_its_coins_are_free()
    {
        var (next, effects) = Apply(Channel(new CustomerState.Prepared()), new CustomerEvent.TipMoved(), Late);
        Assert.Equal(new CustomerState.Dropped(IsOver: true), next.State);
        Assert.IsType<CustomerEffect.ReleaseCoins>(Assert.Single(effects));
    }

    [Theory]
    [InlineData(true, nameof(CustomerState.Refunded))]
    [InlineData(false, nameof(CustomerState.Closed))]
    public void A_spend_is_told_by_what_it_signs(bool isRefund, string state)
    {
        var channel = Channel(new CustomerState.Active(Payout)) with { DepositHeight = 1_900 };
        Assert.Equal(state, Apply(channel, new CustomerEvent.DepositSpent(SpendOf(channel, isRefund), 1_950), Late).Next.State.GetType().Name);
    }

    private static CustomerTransition Apply(CustomerChannel channel, CustomerEvent what, ChainTip tip) => CustomerTransitions.Apply(channel, what, new CustomerContext(tip, 6, SignRefund));

    /// <summary>Unsigned: who signs is not the transition's affair.</summary>
    private static Transaction SignRefund(CustomerChannel channel, Deposit deposit) =>
        ChannelTransactions.UnsignedRefund(deposit, channel.Terms, Money.Satoshis(1_000L), channel.CustomerScript);

    private static CustomerChannel Channel(CustomerState state) => StoreSample.Customer(1, state) with { DepositHeight = null };

    private static Transaction SpendOf(CustomerChannel channel, bool isRefund) => isRefund
        ? SignRefund(channel, channel.Deposit)
        : ChannelTransactions.Payment(channel.Deposit, CloseSplit.Of(channel.Deposit.Value, channel.Terms.CloseFee, Money.Satoshis(50_000L), Payout, channel.CustomerScript), Payout, channel.CustomerScript);

    private static IEnumerable<string> NestedIn<T>() => typeof(T).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(T))).Select(type => type.Name).Order();
}

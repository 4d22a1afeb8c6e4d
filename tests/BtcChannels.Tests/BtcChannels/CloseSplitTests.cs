using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class CloseSplitTests
{
    private static CloseSplit Split(long total, Script? merchant = null, Script? customer = null, long deposit = Sample.Deposit) =>
        CloseSplit.Of(Money.Satoshis(deposit), Money.Satoshis(Sample.CloseFee), Money.Satoshis(total), merchant ?? Sample.Payout, customer ?? Sample.Change);

    private static (long, long, long) Shares(CloseSplit split) => (split.ToMerchant.Satoshi, split.ToCustomer.Satoshi, split.Fee.Satoshi);

    [Fact]
    public void The_total_goes_to_the_merchant_and_the_rest_of_the_capacity_to_the_customer() =>
        Assert.Equal((28_000, 72_000, Sample.CloseFee), Shares(Split(28_000)));

    [Fact]
    public void With_nothing_authorized_all_is_the_customers() => Assert.Equal((0, Sample.Capacity, Sample.CloseFee), Shares(Split(0)));

    [Fact]
    public void With_everything_paid_all_is_the_merchants() => Assert.Equal((Sample.Capacity, 0, Sample.CloseFee), Shares(Split(Sample.Capacity)));

    [Theory, MemberData(nameof(StandardScripts.Names), MemberType = typeof(StandardScripts))]
    public void The_customers_share_is_paid_from_his_scripts_dust_threshold_up(string name)
    {
        var (script, dust) = StandardScripts.Named(name);
        Assert.Equal((Sample.Capacity - dust, dust, Sample.CloseFee), Shares(Split(Sample.Capacity - dust, customer: script)));
        Assert.Equal((Sample.Capacity - dust + 1, 0, Sample.CloseFee + dust - 1), Shares(Split(Sample.Capacity - dust + 1, customer: script)));
    }

    [Theory, MemberData(nameof(StandardScripts.Names), MemberType = typeof(StandardScripts))]
    public void The_merchants_share_is_paid_from_his_scripts_dust_threshold_up(string name)
    {
        var (script, dust) = StandardScripts.Named(name);
        Assert.Equal((dust, Sample.Capacity - dust, Sample.CloseFee), Shares(Split(dust, merchant: script)));
        Assert.Equal((0, Sample.Capacity - dust + 1, Sample.CloseFee + dust - 1), Shares(Split(dust - 1, merchant: script)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Sample.Capacity + 1)]
    public void A_total_outside_the_capacity_cannot_be_split(long total) => Assert.Throws<ArgumentOutOfRangeException>(() => Split(total));

    [Fact]
    public void A_deposit_below_the_fee_cannot_be_split() => Assert.Throws<ArgumentOutOfRangeException>(() => Split(0, deposit: Sample.CloseFee - 1));

    [Fact]
    public void A_split_of_another_deposit_makes_no_payment()
    {
        var channel = Sample.Channel();
        Assert.Throws<InvalidOperationException>(() =>
            ChannelTransactions.Payment(channel.Deposit, Split(28_000, deposit: Sample.Deposit + 1), Sample.Payout, Sample.Change));
    }

    /// <summary>Whatever the deposit, the fee, the total and the two scripts: deposit = outputs + fee, no output is dust, and neither side loses more than dust.</summary>
    [Fact]
    public void Value_is_conserved()
    {
        var cases =
            from fee in Gen.Choose(1, 1_000_000)
            from capacity in Gen.OneOf(Gen.Choose(0, 2_000), Gen.Choose(0, 2_000_000_000))
            from edge in Gen.OneOf(Gen.Choose(0, 1_200), Gen.Choose(0, int.MaxValue))
            from isFromTop in Gen.Elements(true, false)
            from merchant in Gen.Elements(StandardScripts.All.AsEnumerable())
            from customer in Gen.Elements(StandardScripts.All.AsEnumerable())
            let total = isFromTop ? capacity - Math.Min(edge, capacity) : Math.Min(edge, capacity)
            select (fee, capacity, total, merchant, customer);

        Prop.ForAll(cases.ToArbitrary(), it =>
        {
            var deposit = new Deposit(new OutPoint(uint256.One, 0), Money.Satoshis((long)it.fee + it.capacity));
            var split = CloseSplit.Of(deposit.Value, Money.Satoshis((long)it.fee), Money.Satoshis((long)it.total), it.merchant.Script, it.customer.Script);
            var outputs = ChannelTransactions.Payment(deposit, split, it.merchant.Script, it.customer.Script).Outputs;
            Assert.Equal(deposit.Value, outputs.Select(output => output.Value).Sum() + split.Fee);
            Assert.All(outputs, output => Assert.False(output.IsDust()));
            Assert.Equal(it.total < it.merchant.Dust ? 0 : it.total, split.ToMerchant.Satoshi);
            Assert.Equal(it.capacity - it.total < it.customer.Dust ? 0 : it.capacity - it.total, split.ToCustomer.Satoshi);
            Assert.True(split.Fee.Satoshi >= it.fee);
        }).QuickCheckThrowOnFailure();
    }
}

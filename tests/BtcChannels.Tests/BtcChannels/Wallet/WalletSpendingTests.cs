using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class WalletSpendingTests
{
    private static readonly WalletKeys Keys = new(Enumerable.Range(1, 32).Select(it => (byte)it).ToArray(), Network.RegTest);
    private static readonly Script Change = Keys.Account(WalletPurpose.Bip84).ScriptAt(new AddressPath(AddressPath.Change, 0));
    private static readonly Script P2sh = new([0xa9, 20, .. new byte[20], 0x87]);

    [Fact]
    public void Every_plan_is_signed_validly_keeps_its_fee_rate_and_wastes_no_value()
    {
        var cases =
            from values in Gen.Choose(300, 3_000_000).ArrayOf().Where(it => it.Length is > 0 and <= 25)
            from plain in Gen.Choose(0, 1).ArrayOf(25)
            from amount in Gen.Choose(1_000, 5_000_000)
            from rate in Gen.Choose(1, 200)
            select (values, plain, amount, rate);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(cases.ToArbitrary(), it =>
        {
            OwnCoin[] coins = [.. it.values.Select((value, number) => Coin(number, value, it.plain[number] == 1))];
            var rate = new FeeRate(Money.Satoshis(it.rate * 1_000L));
            if (WalletSpending.Pay(coins, P2sh, Money.Satoshis(it.amount), rate, below => below / 2) is not { } plan) return;
            var transaction = WalletTransaction.Make(plan, P2sh, Change, Keys.Secret, Network.RegTest);
            Assert.Equal(plan.Coins.Select(coin => coin.Value).Sum(), plan.Paid + plan.Change + plan.Fee);
            Assert.Equal(Money.Satoshis(it.amount), Assert.Single(transaction.Outputs, output => output.ScriptPubKey == P2sh).Value);
            Assert.True(plan.Change == Money.Zero || plan.Change >= Money.Satoshis(294L));
            var (least, size) = (rate.GetFee(transaction.GetVirtualSize()), transaction.GetVirtualSize());
            Assert.True(plan.Fee >= least, $"{plan.Fee} for {size} vB at {it.rate} sat/vB");
            // At most what a signature a byte or two shorter leaves over, and what change would have cost.
            Assert.True(plan.Fee <= least + rate.GetFee(31 + 5 + (3 * transaction.Inputs.Count)) + Money.Satoshis(1_000), $"{plan.Fee} for {size} vB at {it.rate} sat/vB");
        }));
    }

    [Fact]
    public void Change_that_is_not_worth_its_own_spending_goes_to_the_fee()
    {
        var coin = Coin(0, 100_700, isPlain: false);
        var plan = WalletSpending.Pay([coin], P2sh, Money.Satoshis(100_000L), new FeeRate(Money.Satoshis(1_000L)), _ => 0)!;
        Assert.Equal((0L, 700L), (plan.Change.Satoshi, plan.Fee.Satoshi));
        Assert.Single(WalletTransaction.Make(plan, P2sh, null, Keys.Secret, Network.RegTest).Outputs);
    }

    [Fact]
    public void All_that_is_worth_its_fee_goes_and_dust_stays()
    {
        OwnCoin[] coins = [Coin(0, 100_000, isPlain: false), Coin(1, 600, isPlain: false), Coin(2, 50_000, isPlain: true)];
        var plan = WalletSpending.PayAll(coins, P2sh, new FeeRate(Money.Satoshis(10_000L)))!;
        Assert.Equal([100_000, 50_000], plan.Coins.Select(coin => coin.Value.Satoshi));
        var transaction = WalletTransaction.Make(plan, P2sh, null, Keys.Secret, Network.RegTest);
        Assert.Equal(150_000 - plan.Fee.Satoshi, Assert.Single(transaction.Outputs).Value.Satoshi);
        Assert.InRange(plan.Fee.Satoshi, transaction.GetVirtualSize() * 10, (transaction.GetVirtualSize() + 8) * 10);
    }

    [Theory]
    [InlineData(999, 1)]
    [InlineData(100_000, 2_000)]
    public void Nothing_is_sent_where_nothing_would_be_left(long value, int rate) =>
        Assert.Null(WalletSpending.PayAll([Coin(0, value - 400, isPlain: true)], P2sh, new FeeRate(Money.Satoshis(rate * 1_000L))));

    [Fact]
    public void Inputs_and_outputs_are_in_the_order_of_bip69_and_can_be_replaced()
    {
        OwnCoin[] coins = [.. Enumerable.Range(0, 6).Select(number => Coin(number, 60_000, isPlain: false))];
        var plan = WalletSpending.Pay(coins, P2sh, Money.Satoshis(250_000L), new FeeRate(Money.Satoshis(2_000L)), below => below - 1)!;
        var transaction = WalletTransaction.Make(plan, P2sh, Change, Keys.Secret, Network.RegTest);
        var names = transaction.Inputs.Select(input => input.PrevOut.Hash.ToString()).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(transaction.Outputs.Select(output => output.Value.Satoshi).Order(), transaction.Outputs.Select(output => output.Value.Satoshi));
        Assert.All(transaction.Inputs, input => Assert.Equal(0xffff_fffdu, input.Sequence.Value));
    }

    private static OwnCoin Coin(int number, long value, bool isPlain)
    {
        var (purpose, path) = (isPlain ? WalletPurpose.Bip44 : WalletPurpose.Bip84, new AddressPath(AddressPath.Receiving, (uint)number));
        return new(
            purpose, path, new OutPoint(Storage.StoreSample.Hash($"coin {number}"), number), new TxOut(Money.Satoshis(value), Keys.Account(purpose).ScriptAt(path)), 1);
    }
}

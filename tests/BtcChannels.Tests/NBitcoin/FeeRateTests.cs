using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class FeeRateTests
{
    [Theory]
    [InlineData(1_000, 344, 344)]
    [InlineData(3_000, 1_000, 3_000)]
    [InlineData(20_500, 344, 7_052)]
    [InlineData(5_000, 0, 0)]
    public void A_fee_is_the_rate_times_the_size(long perThousand, int size, long fee) =>
        Assert.Equal(fee, new FeeRate(Money.Satoshis(perThousand)).GetFee(size).Satoshi);

    [Fact]
    public void A_rate_is_a_fee_over_a_size()
    {
        Assert.Equal(5m, new FeeRate(Money.Satoshis(1_720L), 344).SatoshiPerByte);
        Assert.Equal(2_500, new FeeRate(2.5m).FeePerK.Satoshi);
    }

    [Fact]
    public void Rates_compare()
    {
        var (less, more) = (new FeeRate(1m), new FeeRate(2m));
        Assert.True(less < more && more > less && less <= more && more >= less && less != more);
        Assert.Equal(less, new FeeRate(Money.Satoshis(1_000L)));
        Assert.Equal((less, more), (FeeRate.Min(more, less), FeeRate.Max(less, more)));
    }

    [Fact]
    public void A_transaction_pays_for_its_virtual_size()
    {
        var transaction = Transaction.Parse(Samples.WitnessTransaction, Network.Main);
        Assert.Equal(261 * 2, new FeeRate(2m).GetFee(transaction).Satoshi);
    }
}

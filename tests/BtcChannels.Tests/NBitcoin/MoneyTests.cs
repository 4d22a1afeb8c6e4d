using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class MoneyTests
{
    [Theory]
    [InlineData(0, "0.00000000")]
    [InlineData(1, "0.00000001")]
    [InlineData(10_000, "0.00010000")]
    [InlineData(-10_000, "-0.00010000")]
    [InlineData(2_100_000_000_000_000, "21000000.00000000")]
    [InlineData(long.MaxValue, "92233720368.54775807")]
    [InlineData(long.MinValue, "-92233720368.54775808")]
    public void An_amount_is_printed_in_bitcoins_and_read_back(long satoshis, string text)
    {
        Assert.Equal(text, Money.Satoshis(satoshis).ToString());
        Assert.Equal(satoshis, Money.Parse(text).Satoshi);
    }

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("1e8")]
    [InlineData("1.2.3")]
    [InlineData("0x1")]
    [InlineData("99999999999999999999999999999")]
    [InlineData("92233720368.54775808")]
    [InlineData("-92233720368.54775809")]
    public void What_is_no_amount_is_refused(string text)
    {
        Assert.False(Money.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Money.Parse(text));
    }

    [Fact]
    public void What_is_below_a_satoshi_is_cut_off() => Assert.Equal(12_345_678, Money.Coins(0.123456789m).Satoshi);

    [Fact]
    public void Units_convert_exactly()
    {
        Assert.Equal(Money.Satoshis(150_000_000L), Money.Coins(1.5m));
        Assert.Equal(Money.Satoshis(150L), Money.Bits(1.5m));
        Assert.Equal(Money.Satoshis(1_500_000L), Money.Cents(1.5m));
        Assert.Equal(Money.Satoshis(150_000L), new Money(1.5m, MoneyUnit.MilliBTC));
        Assert.Equal(1.5m, Money.Coins(1.5m).ToUnit(MoneyUnit.BTC));
        Assert.Equal(150_000_000m, Money.Coins(1.5m).ToDecimal(MoneyUnit.Satoshi));
    }

    [Fact]
    public void Arithmetic_is_exact()
    {
        var (five, three) = (Money.Satoshis(5L), Money.Satoshis(3L));
        Assert.Equal(8, (five + three).Satoshi);
        Assert.Equal(-2, (three - five).Satoshi);
        Assert.Equal(-5, (-five).Satoshi);
        Assert.Equal(15, (five * 3).Satoshi);
        Assert.Equal(1, (five / 3).Satoshi);
        Assert.Equal(2, (three - five).Abs().Satoshi);
    }

    [Fact]
    public void Arithmetic_beyond_the_range_is_an_error()
    {
        var most = Money.Satoshis(long.MaxValue);
        Assert.Throws<OverflowException>(() => most + Money.Satoshis(1L));
        Assert.Throws<OverflowException>(() => -most - Money.Satoshis(2L));
        Assert.Throws<OverflowException>(() => most * 2L);
        Assert.Throws<OverflowException>(() => new[] { most, most }.Sum());
        Assert.Throws<OverflowException>(() => Money.Satoshis(ulong.MaxValue));
        Assert.Throws<OverflowException>(() => Money.Coins(92_233_720_369m));
        Assert.Throws<OverflowException>(() => (ulong)Money.Satoshis(-1L));
    }

    [Fact]
    public void They_compare_as_numbers()
    {
        var (less, more) = (Money.Satoshis(1L), Money.Satoshis(2L));
        Assert.True(less < more && more > less && less <= more && more >= less && less != more);
        Assert.True(less == Money.Satoshis(1L) && less.Equals(Money.Satoshis(1L)));
        Assert.Equal((less, more), (Money.Min(more, less), Money.Max(less, more)));
        Assert.False(less == null!);
    }

    [Fact]
    public void Parts_add_up_to_the_whole()
    {
        var parts = Money.Satoshis(11L).Split(3).ToList();
        Assert.Equal([4L, 4L, 3L], parts.Select(part => part.Satoshi));
    }

    [Fact]
    public void The_sum_of_nothing_is_zero() => Assert.Equal(Money.Zero, Array.Empty<Money>().Sum());

    [Fact]
    public void It_converts_to_satoshi_and_from_it()
    {
        Money money = 7L;
        long back = money;
        ulong unsigned = money;
        Assert.Equal((7L, 7UL), (back, unsigned));
    }
}

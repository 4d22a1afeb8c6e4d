using FsCheck;
using FsCheck.Fluent;

namespace BtcChannels.Tests.Domain;

public class SatoshiExtensionsTests
{
    [Fact]
    public void Prices_are_satoshi_and_their_thousandths()
    {
        Assert.Equal(new MilliSatoshi(25_000), 25.Sat());
        Assert.Equal(new MilliSatoshi(25_000), 25L.Sat());
        Assert.Equal(new MilliSatoshi(250), 0.25m.Sat());
        Assert.Equal(new MilliSatoshi(1), 0.001m.Sat());
    }

    [Fact]
    public void What_is_negative_or_too_fine_or_too_much_is_none()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => (-1).Sat());
        Assert.Throws<ArgumentOutOfRangeException>(() => (-0.001m).Sat());
        Assert.Throws<ArgumentOutOfRangeException>(() => 0.0001m.Sat());
        Assert.Throws<OverflowException>(() => long.MaxValue.Sat());
        Assert.Throws<OverflowException>(() => 1e17m.Sat());
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.001")]
    [InlineData(250, "0.25")]
    [InlineData(1_000, "1")]
    [InlineData(10_100, "10.1")]
    [InlineData(2_100_000_000_000_000_000, "2100000000000000")]
    public void The_decimal_text_is_the_shortest(long msat, string text) => Assert.Equal(text, new MilliSatoshi(msat).ToDecimalString());

    [Fact]
    public void Every_amount_reads_its_own_text() => Prop.ForAll(
        ArbMap.Default.ArbFor<long>().Filter(it => it is >= 0 and < long.MaxValue - 2_000),
        msat => MilliSatoshi.TryParseDecimal(new MilliSatoshi(msat).ToDecimalString(), out var read) && read.Value == msat).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("1.")]
    [InlineData(".1")]
    [InlineData("01")]
    [InlineData("1.0000")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1,0")]
    [InlineData("1e0")]
    [InlineData(" 1")]
    [InlineData("1\n")]
    [InlineData("\u0661")]
    [InlineData("9999999999999999")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    [InlineData(null)]
    public void Any_other_text_is_no_amount(string? text) => Assert.False(MilliSatoshi.TryParseDecimal(text, out _));

    [Fact]
    public void Differences_and_products_are_checked()
    {
        Assert.Equal(new MilliSatoshi(750), 1.Sat() - 0.25m.Sat());
        Assert.Equal(new MilliSatoshi(750), 0.25m.Sat().Times(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => 1.Sat() - 2.Sat());
        Assert.Throws<ArgumentOutOfRangeException>(() => 1.Sat().Times(-1));
        Assert.Throws<OverflowException>(() => 1.Sat().Times(long.MaxValue));
    }
}

using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class ExpiryTests
{
    private const uint From2038 = 0x8000_0000;

    private static ChainTip Tip(int height = 1_000, long medianTime = Sample.Now) => new(height, uint256.One, medianTime);

    [Theory]
    [InlineData(1u, "51")]
    [InlineData(16u, "60")]
    [InlineData(17u, "0111")]
    [InlineData(127u, "017f")]
    [InlineData(128u, "028000")]
    [InlineData(499_999_999u, "04ff64cd1d")]
    [InlineData(500_000_000u, "040065cd1d")]
    [InlineData(From2038 - 1, "04ffffff7f")]
    [InlineData(From2038, "050000008000")]
    [InlineData(uint.MaxValue, "05ffffffff00")]
    public void The_push_is_a_minimal_script_number_that_is_never_negative(uint value, string push)
    {
        Assert.Equal(push, Convert.ToHexStringLower(new Expiry(value).Push.ToBytes()));
        Assert.True(Expiry.TryParse(Only(push), out var read));
        Assert.Equal(value, read.Value);
    }

    [Theory]
    [InlineData("0400000080")]     // 21's bytes from 2^31 on: negative
    [InlineData("04ffffffff")]
    [InlineData("0181")]
    [InlineData("4f")]             // -1
    [InlineData("00")]             // 0
    [InlineData("0100")]
    [InlineData("0105")]           // 5 has a code of its own
    [InlineData("027f00")]         // a byte too many
    [InlineData("05ffffff7f00")]
    [InlineData("4c0111")]         // a longer push code than needed
    [InlineData("050000000001")]   // 2^32
    [InlineData("06000000008000")]
    [InlineData("75")]             // no push
    [InlineData("04ffff")]         // cut off
    [InlineData("040111")]         // so that what is left would be one
    [InlineData("4d080210")]
    public void What_would_be_written_differently_is_refused(string push) => Assert.False(Expiry.TryParse(Only(push), out _));

    [Fact]
    public void Zero_is_no_expiry() => Assert.Throws<ArgumentOutOfRangeException>(() => new Expiry(0));

    [Theory]
    [InlineData(499_999_999u, false)]
    [InlineData(500_000_000u, true)]
    public void From_500_million_up_it_is_a_time(uint value, bool isTime)
    {
        Assert.Equal(isTime, new Expiry(value).IsTime);
        Assert.Equal(isTime, new Expiry(value).LockTime.IsTimeLock);
    }

    [Theory]
    [InlineData(Sample.Now - 1, false)]
    [InlineData(Sample.Now, false)]
    [InlineData(Sample.Now + 1, true)]
    public void A_refund_by_time_waits_until_median_time_is_above_expiry(long medianTime, bool isRefundable) =>
        Assert.Equal(isRefundable, new Expiry((uint)Sample.Now).IsRefundableAfter(Tip(medianTime: medianTime)));

    [Theory]
    [InlineData(998, false)]
    [InlineData(999, false)]
    [InlineData(1_000, true)]
    public void A_refund_by_height_may_stand_in_the_block_above_expiry(int tip, bool isRefundable) =>
        Assert.Equal(isRefundable, new Expiry(1_000).IsRefundableAfter(Tip(height: tip)));

    [Fact]
    public void The_refund_is_valid_when_its_lock_time_is_final_in_the_next_block()
    {
        var refund = Sample.Refund(Sample.Channel(expiry: new Expiry(1_000)));
        foreach (var height in (int[])[998, 999, 1_000, 1_001])
            Assert.Equal(refund.IsFinal(DateTimeOffset.UnixEpoch, height + 1), new Expiry(1_000).IsRefundableAfter(Tip(height)));
    }

    // Clock and median time are each told as seconds before the margin is reached.
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(0, 3_600, true)]
    [InlineData(3_600, 0, true)]
    [InlineData(-1, 3_600, true)]
    [InlineData(3_600, -1, true)]
    public void The_margin_is_reached_by_clock_or_median_time_whichever_is_first(long clock, long medianTime, bool isWithin)
    {
        var margin = TimeSpan.FromDays(1);
        var reached = Sample.Expiry.Value - Sample.Days(1);
        Assert.Equal(isWithin, Sample.Expiry.IsWithin(margin, Sample.At(reached - clock, medianTime: reached - medianTime)));
    }

    [Theory]
    [InlineData(855, false)]
    [InlineData(856, true)]
    [InlineData(857, true)]
    public void The_margin_before_a_height_counts_ten_minutes_a_block(int height, bool isWithin) =>
        Assert.Equal(isWithin, new Expiry(1_000).IsWithin(TimeSpan.FromDays(1), Sample.At(height: height)));

    [Fact]
    public void A_margin_that_is_no_whole_number_of_blocks_is_rounded_up() =>
        Assert.True(new Expiry(1_002).IsWithin(TimeSpan.FromMinutes(11), Sample.At(height: 1_000)));

    [Fact]
    public void Time_left_is_counted_from_the_later_of_clock_and_median_time()
    {
        Assert.Equal(TimeSpan.FromDays(10), Sample.Expiry.Left(Sample.At()));
        Assert.Equal(TimeSpan.FromDays(9), Sample.Expiry.Left(Sample.At(medianTime: Sample.Now + Sample.Days(1))));
        Assert.Equal(TimeSpan.FromSeconds(-1), Sample.Expiry.Left(Sample.At(Sample.Expiry.Value + 1)));
    }

    [Fact]
    public void Time_left_to_a_height_is_ten_minutes_a_block() =>
        Assert.Equal(TimeSpan.FromMinutes(-20), new Expiry(998).Left(Sample.At(height: 1_000)));

    private static Op Only(string hex) => Assert.Single(Script.FromHex(hex).ToOps());
}

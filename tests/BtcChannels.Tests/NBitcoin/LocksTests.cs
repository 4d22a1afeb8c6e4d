using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class LocksTests
{
    [Fact]
    public void Below_500_000_000_a_lock_time_is_a_height()
    {
        LockTime height = 499_999_999, time = 500_000_000;
        Assert.True(height.IsHeightLock && !height.IsTimeLock);
        Assert.True(time.IsTimeLock && !time.IsHeightLock);
        Assert.Equal(499_999_999, height.Height);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(500_000_000), time.Date);
        Assert.Throws<InvalidOperationException>(() => height.Date);
        Assert.Throws<InvalidOperationException>(() => time.Height);
    }

    [Fact]
    public void A_lock_time_holds_every_32_bit_value()
    {
        var last = new LockTime(uint.MaxValue);
        Assert.Equal(uint.MaxValue, last.Value);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(uint.MaxValue), last.Date);
        Assert.Equal(last, new LockTime(last.Date));
        Assert.Equal(0U, LockTime.Zero.Value);
        Assert.True(new LockTime(5U) == new LockTime(5) && new LockTime(5U) != new LockTime(6));
    }

    [Fact]
    public void The_sequences_have_their_values()
    {
        Assert.Equal(0xffffffff, Sequence.Final.Value);
        Assert.Equal(0xfffffffe, Sequence.FeeSnipping.Value);
        Assert.Equal(0xfffffffd, Sequence.OptInRBF.Value);
        Assert.Equal((false, false, true), (Sequence.Final.IsRBF, Sequence.FeeSnipping.IsRBF, Sequence.OptInRBF.IsRBF));
        Assert.False(Sequence.Final.IsRelativeLock);
    }

    [Fact]
    public void A_sequence_can_lock_for_blocks_or_for_time()
    {
        var blocks = new Sequence(144);
        var time = new Sequence(TimeSpan.FromSeconds(1_024));
        Assert.Equal((true, SequenceLockType.Height, 144), (blocks.IsRelativeLock, blocks.LockType, blocks.LockHeight));
        Assert.Equal((true, SequenceLockType.Time, TimeSpan.FromSeconds(1_024)), (time.IsRelativeLock, time.LockType, time.LockPeriod));
        Assert.Equal(0x00400002U, time.Value);
    }

    [Fact]
    public void A_final_sequence_has_no_relative_lock() => Assert.Throws<InvalidOperationException>(() => Sequence.Final.LockType);
}

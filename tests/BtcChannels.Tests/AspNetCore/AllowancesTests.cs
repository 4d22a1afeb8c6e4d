using BtcChannels.AspNetCore;

namespace BtcChannels.Tests.AspNetCore;

public sealed class AllowancesTests
{
    private readonly Ticks _clock = new();

    [Fact]
    public void A_seconds_worth_may_be_taken_at_once_and_comes_back_evenly()
    {
        var allowances = new Allowances<string>(10, _clock);
        Assert.Equal(10, Take(allowances, 15));
        _clock.Pass(TimeSpan.FromMilliseconds(99));
        Assert.Equal(0, Take(allowances, 1));
        _clock.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, Take(allowances, 5));
        _clock.Pass(TimeSpan.FromMilliseconds(500));
        Assert.Equal(5, Take(allowances, 20));
        _clock.Pass(TimeSpan.FromHours(1));
        Assert.Equal(10, Take(allowances, 20));
    }

    [Fact]
    public void Who_has_used_it_up_is_told_when_to_come_back_and_gets_something_then()
    {
        var allowances = new Allowances<string>(4, _clock);
        Take(allowances, 4);
        Assert.False(allowances.TryTake("key", out var retryAfter));
        Assert.Equal(TimeSpan.FromMilliseconds(250), retryAfter);
        _clock.Pass(retryAfter);
        Assert.True(allowances.TryTake("key", out retryAfter));
        Assert.Equal(TimeSpan.Zero, retryAfter);
    }

    [Fact]
    public void Each_key_has_its_own()
    {
        var allowances = new Allowances<string>(1, _clock);
        Assert.Equal((1, 1), (Take(allowances, 3, "one"), Take(allowances, 3, "other")));
    }

    [Fact]
    public void Who_has_all_of_it_again_is_forgotten_and_who_has_not_is_not()
    {
        var allowances = new Allowances<string>(1, _clock);
        for (var i = 0; i < 1_000; i++) Take(allowances, 1, $"{i}");
        Assert.Equal(1_000, allowances.Count);
        _clock.Pass(Allowances<string>.SweepAfter - TimeSpan.FromMilliseconds(500));
        Take(allowances, 1, "late");
        Assert.Equal(1_001, allowances.Count);
        _clock.Pass(TimeSpan.FromMilliseconds(500));
        Take(allowances, 1, "last");
        Assert.Equal(2, allowances.Count);
        Assert.Equal(0, Take(allowances, 1, "late"));
    }

    [Fact]
    public async Task Many_at_once_take_no_more_than_there_is()
    {
        var allowances = new Allowances<string>(1_000, _clock);
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Take(allowances, 1_000))));
        Assert.Equal(1_000, taken.Sum());
    }

    private static int Take(Allowances<string> allowances, int tries, string key = "key") => Enumerable.Range(0, tries).Count(it => allowances.TryTake(key, out _));

    /// <summary>Time stamps that stand still until they are moved.</summary>
    private sealed class Ticks : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}

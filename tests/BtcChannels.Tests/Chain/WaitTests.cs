using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain;

public class WaitTests
{
    public static TheoryData<string, TimeSpan?, TimeSpan> Intervals => new()
    {
        { "main", null, TimeSpan.FromSeconds(1) },
        { "regtest", null, TimeSpan.FromMilliseconds(200) },
        { "main", TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7) },
    };

    [Theory]
    [MemberData(nameof(Intervals))]
    public async Task A_wait_is_over_after_the_poll_interval_of_the_clock_it_was_given(string network, TimeSpan? chosen, TimeSpan expected)
    {
        var clock = new StoppedClock();
        var options = new BitcoindOptions(new Uri("http://127.0.0.1:1/"), CookieFile: "none", PollInterval: chosen);
        var chain = new BitcoindChain(options, Network.GetNetwork(network)!, clock);

        var wait = chain.WaitAsync(CancellationToken.None);

        Assert.False(wait.IsCompleted);
        Assert.Equal(expected, clock.Due);
        clock.Ring();
        await wait;
    }

    [Fact]
    public async Task A_wait_ends_when_the_caller_does()
    {
        using var cancel = new CancellationTokenSource();
        var chain = new BitcoindChain(new BitcoindOptions(new Uri("http://127.0.0.1:1/"), CookieFile: "none"), Network.RegTest, new StoppedClock());
        var wait = chain.WaitAsync(cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    /// <summary>Its one timer rings when it is told to.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        private Action _ring = () => { };

        public TimeSpan Due { get; private set; }

        public void Ring() => _ring();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (Due, _ring) = (dueTime, () => callback(state));
            return new Silent();
        }

        private sealed class Silent : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}

using BtcChannels.Benchmarks.Scale;
using BtcChannels.Chain;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Ten thousand channels that reach the margin together, in a real store.</summary>
public sealed class ManyClosesTests : IDisposable
{
    private const int Crowd = 10_000;
    private const int PerRound = 1_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("btcchannels-tests-").FullName;
    private long _margin;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task They_are_closed_round_by_round_the_most_valuable_first_and_the_last_at_its_margin()
    {
        await using var app = await StartAsync();
        await app.WaitUntilAsync(_margin - 100);
        Assert.Empty(app.Chain.Broadcasts);

        await app.WaitUntilAsync(_margin - 85);
        AssertClosed(app, PerRound);
        // One in seven is worth more than the others.
        Assert.All(app.Chain.Broadcasts, it => Assert.Equal(FilledPaid(0), it.Outputs.Max(output => output.Value.Satoshi == FilledPaid(0) ? FilledPaid(0) : 0)));
        for (var round = 2; round <= 10; round++)
        {
            await app.WaitAsync(TimeSpan.FromSeconds(10));
            AssertClosed(app, round * PerRound);
        }
        Assert.True(app.Clock.Now < _margin + 10);
        Assert.Equal(Crowd, (await app.Store.CountsAsync(default)).Single(it => it.State == "closing").Count);
        Assert.Empty(app.Log.Of(LogLevel.Critical));
    }

    [Fact]
    public async Task A_restart_in_the_middle_goes_on_and_failures_and_blocks_come_in_between()
    {
        await using var app = await StartAsync();
        var unlucky = new System.Collections.Concurrent.ConcurrentDictionary<uint256, byte>();
        app.Chain.OnBroadcast = (close, _) =>
            close.Inputs[0].PrevOut.Hash.ToBytes()[0] < 8 && unlucky.TryAdd(close.GetHash(), 0) ? throw new InvalidOperationException("What nobody thought of") : InMempool;
        await app.WaitUntilAsync(_margin - 85);
        await app.WaitAsync(TimeSpan.FromSeconds(10));
        AssertClosed(app, 2 * PerRound);
        await app.RestartAsync();   // sends again what was sent, and goes on
        for (var round = 0; round < 8; round++) await app.WaitAsync(TimeSpan.FromSeconds(10));
        await app.MineAsync();
        Assert.NotEmpty(unlucky);
        AssertClosed(app, Crowd);
    }

    [Fact]
    public async Task A_slow_node_delays_no_block()
    {
        await using var app = await StartAsync(crowd: 300);
        var customer = await TestCustomer.OpenPendingAsync(app);
        var answers = new TaskCompletionSource<BroadcastOutcome?>();
        app.Chain.OnBroadcast = (_, _) => answers.Task;
        app.Clock.AdvanceTo(_margin);
        var settling = app.Chain.SettleAsync();
        while (app.Chain.Broadcasts.Count < 8) await Task.Delay(5);   // as many as are sent at a time
        Assert.False(settling.IsCompleted);
        while (!settling.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));   // the round is left alone after a second
            await Task.Delay(5);
        }
        Assert.Equal(8, app.Chain.Broadcasts.Count);

        var mining = app.MineAsync(customer.DepositTransaction);
        while (!mining.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }
        Assert.Equal(8, app.Chain.Broadcasts.Count);
        await app.StateAsync<MerchantState.Open>(customer.Id);
        answers.SetResult(new BroadcastOutcome.InMempool());
    }

    private static Task<BroadcastOutcome?> InMempool => Task.FromResult<BroadcastOutcome?>(new BroadcastOutcome.InMempool());

    private static long FilledPaid(int index) => index % 7 == 0 ? 9_000 : 1_000;

    private async Task<MerchantApp> StartAsync(int crowd = Crowd)
    {
        var now = new ManualClock().Now;
        var expiry = now + 400_000;
        _margin = expiry - (long)MerchantApp.DefaultPolicy.CloseMargin.TotalSeconds;
        await MerchantStoreFiller.FillAsync(_folder, Network.RegTest, new FillPlan(crowd, Height: 90, _ => new Expiry((uint)expiry), FilledPaid), default);
        return await MerchantApp.StartAsync(folder: _folder, finest: LogLevel.Warning, chain: it => it.OnBroadcast = (_, _) => InMempool, configure: it => it.ClosesPerRound = PerRound);
    }

    private static void AssertClosed(MerchantApp app, int count) => Assert.Equal(count, app.Chain.Broadcasts.Select(it => it.Inputs[0].PrevOut).Distinct().Count());
}

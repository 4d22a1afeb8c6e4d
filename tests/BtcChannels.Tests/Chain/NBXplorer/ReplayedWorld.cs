using BtcChannels.Chain;
using BtcChannels.ChainStories;
using NBitcoin;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>NBXplorer's recorded behaviour as a world for stories.</summary>
internal sealed class ReplayedWorld : IStoryWorld
{
    private const int CoinsAtHand = 5;
    private const long CoinValue = 200_000;

    private readonly Queue<OutPoint> _coins = new();
    private readonly List<NBXplorerChain> _runs = [];
    private readonly TimeProvider _time;

    private ReplayedWorld(ReplayedServer server, TimeProvider time)
    {
        (Server, _time) = (server, time);
        Chain = AnotherRun();
    }

    public ReplayedServer Server { get; }

    public IChain Chain { get; }

    public bool ShowsIncoming => true;

    public string? NoOutages => null;

    public static async Task<ReplayedWorld> StartAsync(TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var world = new ReplayedWorld(await ReplayedServer.StartAsync(() => time.GetUtcNow().ToUnixTimeSeconds()), time);
        for (var i = 0; i < CoinsAtHand; i++) world._coins.Enqueue(world.Server.Do(node => node.NewCoin(Money.Satoshis(CoinValue), new OpenAddress().ScriptPubKey)));
        world.Server.Do(node => node.MineExactly());
        return world;
    }

    public IChain AnotherRun()
    {
        _runs.Add(new NBXplorerChain(new NBXplorerOptions(Server.Url, PollInterval: TimeSpan.FromMilliseconds(20)), Network.RegTest, _time));
        return _runs[^1];
    }

    public ICoinFinder NewFinder() => new NBXplorerCoins(new NBXplorerOptions(Server.Url), Network.RegTest, _time);

    public Task<int> HeightAsync() => Task.FromResult(Server.Node.Tip.Height);

    public Task<Transaction> FundAsync(Script script, long satoshi)
    {
        var funding = Transaction.Create(Network.RegTest);
        funding.Inputs.Add(_coins.Dequeue(), sequence: new Sequence(0xfffffffd));
        funding.Outputs.Add(Money.Satoshis(CoinValue - satoshi - 2_000), new OpenAddress().ScriptPubKey);
        funding.Outputs.Add(Money.Satoshis(satoshi), script);
        return Task.FromResult(funding);
    }

    public Task<Transaction> DoubleSpendAsync(Transaction original)
    {
        var replacement = Transaction.Create(Network.RegTest);
        foreach (var input in original.Inputs) replacement.Inputs.Add(input.PrevOut);
        replacement.Outputs.Add(original.Outputs.Sum(it => it.Value) - Money.Satoshis(20_000), new OpenAddress().ScriptPubKey);
        return Task.FromResult(replacement);
    }

    public Task RelayAsync(Transaction transaction)
    {
        var refused = Server.Do(node => node.Send(transaction));
        Assert.True(refused is null or { Reason: "txn-already-in-mempool" }, refused?.Reason);
        return Task.CompletedTask;
    }

    public Task<uint256> MineAsync() => Task.FromResult(Server.Do(node => node.Mine().Hash));

    public Task<uint256> MineExactlyAsync(params Transaction[] transactions) => Task.FromResult(Server.Do(node => node.MineExactly(transactions).Hash));

    public Task<IReadOnlyList<uint256>> ReorganizeAsync(int depth, int newBlocks, params Transaction[] firstBlock)
    {
        Server.Do(node => node.Invalidate(depth));
        return Task.FromResult<IReadOnlyList<uint256>>([.. Enumerable.Range(0, newBlocks).Select(i => Server.Do(node => node.MineExactly(i == 0 ? firstBlock : []).Hash))]);
    }

    public Task StopNodeAsync()
    {
        Server.Do(node => node.IsUp = false);
        return Task.CompletedTask;
    }

    public Task StartNodeAsync()
    {
        Server.Do(node => node.IsUp = true);
        return Task.CompletedTask;
    }

    public Task StopBackendAsync()
    {
        Server.Stop();
        return Task.CompletedTask;
    }

    public Task StartBackendAsync()
    {
        Server.Start();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs) await run.DisposeAsync();
        await Server.DisposeAsync();
        Assert.True(Server.Unexplained.IsEmpty, string.Join('\n', Server.Unexplained.Distinct()));
    }
}

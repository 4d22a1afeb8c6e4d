using System.Collections.Concurrent;
using NBitcoin;

namespace BtcChannels.Regtest.Chaos;

/// <summary>
/// The real server with a real store on a real node, or two of them on a PostgreSQL, many customers who pay, open and close, and a hand that kills processes
/// (SIGKILL) at any moment, breaks connections, takes the node away and turns blocks back. After each blow every customer holds the merchant to what he was
/// told; at the end all channels are closed, and the chain has to pay what was acknowledged.
/// </summary>
public sealed class ChaosRun : IAsyncDisposable
{
    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["CloseMargin"] = "0.01:00:00", ["MinUse"] = "0.01:00:00", ["MaxDuration"] = "10.00:00:00",
        // All customers come from one address.
        ["OpensPerMinute"] = "100000", ["RefusalsPerMinute"] = "1000000", ["PendingFromAddress"] = "10000",
    };

    private readonly ChaosOptions _options;
    private readonly World _world;
    private readonly ChaosDice _dice;
    private readonly ChaosBlows _blows;
    private readonly ChaosGate _gate = new();
    private readonly SemaphoreSlim _node = new(1, 1);
    private readonly ConcurrentQueue<ChaosChannel> _channels = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly CancellationTokenSource _over = new();
    private int _nodeFaults;

    private ChaosRun(ChaosOptions options, World world)
    {
        (_options, _world, _dice) = (options, world, new ChaosDice(options.Seed));
        _blows = new ChaosBlows(world, new ChaosDice(~options.Seed));   // its own, so that customers who roll side by side change nothing in it
    }

    public static async Task<ChaosReport> RunAsync(ChaosOptions options)
    {
        await using var run = new ChaosRun(options, await World.StartBalancedAsync(options.Store == ChaosStore.Postgres ? 2 : 1, s_settings));
        return await run.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels) channel.Dispose();
        await _world.DisposeAsync();
        _node.Dispose();
        _over.Dispose();
    }

    private async Task<ChaosReport> RunAsync()
    {
        await SpreadCoinsAsync();
        using var cli = _options.KillsCustomer ? new ChaosCli(_world, _dice, _faults.Enqueue) : null;
        _gate.Open();
        using var minedOut = new CancellationTokenSource();
        var mining = MineAsync(minedOut.Token);
        Task[] customers = [.. Enumerable.Range(0, _options.Customers).Select(_ => Task.Run(LiveAsync)), .. cli is null ? Array.Empty<Task>() : [Task.Run(() => cli.RunAsync(_over.Token))]];
        Task[] all = [mining, .. customers];
        await WaitUntilPayingAsync(all);
        for (var round = 1; _blows.Kills + _blows.StoreKills < _options.Kills; round++) await RoundAsync(round, all);
        await _over.CancelAsync();
        await Task.WhenAll(customers);
        await minedOut.CancelAsync();
        await mining;
        var claimed = await new ChaosEnd(_world, [.. _channels], cli, _faults.Enqueue).CloseAllAsync();
        return new(
            _blows.Kills, _blows.StoreKills, _blows.Hangs, cli?.Kills ?? 0, _nodeFaults, _blows.Cuts, _channels.Count(it => it.IsAgreed), _channels.Sum(it => it.Payments), _channels.Sum(it => it.InDoubt),
            _channels.Sum(it => it.Acknowledged) + (cli?.Signed ?? 0), claimed, [.. _faults]);
    }

    /// <summary>Before that there is nothing to lose.</summary>
    private async Task WaitUntilPayingAsync(Task[] all)
    {
        while (_channels.Count(it => it.Payments > 0) < Math.Min(_options.Customers, 4))
        {
            await RequireNoneFailedAsync(all);
            await Task.Delay(50);
        }
    }

    /// <summary>What ends for another reason than the end of the run would be missed without a word.</summary>
    private static async Task RequireNoneFailedAsync(Task[] all)
    {
        if (all.FirstOrDefault(it => it.IsFaulted) is { } failed) await failed;
    }

    private async Task RoundAsync(int round, Task[] all)
    {
        await RequireNoneFailedAsync(all);
        await Task.Delay(_dice.Between(50, 1_200));
        if (_options.NodeFaultEvery > 0 && _dice.OneIn(_options.NodeFaultEvery)) await TroubleNodeAsync();
        var killed = await _blows.StrikeAsync();
        await _gate.ShutAsync();
        await _blows.BringBackAsync(killed);
        await Task.WhenAll(_channels.Select(it => it.CheckAsync(_world.Instances)));
        _gate.Open();
        _options.Tell($"round {round}: {_blows.Kills + _blows.StoreKills} kills, {_channels.Count} channels, {_channels.Sum(it => it.Payments)} payments, {_faults.Count} faults");
    }

    private async Task TroubleNodeAsync()
    {
        _nodeFaults++;
        await _node.WaitAsync();
        try
        {
            if (_dice.OneIn(2)) await _world.Node.ReorganizeAsync(1, 2);
            else
            {
                await _world.Node.KillAsync();
                await Task.Delay(_dice.Between(100, 1_500));
                await _world.Node.StartAgainAsync();
            }
        }
        finally
        {
            _node.Release();
        }
    }

    private async Task LiveAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            var channel = new ChaosChannel(new HandmadeCustomer(_world.Address, _world.Node.Wallet), _world.Node, _gate, _faults.Enqueue);
            _channels.Enqueue(channel);
            if (!await channel.TryOpenAsync()) continue;
            var payments = _dice.Between(20, 2_000);
            await channel.PayAsync(1);
            await Task.WhenAll(Enumerable.Range(0, _dice.Between(1, 3)).Select(async _ =>
            {
                while (!_over.IsCancellationRequested && Interlocked.Decrement(ref payments) > 0)
                {
                    if (_dice.OneIn(20)) await channel.PayLessAsync();
                    else await channel.PayAsync(_dice.Between(1, 50));
                }
            }));
            if (!_over.IsCancellationRequested && _dice.OneIn(2)) await channel.CloseAsync();
        }
    }

    private async Task MineAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(500, CancellationToken.None);
            await _node.WaitAsync(CancellationToken.None);
            try
            {
                await _world.Node.MineAsync();
            }
            finally
            {
                _node.Release();
            }
        }
    }

    /// <summary>A coin for each deposit that is being made, so that they do not hang on each other.</summary>
    private async Task SpreadCoinsAsync()
    {
        const int Coins = 400;
        var spread = Transaction.Create(_world.Node.Rpc.Network);
        var script = (await _world.Node.Wallet.GetNewAddressAsync()).ScriptPubKey;
        for (var i = 0; i < Coins; i++) spread.Outputs.Add(new TxOut(Money.Coins(0.1m), script));
        var funded = await _world.Node.Wallet.FundRawTransactionAsync(spread, new NBitcoin.RPC.FundRawTransactionOptions());
        var signed = await _world.Node.Wallet.SignRawTransactionWithWalletAsync(new NBitcoin.RPC.SignRawTransactionRequest { Transaction = funded.Transaction });
        await _world.Node.Rpc.SendRawTransactionAsync(signed.SignedTransaction);
        await _world.Node.MineAsync();
    }
}

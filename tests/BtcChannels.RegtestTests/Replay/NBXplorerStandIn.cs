using BtcChannels.Chain;
using BtcChannels.Regtest;
using BtcChannels.Tests.Chain.Replay;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.RegtestTests.Replay;

/// <summary>
/// NBXplorer's recorded behaviour in front of a real bitcoind: it sees the node's blocks and mempool as they come, and passes commands and transactions on. What the recorded exchanges do not
/// explain is a failure of whoever ends it.
/// </summary>
internal sealed class NBXplorerStandIn : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly RegtestNode _node;
    private readonly ReplayedServer _server;
    private readonly Dictionary<uint256, Transaction> _mempool = [];
    private readonly CancellationTokenSource _end = new();
    private Task _watching = Task.CompletedTask;

    private NBXplorerStandIn(RegtestNode node, ReplayedServer server) => (_node, _server) = (node, server);

    public static async Task<ChainSource> StartAsync(RegtestNode node)
    {
        var standIn = new NBXplorerStandIn(node, await ReplayedServer.StartAsync(() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), new ServedBitcoind(node)));
        await standIn.LookAsync();
        standIn._watching = standIn.WatchAsync();
        return new ChainSource(new NBXplorerOptions(standIn._server.Url), standIn);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        await _server.DisposeAsync();
        _end.Dispose();
        Assert.True(_server.Unexplained.IsEmpty, string.Join('\n', _server.Unexplained.Distinct()));
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await LookAsync();
            }
            catch (Exception away) when (away is HttpRequestException or RPCException or IOException or OperationCanceledException)
            {
                _server.Do(seen => seen.IsUp = false);
            }
            await Task.Delay(s_pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync()
    {
        var come = new Stack<(uint256 Hash, Block Block)>();
        var at = await _node.Rpc.GetBestBlockHashAsync();
        SimulatedNode.Block? known;
        while ((known = _server.Node.Find(at)) is null || !_server.Node.IsInBest(known))
        {
            var block = await _node.Rpc.GetBlockAsync(at);
            come.Push((at, block));
            at = block.Header.HashPrevBlock;
        }
        var ids = await _node.Rpc.GetRawMempoolAsync();
        foreach (var id in ids.Where(id => !_mempool.ContainsKey(id)))
            if (await _node.Rpc.GetRawTransactionAsync(id, throwIfNotFound: false) is { } transaction) _mempool[id] = transaction;
        foreach (var gone in _mempool.Keys.Except(ids).ToList()) _mempool.Remove(gone);
        _server.Do(seen =>
        {
            seen.IsUp = true;
            if (seen.Tip.Height > known.Height) seen.Invalidate(seen.Tip.Height - known.Height);
            foreach (var (hash, block) in come) seen.Connect(hash, block.Header.BlockTime.ToUnixTimeSeconds(), block.Transactions);
            seen.HoldExactly(_mempool.Values);
        });
    }
}

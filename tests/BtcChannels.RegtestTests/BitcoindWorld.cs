using BtcChannels.Chain;
using BtcChannels.ChainStories;
using BtcChannels.Regtest;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.RegtestTests;

/// <summary>A real bitcoind as a world for stories, which come one after the other.</summary>
internal sealed class BitcoindWorld : IStoryWorld
{
    private const int CoinsAtHand = 4;

    private readonly RegtestNode _node;

    private BitcoindWorld(RegtestNode node) => (_node, Chain) = (node, ChainOn(node));

    public IChain Chain { get; }

    public bool ShowsIncoming => false;

    public string? NoOutages => null;

    /// <summary>With coins in blocks, so that no story's deposit hangs on another.</summary>
    public static async Task<BitcoindWorld> StartAsync(RegtestNode node)
    {
        await node.Wallet.SendCommandAsync("lockunspent", true);   // what an earlier story locked
        for (var i = 0; i < CoinsAtHand; i++) await node.Wallet.SendToAddressAsync(await node.Wallet.GetNewAddressAsync(), Money.Coins(0.01m));
        await node.MineAsync();
        return new BitcoindWorld(node);
    }

    public IChain AnotherRun() => ChainOn(_node);

    public ICoinFinder NewFinder() => OptionsOf(_node).FindCoins(Network.RegTest, TimeProvider.System);

    public Task<int> HeightAsync() => _node.Rpc.GetBlockCountAsync();

    public async Task<Transaction> FundAsync(Script script, long satoshi)
    {
        var wanted = Transaction.Create(Network.RegTest);
        wanted.Outputs.Add(Money.Satoshis(satoshi), script);
        var funded = await _node.Wallet.FundRawTransactionAsync(wanted, new FundRawTransactionOptions { LockUnspents = true });
        var signed = await _node.Wallet.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = funded.Transaction });
        Assert.True(signed.Complete);
        return signed.SignedTransaction;
    }

    public Task<Transaction> DoubleSpendAsync(Transaction original) => _node.DoubleSpendAsync(original);

    public Task RelayAsync(Transaction transaction) => _node.Rpc.SendRawTransactionAsync(transaction);

    public async Task<uint256> MineAsync() => (await _node.MineAsync())[0];

    public Task<uint256> MineExactlyAsync(params Transaction[] transactions) => _node.MineExactlyAsync(transactions);

    public Task<IReadOnlyList<uint256>> ReorganizeAsync(int depth, int newBlocks, params Transaction[] firstBlock) => _node.ReorganizeAsync(depth, newBlocks, firstBlock);

    public Task StopNodeAsync() => _node.StopAsync();

    public Task StartNodeAsync() => _node.StartAgainAsync();

    public Task StopBackendAsync() => _node.KillAsync();

    public Task StartBackendAsync() => _node.StartAgainAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IChain ChainOn(RegtestNode node) => OptionsOf(node).Connect(Network.RegTest, TimeProvider.System);

    private static BitcoindOptions OptionsOf(RegtestNode node) => new(node.RpcUri, node.CookieFile);
}

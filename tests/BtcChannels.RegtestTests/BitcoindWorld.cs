using BtcChannels.Chain;
using BtcChannels.ChainStories;
using BtcChannels.Regtest;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.RegtestTests;

/// <summary>A real bitcoind as a world for stories, which come one after the other.</summary>
internal sealed class BitcoindWorld(RegtestNode node) : IStoryWorld
{
    public IChain Chain { get; } = ChainOn(node);

    public string? NoOutages => null;

    public IChain AnotherRun() => ChainOn(node);

    public Task<int> HeightAsync() => node.Rpc.GetBlockCountAsync();

    public async Task<Transaction> FundAsync(Script script, long satoshi)
    {
        var wanted = Transaction.Create(Network.RegTest);
        wanted.Outputs.Add(Money.Satoshis(satoshi), script);
        var funded = await node.Wallet.FundRawTransactionAsync(wanted, new FundRawTransactionOptions { LockUnspents = true });
        var signed = await node.Wallet.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = funded.Transaction });
        Assert.True(signed.Complete);
        return signed.SignedTransaction;
    }

    public Task<Transaction> DoubleSpendAsync(Transaction original) => node.DoubleSpendAsync(original);

    public Task RelayAsync(Transaction transaction) => node.Rpc.SendRawTransactionAsync(transaction);

    public async Task<uint256> MineAsync() => (await node.MineAsync())[0];

    public Task<uint256> MineExactlyAsync(params Transaction[] transactions) => node.MineExactlyAsync(transactions);

    public Task<IReadOnlyList<uint256>> ReorganizeAsync(int depth, int newBlocks, params Transaction[] firstBlock) => node.ReorganizeAsync(depth, newBlocks, firstBlock);

    public Task StopNodeAsync() => node.StopAsync();

    public Task StartNodeAsync() => node.StartAgainAsync();

    public Task StopBackendAsync() => node.KillAsync();

    public Task StartBackendAsync() => node.StartAgainAsync();

    /// <summary>The next story gets a mempool without leftovers.</summary>
    public async ValueTask DisposeAsync()
    {
        await node.MineAsync();
        await node.Wallet.UnlockUnspentAsync();
    }

    private static BitcoindChain ChainOn(RegtestNode node) => new(new BitcoindOptions(node.RpcUri, node.CookieFile), Network.RegTest, TimeProvider.System);
}

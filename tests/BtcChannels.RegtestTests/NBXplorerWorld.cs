using System.Text.Json;
using BtcChannels.Chain;
using BtcChannels.ChainStories;
using NBitcoin;
using NBitcoin.RPC;
using NBXplorer;

namespace BtcChannels.RegtestTests;

/// <summary>A real NBXplorer as a world for stories. Its processes are somebody else's: there are no outages here.</summary>
internal sealed class NBXplorerWorld : IStoryWorld
{
    private const string Nobody = "raw(51)";

    private readonly NBXplorerOptions _options;
    private readonly RPCClient _rpc;
    private readonly List<NBXplorerChain> _runs = [];

    private NBXplorerWorld(NBXplorerOptions options)
    {
        _options = options;
        var client = new ExplorerClient(new NBXplorerNetworkProvider(ChainName.Regtest).GetBTC(), options.Url);
        if (options.CookieFile is { } file) client.SetCookieAuth(file);
        else client.SetNoAuth();
        _rpc = client.RPCClient;
        Chain = AnotherRun();
    }

    public IChain Chain { get; }

    public bool ShowsIncoming => true;

    public string NoOutages => "the processes are somebody else's";

    public static async Task<NBXplorerWorld> StartAsync()
    {
        var world = new NBXplorerWorld(new NBXplorerOptions(new Uri(ChainOfTests.NBXplorerUrl!), ChainOfTests.NBXplorerCookie));
        await world.MineAsync();   // what an earlier story left
        return world;
    }

    public IChain AnotherRun()
    {
        _runs.Add(new NBXplorerChain(_options, Network.RegTest, TimeProvider.System));
        return _runs[^1];
    }

    public ICoinFinder NewFinder() => _options.FindCoins(Network.RegTest, TimeProvider.System);

    public Task<int> HeightAsync() => _rpc.GetBlockCountAsync();

    public async Task<Transaction> FundAsync(Script script, long satoshi)
    {
        var wanted = Transaction.Create(Network.RegTest);
        wanted.Outputs.Add(Money.Satoshis(satoshi), script);
        var funded = await _rpc.FundRawTransactionAsync(wanted, new FundRawTransactionOptions { LockUnspents = true });
        return await SignAsync(funded.Transaction);
    }

    public async Task<Transaction> DoubleSpendAsync(Transaction original)
    {
        var replacement = Transaction.Create(Network.RegTest);
        foreach (var input in original.Inputs) replacement.Inputs.Add(input.PrevOut);
        var target = await _rpc.GetNewAddressAsync();
        replacement.Outputs.Add(original.Outputs.Sum(it => it.Value) - Money.Satoshis(20_000), target.ScriptPubKey);
        return await SignAsync(replacement);
    }

    public Task RelayAsync(Transaction transaction) => _rpc.SendRawTransactionAsync(transaction);

    public async Task<uint256> MineAsync()
    {
        using var json = JsonDocument.Parse((await _rpc.SendCommandAsync("generatetodescriptor", 1, Nobody)).ResultString);
        return uint256.Parse(json.RootElement[0].GetString()!);
    }

    public async Task<uint256> MineExactlyAsync(params Transaction[] transactions)
    {
        using var json = JsonDocument.Parse((await _rpc.SendCommandAsync("generateblock", Nobody, transactions.Select(it => it.ToHex()).ToArray())).ResultString);
        return uint256.Parse(json.RootElement.GetProperty("hash").GetString()!);
    }

    public async Task<IReadOnlyList<uint256>> ReorganizeAsync(int depth, int newBlocks, params Transaction[] firstBlock)
    {
        await _rpc.InvalidateBlockAsync(await _rpc.GetBlockHashAsync(await HeightAsync() - depth + 1));
        List<uint256> come = [];
        for (var i = 0; i < newBlocks; i++) come.Add(await MineExactlyAsync(i == 0 ? firstBlock : []));
        return come;
    }

    public Task StopNodeAsync() => throw new NotSupportedException(NoOutages);

    public Task StartNodeAsync() => throw new NotSupportedException(NoOutages);

    public Task StopBackendAsync() => throw new NotSupportedException(NoOutages);

    public Task StartBackendAsync() => throw new NotSupportedException(NoOutages);

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs) await run.DisposeAsync();
    }

    private async Task<Transaction> SignAsync(Transaction transaction)
    {
        var signed = await _rpc.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = transaction });
        return signed.Complete ? signed.SignedTransaction : throw new InvalidOperationException("The node's wallet has not the keys");
    }
}

using System.Diagnostics;
using System.Text.Json;
using NBitcoin;

namespace BtcChannels.Regtest;

/// <summary>A chain, a merchant on it and customers: what tests and demo play their stories in.</summary>
public sealed class World : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<HandmadeCustomer> _customers = [];

    private World(RegtestNode node, MerchantProcess merchant) => (Node, Merchant) = (node, merchant);

    public RegtestNode Node { get; }

    public MerchantProcess Merchant { get; }

    /// <param name="settings">The merchant's, by name.</param>
    public static async Task<World> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var node = await RegtestNode.StartAsync();
        try
        {
            return new World(node, await MerchantProcess.StartAsync(node, settings));
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public HandmadeCustomer NewCustomer()
    {
        var customer = new HandmadeCustomer(Merchant.Origin, Node.Wallet);
        _customers.Add(customer);
        return customer;
    }

    /// <summary>The transaction of the best chain that spends an outpoint, and its block's height; null where none does.</summary>
    public Task<(Transaction Transaction, int Height)?> FindSpendAsync(OutPoint outPoint) => Node.FindSpendAsync(outPoint);

    /// <summary>Waits until a transaction that spends the outpoint is in the mempool.</summary>
    public async Task<Transaction> WaitForSpendInMempoolAsync(OutPoint outPoint)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(50))
            foreach (var txid in await Node.Rpc.GetRawMempoolAsync())
                if (await Node.Rpc.GetRawTransactionAsync(txid) is var transaction && transaction.Inputs.Any(input => input.PrevOut == outPoint))
                    return transaction;
        throw new TimeoutException($"Nothing in the mempool spends {outPoint}");
    }

    /// <summary>Waits until the merchant has dealt with every block there is.</summary>
    public async Task WaitUntilMerchantHasCaughtUpAsync()
    {
        var tip = await Node.Rpc.GetBlockCountAsync();
        var medianTime = await Node.MedianTimeAsync();
        using var http = new HttpClient();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(50))
        {
            using var health = JsonDocument.Parse(await http.GetStringAsync(new Uri(Merchant.Origin, "/healthz")));
            if (health.RootElement.GetProperty("height").GetInt32() == tip && health.RootElement.GetProperty("medianTime").GetInt64() == medianTime) return;
        }
        throw new TimeoutException($"The merchant has not seen block {tip}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var customer in _customers) customer.Dispose();
        await Merchant.DisposeAsync();
        await Node.DisposeAsync();
    }
}

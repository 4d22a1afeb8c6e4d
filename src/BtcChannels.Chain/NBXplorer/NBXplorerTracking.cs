using NBitcoin;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>
/// Has NBXplorer track what a channel hangs on. It matches what it tracks as it comes, and what came before only when told to: a transaction of the mempool is
/// sent again, an output in a block is imported.
/// </summary>
internal static class NBXplorerTracking
{
    private const int QuestionsAtOnce = 8;

    /// <summary>The deposit's address, and those of the coins that fund it: a spend of a coin by another transaction would not be told otherwise.</summary>
    /// <exception cref="ChainUnavailableException">A coin has no address, and NBXplorer does not let its node's blocks be read.</exception>
    public static async Task ExpectAsync(NBXplorerCall call, string group, Transaction deposit, Script script, NBXplorerBareCoins bare)
    {
        var coins = await FindCoinsAsync(call, deposit);
        var scripts = coins.Select(it => it.Output.ScriptPubKey).Append(script);
        foreach (var coin in coins.Where(it => it.Output.ScriptPubKey.GetDestinationAddress(call.Client.Network.NBitcoinNetwork) is null))
        {
            // Whoever cannot follow it says so before the customer is told that he may send.
            await call.GetBlockAsync(call.Client.Network.NBitcoinNetwork.GenesisHash);
            bare.Add(coin.OutPoint);
        }
        var addresses = scripts.Select(it => it.GetDestinationAddress(call.Client.Network.NBitcoinNetwork)).OfType<BitcoinAddress>().Distinct().ToList();
        // By itself and in the group: events come by the group, and what is asked of one address costs by that one.
        await ForEachAsync(addresses, address => call.Client.TrackAsync(new AddressTrackedSource(address), null!, call.Token), call.Token);
        await call.Client.AddGroupAddressAsync(call.Client.CryptoCode, group, [.. addresses.Select(it => it.ToString())], call.Token);
        await CatchUpAsync(call, deposit, script, coins);
    }

    private static async Task CatchUpAsync(NBXplorerCall call, Transaction deposit, Script script, IReadOnlyList<Coin> coins)
    {
        var mined = coins.Where(it => it.Height is not null).Select(it => it.OutPoint).ToList();
        // Out already, before it was shown here. Never one that nobody has sent: this only repeats what the node has.
        var isWaiting = await call.IsInMempoolAsync(deposit.GetHash());
        if (!isWaiting)
            mined.AddRange(await PaidInBlocksAsync(call, deposit, script));
        if (mined.Count > 0) await call.Client.ImportUTXOs(call.Client.CryptoCode, new ImportUTXORequest { Utxos = [.. mined] }, call.Token);
        foreach (var parent in coins.Where(it => it.Height is null).Select(it => it.OutPoint.Hash).Distinct())
            if (await call.FindInMempoolAsync(parent) is { } transaction) await call.Client.BroadcastAsync(transaction, call.Token);
        if (isWaiting) await call.Client.BroadcastAsync(deposit, call.Token);
    }

    private static async Task<IEnumerable<OutPoint>> PaidInBlocksAsync(NBXplorerCall call, Transaction deposit, Script script)
    {
        List<OutPoint> paid = [];
        for (var i = 0; i < deposit.Outputs.Count; i++)
        {
            if (deposit.Outputs[i].ScriptPubKey != script) continue;
            var outPoint = new OutPoint(deposit, i);
            if (await NodeOutput.FindUnspentAsync(call.Node, outPoint, withMempool: false) is not null) paid.Add(outPoint);
        }
        return paid;
    }

    /// <summary>The coins that are there: those of blocks also where the mempool spends them.</summary>
    private static async Task<IReadOnlyList<Coin>> FindCoinsAsync(NBXplorerCall call, Transaction deposit)
    {
        var found = new Coin?[deposit.Inputs.Count];
        await ForEachAsync(Enumerable.Range(0, deposit.Inputs.Count), async i =>
        {
            var outPoint = deposit.Inputs[i].PrevOut;
            var unspent = await NodeOutput.FindUnspentAsync(call.Node, outPoint, withMempool: false);
            if (unspent is not null) found[i] = new Coin(outPoint, unspent.Output, unspent.Height);
            else if (await call.FindInMempoolAsync(outPoint.Hash) is { } parent && outPoint.N < parent.Outputs.Count && await call.IsInMempoolAsync(outPoint.Hash))
                found[i] = new Coin(outPoint, parent.Outputs[(int)outPoint.N], null);
        }, call.Token);
        return [.. found.OfType<Coin>()];
    }

    private static Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> ask, CancellationToken ct) => Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtOnce, CancellationToken = ct }, async (item, _) => await ask(item));

    /// <param name="Height">Null in the mempool.</param>
    private sealed record Coin(OutPoint OutPoint, TxOut Output, int? Height);
}

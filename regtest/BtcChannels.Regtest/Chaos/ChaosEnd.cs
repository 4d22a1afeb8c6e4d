using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;
using NBitcoin;

namespace BtcChannels.Regtest.Chaos;

/// <summary>Closes what is still open by moving time to the margin, and reads in the chain and in the store what everybody got.</summary>
internal sealed class ChaosEnd(World world, IReadOnlyList<ChaosChannel> channels, ChaosCli? cli, Action<string> fault)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <returns>What the closes pay the merchant, satoshi.</returns>
    public async Task<long> CloseAllAsync()
    {
        if (world.Postgres is { } postgres) await postgres.EndWatchAsync();   // whoever had it may be dead
        await world.Node.MineAsync();
        var paid = channels.Where(it => it.Acknowledged > 0).ToList();
        if (paid.Count > 0) await world.Node.MineUntilMedianTimeAsync(paid.Max(it => it.Expiry.Value) - (long)TimeSpan.FromHours(1).TotalSeconds);
        List<OutPoint> awaited = [.. paid.Select(it => it.OutPoint), .. cli?.OutPoint is { } own ? [own] : Array.Empty<OutPoint>()];
        var spends = await MineCloseAsync(awaited);

        await Task.WhenAll(world.Instances.Select(it => it.StopAsync()));
        await using var store = await OpenStoreAsync();
        var claimed = 0L;
        foreach (var channel in channels.Where(it => it.IsAgreed)) claimed += await ReadAsync(channel, store, spends);
        if (cli?.OutPoint is { } outPoint) claimed += await ReadAsync(outPoint, cli.Signed, store, spends);
        return claimed;
    }

    private async Task<IMerchantStore> OpenStoreAsync()
    {
        string Fingerprint(ReadOnlySpan<byte> seed) => new MerchantKeys(seed, world.Node.Rpc.Network).Fingerprint;
        return world.Postgres is { } postgres
            ? await PostgresMerchantStore.OpenAsync(postgres.ConnectionString, world.Merchant.Folder, world.Node.Rpc.Network, Fingerprint, CancellationToken.None)
            : await SqliteMerchantStore.OpenAsync(world.Merchant.Folder, world.Node.Rpc.Network, Fingerprint, CancellationToken.None);
    }

    private Task<long> ReadAsync(ChaosChannel channel, IMerchantStore store, Dictionary<OutPoint, Transaction> spends) => ReadAsync(channel.OutPoint, channel.Acknowledged, store, spends);

    private async Task<long> ReadAsync(OutPoint outPoint, long acknowledged, IMerchantStore store, Dictionary<OutPoint, Transaction> spends)
    {
        var id = new ChannelId(outPoint);
        if (await store.FindAsync(id, CancellationToken.None) is not { } stored)
        {
            fault($"{id}: the merchant agreed to it and has lost it");
            return 0;
        }
        if (stored.Balance.Spent > MilliSatoshi.Of(stored.Balance.Authorized)) fault($"{id}: {stored.Balance.Spent} are spent of {stored.Balance.Authorized}");
        if (acknowledged == 0) return 0;
        if (!spends.TryGetValue(outPoint, out var close))
        {
            fault($"{id}: {acknowledged} sat were acknowledged, and no close is in the chain");
            return 0;
        }
        var claimed = close.Outputs.Where(it => it.ScriptPubKey == stored.PayoutScript).Sum(it => it.Value.Satoshi);
        if (claimed < acknowledged) fault($"{id}: {acknowledged} sat were acknowledged, and the close in the chain pays {claimed}");
        if (claimed != stored.Balance.Authorized.Satoshi) fault($"{id}: {stored.Balance.Authorized.Satoshi} sat are authorized, and the close in the chain pays {claimed}");
        return claimed;
    }

    private async Task<Dictionary<OutPoint, Transaction>> MineCloseAsync(IReadOnlyList<OutPoint> awaited)
    {
        for (var begin = TimeProvider.System.GetTimestamp(); ; await Task.Delay(500))
        {
            await world.Node.MineAsync();
            await world.WaitUntilMerchantHasCaughtUpAsync();
            var spends = await SpendsAsync();
            if (awaited.All(spends.ContainsKey) || TimeProvider.System.GetElapsedTime(begin) > s_patience) return spends;
        }
    }

    private async Task<Dictionary<OutPoint, Transaction>> SpendsAsync()
    {
        const int Funding = 101;   // the blocks of the harness's wallet
        var spends = new Dictionary<OutPoint, Transaction>();
        for (var height = await world.Node.Rpc.GetBlockCountAsync(); height > Funding; height--)
        {
            var block = await world.Node.Rpc.GetBlockAsync(await world.Node.Rpc.GetBlockHashAsync(height));
            foreach (var transaction in block.Transactions)
                foreach (var input in transaction.Inputs) spends[input.PrevOut] = transaction;
        }
        return spends;
    }
}

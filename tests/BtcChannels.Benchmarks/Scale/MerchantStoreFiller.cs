using BtcChannels.Storage;
using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Benchmarks.Scale;

/// <summary>Fills a merchant's store with open channels, many thousands a second, so that there is something to measure.</summary>
internal static class MerchantStoreFiller
{
    private const int Batch = 20_000;

    /// <summary>Makes <c>merchant.db</c> and its seed where they are missing. The store has to be empty and nobody's.</summary>
    /// <returns>The channels, by number.</returns>
    public static async Task<FilledChannels> FillAsync(string folder, Network network, FillPlan plan, CancellationToken ct)
    {
        MerchantKeys? keys = null;
        await using (var store = await SqliteMerchantStore.OpenAsync(folder, network, seed => (keys = new MerchantKeys(seed, network)).Fingerprint, ct))
        {
            if ((await store.CountsAsync(ct)).Count > 0) throw new ArgumentException($"The store in {folder} has channels already", nameof(folder));
        }
        var channels = new FilledChannels(keys!, network, plan);
        await using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "merchant.db"), Pooling = false }.ToString());
        await db.OpenAsync(ct);
        db.Execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000");   // it is made anew should it be cut off
        for (var from = 0; from < plan.Count; from += Batch)
        {
            ct.ThrowIfCancellationRequested();
            var made = new (MerchantChannel Channel, Transaction Deposit)[Math.Min(Batch, plan.Count - from)];
            Parallel.For(0, made.Length, number => made[number] = channels.Make(from + number));
            Insert(db, made);
        }
        db.Execute("UPDATE payout_counter SET next = @Count; PRAGMA wal_checkpoint(TRUNCATE)", new { plan.Count });
        return channels;
    }

    private static void Insert(SqliteConnection db, (MerchantChannel Channel, Transaction Deposit)[] made)
    {
        using var tx = db.BeginTransaction();
        foreach (var (channel, deposit) in made)
        {
            var (id, coin) = (channel.Id.ToString(), deposit.Inputs[0].PrevOut);
            db.Execute($"INSERT INTO channel ({MerchantRow.All.Names}) VALUES ({MerchantRow.All.Values})", MerchantRow.Of(channel, channel.Version), tx);
            db.Execute("INSERT INTO deposit (channel_id, raw) VALUES (@id, @raw)", new { id, raw = deposit.ToBytes() }, tx);
            db.Execute("INSERT INTO deposit_input (channel_id, txid, vout) VALUES (@id, @txid, @vout)", new { id, txid = coin.Hash.ToString(), vout = (long)coin.N }, tx);
        }
        tx.Commit();
    }
}

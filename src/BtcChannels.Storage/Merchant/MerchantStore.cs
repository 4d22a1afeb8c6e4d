using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>
/// The merchant's channels in <c>merchant.db</c>. Whatever a write reports is on disk, and every write is compare-and-swap on the channel's
/// version. One process holds the store for life. Every call may throw <see cref="StoreUnavailableException"/> and may then be repeated, or
/// <see cref="StoreCorruptException"/>.
/// </summary>
public sealed partial class MerchantStore : IAsyncDisposable
{
    private const long PayoutIndices = 1L << 31;

    private readonly SqliteFile _file;
    private readonly Network _network;

    private MerchantStore(SqliteFile file, Network network) => (_file, _network) = (file, network);

    /// <summary>Opens the store of a folder, makes folder, store and seed where there is none yet, and holds it against the seed.</summary>
    /// <param name="folder">The data folder; made with mode 0700.</param>
    /// <param name="network">A store is of one network for ever.</param>
    /// <param name="fingerprintOf">Takes the seed and names it; called once.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StoreLockedException">Another process has it open.</exception>
    /// <exception cref="StoreMismatchException">It is of another network, seed, version or kind, or its seed is missing.</exception>
    /// <exception cref="StoreException">Any other reason why it cannot be used.</exception>
    public static async Task<MerchantStore> OpenAsync(string folder, Network network, SeedFingerprint fingerprintOf, CancellationToken ct)
    {
        var file = await SqliteFile.OpenAsync(StoreFormat.Merchant, folder, network, lockWait: TimeSpan.Zero, ct);
        try
        {
            await SeedBinding.BindAsync(file, folder, fingerprintOf, ct);
            return new(file, network);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Adds a channel, version 1, with the next payout index, or tells which one is there already. Of adds at once with one offer or one
    /// outpoint exactly one succeeds.
    /// </summary>
    /// <param name="build">Makes the channel for a payout index. It must not touch the store.</param>
    /// <param name="deposit">The transaction that the channel's deposit stands in.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    /// <exception cref="ArgumentException">What was built has another index, or its deposit is not in the transaction.</exception>
    public Task<AddOutcome> AddAsync(Func<uint, MerchantChannel> build, Transaction deposit, CancellationToken ct) => _file.WriteAsync<AddOutcome>((db, tx) =>
    {
        var index = db.ExecuteScalar<long>("SELECT next FROM payout_counter", transaction: tx);
        if (index >= PayoutIndices) throw new InvalidOperationException("Every payout address is used: a new seed is needed");
        var channel = build((uint)index) with { Version = 1 };
        if (channel.PayoutIndex != index) throw new ArgumentException($"The channel has payout index {channel.PayoutIndex} instead of {index}", nameof(build));
        if (channel.Deposit.OutPoint.Hash != deposit.GetHash()) throw new ArgumentException("The channel's deposit is in another transaction", nameof(deposit));

        if (Find(db, "offer = @key", channel.Offer.ToBytes(), tx) is { } sameOffer) return new AddOutcome.OfferTaken(sameOffer);
        if (Find(db, "id = @key", channel.Id.ToString(), tx) is { } sameOutPoint) return new AddOutcome.OutPointTaken(sameOutPoint);

        var id = channel.Id.ToString();
        db.Execute("UPDATE payout_counter SET next = next + 1", transaction: tx);
        db.Execute($"INSERT INTO channel ({MerchantRow.All.Names}) VALUES ({MerchantRow.All.Values})", MerchantRow.Of(channel, channel.Version), tx);
        db.Execute("INSERT INTO deposit (channel_id, raw) VALUES (@id, @raw)", new { id, raw = deposit.ToBytes() }, tx);
        foreach (var coin in deposit.Inputs.Select(input => input.PrevOut))
            db.Execute("INSERT INTO deposit_input (channel_id, txid, vout) VALUES (@id, @txid, @vout)", new { id, txid = coin.Hash.ToString(), vout = (long)coin.N }, tx);
        return new AddOutcome.Added(channel, Superseded(db, id, tx));
    }, ct);

    /// <summary>Writes what has changed of a channel, as version <paramref name="fromVersion"/> + 1.</summary>
    /// <returns>False where the channel is not at <paramref name="fromVersion"/> any more: nothing is written, read it and judge again.</returns>
    public Task<bool> TryWriteAsync(MerchantChannel next, long fromVersion, CancellationToken ct) => _file.WriteAsync(
        (db, tx) => 1 == db.Execute(
            $"UPDATE channel SET {MerchantRow.Changing.Set} WHERE id = @Id AND version = @Version - 1", MerchantRow.Of(next, fromVersion + 1), tx), ct);

    /// <summary>The same where nothing but the balance has changed: it writes less.</summary>
    /// <inheritdoc cref="TryWriteAsync"/>
    public Task<bool> TryWritePaymentAsync(MerchantChannel next, long fromVersion, CancellationToken ct)
    {
        var newest = next.Balance.Newest ?? throw new ArgumentException("There is no payment to write", nameof(next));
        var row = new
        {
            Id = next.Id.ToString(), Authorized = newest.Total.Satoshi, Signature = newest.Signature.ToCompact(), Spent = next.Balance.Spent.Value, Version = fromVersion + 1,
        };
        return _file.WriteAsync((db, tx) => TrySetPayment(db, "is_paid = 1", row, tx) || TrySetPayment(db, "is_paid = 0", row, tx), ct);
    }

    /// <summary>Notes how far the chain has been followed.</summary>
    /// <param name="text">The chain's own note.</param>
    /// <param name="tip">The last block that was dealt with.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    public Task SetCursorAsync(string text, ChainTip tip, CancellationToken ct) => ChainCursorTable.SetAsync(_file, text, tip, ct);

    /// <summary>Waits for the write in progress and lets others in.</summary>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    // Only the first payment turns is_paid, which indexes depend on: from the second on none of them is touched.
    private static bool TrySetPayment(SqliteConnection db, string paid, object row, SqliteTransaction tx) => 1 == db.Execute(
        $"UPDATE channel SET {MerchantRow.Payment.Set}{(paid == "is_paid = 0" ? ", is_paid = 1" : "")} WHERE id = @Id AND version = @Version - 1 AND {paid}", row, tx);

    private static List<ChannelId> Superseded(SqliteConnection db, string id, SqliteTransaction tx) => [.. db.Query<string>(
        """
        SELECT DISTINCT channel.id
        FROM deposit_input AS own
        JOIN deposit_input AS other ON other.txid = own.txid AND other.vout = own.vout AND other.channel_id <> own.channel_id
        JOIN channel ON channel.id = other.channel_id
        WHERE own.channel_id = @id AND channel.state = 'pending' AND channel.deposit_height IS NULL AND channel.is_paid = 0
        """,
        new { id }, tx).Select(ChannelId.Parse)];

    private MerchantChannel? Find(SqliteConnection db, string condition, object key, SqliteTransaction? tx = null) =>
        db.QuerySingleOrDefault<MerchantRow>($"SELECT {MerchantRow.All.Select} FROM channel WHERE {condition}", new { key }, tx)?.ToChannel(_network, _file.Path);
}

using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>
/// The customer's channels in <c>customer.db</c>, each with its signed refund. Whatever a write reports is on disk. The store is held for an
/// action, not for life. Every call may throw <see cref="StoreUnavailableException"/> and may then be repeated, or <see cref="StoreCorruptException"/>.
/// </summary>
public sealed partial class CustomerStore : IAsyncDisposable
{
    /// <summary>How long an action waits for the one before it.</summary>
    public static readonly TimeSpan DefaultLockWait = TimeSpan.FromSeconds(5);

    private const long KeyIndices = 1L << 31;

    private readonly SqliteFile _file;
    private readonly Network _network;

    private CustomerStore(SqliteFile file, Network network) => (_file, _network) = (file, network);

    /// <summary>Opens the store of a folder, makes folder, store and seed where there is none yet, and holds it against the seed.</summary>
    /// <param name="folder">The data folder; made with mode 0700.</param>
    /// <param name="network">A store is of one network for ever.</param>
    /// <param name="fingerprintOf">Takes the seed and names it; called once.</param>
    /// <param name="lockWait">How long to wait while another process has it open; zero tries once.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StoreLockedException">Another process has it open still.</exception>
    /// <exception cref="StoreMismatchException">It is of another network, seed, version or kind, or its seed is missing.</exception>
    /// <exception cref="StoreException">Any other reason why it cannot be used.</exception>
    public static async Task<CustomerStore> OpenAsync(string folder, Network network, SeedFingerprint fingerprintOf, TimeSpan lockWait, CancellationToken ct)
    {
        var file = await SqliteFile.OpenAsync(StoreFormat.Customer, folder, network, lockWait, ct);
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

    /// <summary>Takes the number of the next channel's key, from 0. A number is never given twice, whatever becomes of the channel.</summary>
    public Task<uint> NextKeyIndexAsync(CancellationToken ct) => _file.WriteAsync((db, tx) =>
    {
        var index = db.ExecuteScalar<long>("SELECT next FROM key_counter", transaction: tx);
        if (index >= KeyIndices) throw new InvalidOperationException("Every key is used: a new seed is needed");
        db.Execute("UPDATE key_counter SET next = next + 1", transaction: tx);
        return (uint)index;
    }, ct);

    /// <summary>Adds a channel, refund included, as version 1.</summary>
    /// <returns>The channel as it was stored.</returns>
    /// <exception cref="InvalidOperationException">Its key or its outpoint has a channel already, or its key's number was never taken.</exception>
    public Task<CustomerChannel> AddAsync(CustomerChannel channel, CancellationToken ct) => _file.WriteAsync((db, tx) =>
    {
        var added = channel with { Version = 1 };
        var row = CustomerRow.Of(added, added.Version);
        if (db.ExecuteScalar<long>("SELECT next FROM key_counter", transaction: tx) <= row.KeyIndex)
            throw new InvalidOperationException($"Key {row.KeyIndex} was never taken");
        return TryInsert(db, tx, row) ? added : throw new InvalidOperationException($"Key {row.KeyIndex} or outpoint {row.Id} has a channel already");
    }, ct);

    /// <summary>The channel of a name; null where there is none. A name changes when a third party moves the deposit to another outpoint.</summary>
    public Task<CustomerChannel?> FindAsync(ChannelId id, CancellationToken ct) => _file.ReadAsync(
        db => Select(db, "WHERE id = @id", new { id = id.ToString() }).SingleOrDefault(), ct);

    /// <summary>All channels, in the order of their keys.</summary>
    public Task<IReadOnlyList<CustomerChannel>> ListAsync(CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<CustomerChannel> (db) => [.. Select(db, "ORDER BY key_index", new { })], ct);

    /// <summary>The channels that are not final, in the order of their keys.</summary>
    public Task<IReadOnlyList<CustomerChannel>> UnfinishedAsync(CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<CustomerChannel> (db) => [.. Select(db, "WHERE is_settled = 0 ORDER BY key_index", new { })], ct);

    /// <summary>Writes what has changed of a channel, as version <paramref name="fromVersion"/> + 1; its key tells which one it is.</summary>
    /// <returns>False where the channel is not at <paramref name="fromVersion"/> any more: nothing is written, read it and judge again.</returns>
    public Task<bool> TryWriteAsync(CustomerChannel next, long fromVersion, CancellationToken ct) => _file.WriteAsync((db, tx) =>
    {
        var row = CustomerRow.Of(next, fromVersion + 1);
        if (db.Execute($"UPDATE channel SET {CustomerRow.Changing.Set} WHERE key_index = @KeyIndex AND version = @Version - 1", row, tx) == 0) return false;
        db.Execute("UPDATE funding SET deposit = @Deposit, refund = @Refund WHERE key_index = @KeyIndex AND (deposit <> @Deposit OR refund <> @Refund)", row, tx);
        if (row.IsSettled == 1) db.Execute("DELETE FROM two1_token WHERE key_index = @KeyIndex", row, tx);
        return true;
    }, ct);

    /// <summary>The same where nothing but what is signed and acknowledged has changed: it writes less.</summary>
    /// <param name="next">The channel as it is to be.</param>
    /// <param name="fromVersion">The version that it was made from.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    /// <param name="token">What the payment is worth at a two1 door; null where no payment is new, or at the direct door.</param>
    /// <inheritdoc cref="TryWriteAsync" path="/returns"/>
    public Task<bool> TryWritePaymentAsync(CustomerChannel next, long fromVersion, CancellationToken ct, Two1Token? token = null)
    {
        var newest = next.Newest ?? throw new ArgumentException("There is no payment to write", nameof(next));
        var row = new
        {
            KeyIndex = (long)next.KeyIndex, Authorized = newest.Total.Satoshi, Signature = newest.Signature.ToCompact(), Acknowledged = next.Acknowledged.Satoshi,
            Version = fromVersion + 1, IsVoucher = next.NewestIsVoucher ? 1 : 0,
        };
        return _file.WriteAsync(
            (db, tx) =>
            {
                if (db.Execute($"UPDATE channel SET {CustomerRow.Payment.Set} WHERE key_index = @KeyIndex AND version = @Version - 1", row, tx) == 0) return false;
                if (token is not null) Insert(db, tx, token);
                return true;
            }, ct);
    }

    /// <summary>How far the chain has been followed; null where it never was.</summary>
    public Task<StoredCursor?> GetCursorAsync(CancellationToken ct) => ChainCursorTable.GetAsync(_file, ct);

    /// <summary>Notes how far the chain has been followed.</summary>
    /// <param name="text">The chain's own note.</param>
    /// <param name="tip">The last block that was dealt with.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    public Task SetCursorAsync(string text, ChainTip tip, CancellationToken ct) => ChainCursorTable.SetAsync(_file, text, tip, ct);

    /// <summary>Waits for the write in progress and lets others in.</summary>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static bool TryInsert(SqliteConnection db, SqliteTransaction tx, CustomerRow row) =>
        db.Execute($"INSERT INTO channel ({CustomerRow.All.Names}) VALUES ({CustomerRow.All.Values}) ON CONFLICT DO NOTHING", row, tx) == 1
        && db.Execute("INSERT INTO funding (key_index, deposit, refund) VALUES (@KeyIndex, @Deposit, @Refund)", row, tx) == 1;

    private IEnumerable<CustomerChannel> Select(SqliteConnection db, string which, object arguments) => db
        .Query<CustomerRow>($"SELECT {CustomerRow.All.Select}, deposit AS Deposit, refund AS Refund FROM channel JOIN funding USING (key_index) {which}", arguments)
        .Select(row => row.ToChannel(_network, _file.Path));
}

using System.Data;
using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>The customer's own wallet: addresses given out, and coins that are taken. What coins there are tells the chain alone.</summary>
public sealed partial class CustomerStore
{
    private const string Branch = "purpose = @purpose AND chain = @chain";

    /// <summary>Whether <see cref="MakeWalletAsync"/> was called once.</summary>
    public Task<bool> HasWalletAsync(CancellationToken ct) => _file.ReadAsync(db => db.ExecuteScalar<long>("SELECT EXISTS (SELECT 1 FROM wallet_branch)") == 1, ct);

    /// <summary>Begins a wallet; leaves one that exists as it is.</summary>
    /// <returns>Whether there was none.</returns>
    public Task<bool> MakeWalletAsync(CancellationToken ct) => _file.WriteAsync(
        (db, tx) => db.Execute(
            "INSERT INTO wallet_branch (purpose, chain, next, used) VALUES (44, 0, 0, 0), (44, 1, 0, 0), (84, 0, 0, 0), (84, 1, 0, 0) ON CONFLICT DO NOTHING", transaction: tx) > 0, ct);

    /// <summary>All branches; none where no wallet was made.</summary>
    public Task<IReadOnlyList<WalletBranch>> BranchesAsync(CancellationToken ct) => _file.ReadAsync(IReadOnlyList<WalletBranch> (db) => [.. Branches(db, null)], ct);

    /// <summary>Gives out the next address of a branch. An index is never given twice, whatever becomes of it.</summary>
    /// <param name="isShown">Whether it is the one that payers are shown from now on.</param>
    /// <exception cref="InvalidOperationException">There is no wallet, or no index left.</exception>
    public Task<uint> NextAddressAsync(WalletPurpose purpose, uint chain, bool isShown, CancellationToken ct) => _file.WriteAsync((db, tx) =>
    {
        var branch = Branches(db, tx).SingleOrDefault(it => it.Purpose == purpose && it.Chain == chain) ?? throw new InvalidOperationException("There is no wallet");
        if (branch.Next >= KeyIndices) throw new InvalidOperationException("Every address is used: a new seed is needed");
        db.Execute(
            $"UPDATE wallet_branch SET next = next + 1, shown = iif(@isShown, next, shown) WHERE {Branch}", new { purpose = (int)purpose, chain = (long)chain, isShown }, tx);
        return branch.Next;
    }, ct);

    /// <summary>Something was seen on addresses of a branch, the last of them <paramref name="index"/>.</summary>
    /// <param name="isShownUsed">Whether the one that is shown is among them.</param>
    public Task NoteUsedAsync(WalletPurpose purpose, uint chain, uint index, bool isShownUsed, CancellationToken ct) => _file.WriteAsync(
        (db, tx) => db.Execute(
            $"""
            UPDATE wallet_branch SET next = max(next, @index + 1), used = max(used, @index + 1), shown = iif(@isShownUsed, NULL, shown)
            WHERE {Branch} AND (used <= @index OR (@isShownUsed AND shown IS NOT NULL))
            """,
            new { purpose = (int)purpose, chain = (long)chain, index = (long)index, isShownUsed }, tx), ct);

    /// <summary>Takes coins for a transaction, all or none.</summary>
    /// <param name="now">UNIX seconds: what was taken until then is free again.</param>
    /// <param name="until">UNIX seconds.</param>
    /// <returns>False where one is taken already.</returns>
    public Task<bool> TryLockAsync(IReadOnlyList<OutPoint> coins, long now, long until, CancellationToken ct) => _file.WriteAsync((db, tx) =>
    {
        db.Execute("DELETE FROM wallet_lock WHERE until <= @now", new { now }, tx);
        string[] names = [.. coins.Select(NameOf)];
        if (db.ExecuteScalar<long>("SELECT EXISTS (SELECT 1 FROM wallet_lock WHERE outpoint IN @names)", new { names }, tx) == 1) return false;
        db.Execute("INSERT INTO wallet_lock (outpoint, until) VALUES (@name, @until)", names.Select(name => new { name, until }), tx);
        return true;
    }, ct);

    /// <summary>Frees coins; those that are free already stay so.</summary>
    public Task UnlockAsync(IReadOnlyList<OutPoint> coins, CancellationToken ct) => _file.WriteAsync(
        (db, tx) => db.Execute("DELETE FROM wallet_lock WHERE outpoint IN @names", new { names = coins.Select(NameOf).ToArray() }, tx), ct);

    /// <summary>The coins that are taken at a time, UNIX seconds.</summary>
    public Task<IReadOnlySet<OutPoint>> LockedAsync(long now, CancellationToken ct) => _file.ReadAsync(
        IReadOnlySet<OutPoint> (db) => db.Query<string>("SELECT outpoint FROM wallet_lock WHERE until > @now", new { now }).Select(name => ChannelId.Parse(name).OutPoint).ToHashSet(), ct);

    /// <summary>Adds a channel from a backup, where there is none of its key yet.</summary>
    /// <returns>The channel as it was stored; null where there is one, or its outpoint has one.</returns>
    public Task<CustomerChannel?> RestoreAsync(CustomerChannel channel, CancellationToken ct) => _file.WriteAsync((db, tx) =>
    {
        RaiseKeyCounter(db, tx, channel.KeyIndex + 1L);
        var added = channel with { Version = 1 };
        return TryInsert(db, tx, CustomerRow.Of(added, added.Version)) ? added : null;
    }, ct);

    /// <summary>No key below this number is given out any more: it may have been used by what was lost.</summary>
    public Task SkipKeysAsync(long below, CancellationToken ct) => _file.WriteAsync((db, tx) => RaiseKeyCounter(db, tx, below), ct);

    private static int RaiseKeyCounter(SqliteConnection db, SqliteTransaction tx, long next) =>
        db.Execute("UPDATE key_counter SET next = max(next, @next)", new { next = Math.Min(next, KeyIndices) }, tx);

    // The form of channels' names.
    private static string NameOf(OutPoint coin) => new ChannelId(coin).ToString();

    private static IEnumerable<WalletBranch> Branches(SqliteConnection db, IDbTransaction? tx) => db
        .Query<(long Purpose, long Chain, long Next, long? Shown, long Used)>("SELECT purpose, chain, next, shown, used FROM wallet_branch ORDER BY purpose, chain", transaction: tx)
        .Select(it => new WalletBranch((WalletPurpose)it.Purpose, checked((uint)it.Chain), checked((uint)it.Next), checked((uint?)it.Shown), checked((uint)it.Used)));
}

using Dapper;
using NBitcoin;
using Npgsql;

namespace BtcChannels.Storage.Postgres;

/// <summary>
/// Moves a merchant from SQLite to PostgreSQL. It may be interrupted at any point and run again, as each step leaves one store that counts:
/// <list type="number">
/// <item>The file is locked and its log put into it. Nothing has moved; a start on the file goes on as ever.</item>
/// <item>The tables are made, the seed is bound, everything is copied and compared. All of the copy is one transaction: until its commit the database has no channel, and
/// the file is untouched.</item>
/// <item>The commit. Both stores are the same now, and the lock still keeps the file from changing. Where this ends here, even without knowing whether the commit came to be, the next run
/// finds no channel there and copies, or finds just these, row by row, and goes on with the last step. Should a merchant have worked on either meanwhile, they differ: then it refuses.</item>
/// <item>The file is renamed (one step, all that belongs to it is in it), flushed to disk, and its lock let go. Renamed before the commit, there might be no store at all.</item>
/// </list>
/// </summary>
public static class MerchantMove
{
    private static readonly string Tables = string.Join(", ", MovedTable.All.Select(it => it.Name).Append("watch"));

    /// <param name="folder">The data folder, with <c>merchant.db</c> and the seed. No merchant runs on it.</param>
    /// <param name="connectionString">As for <see cref="PostgresMerchantStore.OpenAsync"/>. There is no channel in it, and no merchant runs on it.</param>
    /// <param name="network">Of the store.</param>
    /// <param name="fingerprintOf">Takes the seed and names it; called for each store.</param>
    /// <param name="ct">Gives up as long as nothing is committed.</param>
    /// <exception cref="ArgumentException">It is no connection string.</exception>
    /// <exception cref="StoreLockedException">A merchant runs on the file.</exception>
    /// <exception cref="StoreMismatchException">One of them is of another network, seed or version, there is nothing to move, there are channels already, or a merchant runs there.</exception>
    /// <exception cref="StoreException">Any other reason why one of them cannot be used.</exception>
    public static async Task<StoreTotals> RunAsync(string folder, string connectionString, Network network, SeedFingerprint fingerprintOf, CancellationToken ct)
    {
        await using var database = new PostgresDatabase(connectionString);
        using var source = await OutgoingMerchantFile.TakeAsync(folder, network, fingerprintOf, ct);
        await PostgresSchema.PrepareAsync(database, folder, network, fingerprintOf, ct);
        var moved = await PostgresErrors.TranslateAsync(database.Name, () => MoveAsync(source, database, ct));
        source.PutAway();
        return moved;
    }

    private static async Task<StoreTotals> MoveAsync(OutgoingMerchantFile source, PostgresDatabase database, CancellationToken ct)
    {
        // What is not committed is rolled back as it goes.
        await using var db = await database.OpenAsync(ct);
        await using var transaction = await db.BeginTransactionAsync(ct);
        await db.ExecuteAsync(PostgresSchema.Lock, transaction: transaction);   // a merchant that starts waits for the end
        await db.ExecuteAsync($"LOCK TABLE {Tables} IN EXCLUSIVE MODE", transaction: transaction);

        var isEmpty = await db.ExecuteScalarAsync<bool>("SELECT NOT EXISTS (SELECT 1 FROM channel) AND next = 0 FROM payout_counter", transaction: transaction);
        if (isEmpty) await FillAsync(source, database, db, transaction, ct);
        if (await DifferenceAsync(source, db, transaction, ct) is { } difference)
        {
            throw isEmpty
                ? new StoreCorruptException($"{database.Name} does not give back what was written ({difference}): nothing was moved")
                : new StoreMismatchException($"{database.Name} has had channels already, and they are not those of {source.Path} ({difference}): nothing was changed");
        }
        var totals = StoreTotals.Of(await db.QuerySingleAsync<(long, long)>(StoreTotals.Question, transaction: transaction));
        await transaction.CommitAsync(CancellationToken.None);
        return totals;
    }

    private static async Task FillAsync(OutgoingMerchantFile source, PostgresDatabase database, NpgsqlConnection db, NpgsqlTransaction transaction, CancellationToken ct)
    {
        // It would not look for the channels that come to be under its hands.
        if (await db.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM watch WHERE until > clock_timestamp())", transaction: transaction))
            throw new StoreMismatchException($"A merchant runs on {database.Name}, or did half a minute ago: stop it first");
        await db.ExecuteAsync("DELETE FROM payout_counter; DELETE FROM chain_cursor", transaction: transaction);
        foreach (var table in MovedTable.All) await table.CopyAsync(source.Connection, db, ct);
        await db.ExecuteAsync(new CommandDefinition($"ANALYZE {Tables}", transaction: transaction, commandTimeout: 0, cancellationToken: ct));
    }

    private static async Task<string?> DifferenceAsync(OutgoingMerchantFile source, NpgsqlConnection db, NpgsqlTransaction transaction, CancellationToken ct)
    {
        foreach (var table in MovedTable.All)
            if (await table.DifferenceAsync(source.Connection, db, transaction, ct) is { } difference) return difference;
        return null;
    }
}

using System.Globalization;
using Dapper;
using NBitcoin;
using Npgsql;

namespace BtcChannels.Storage.Postgres;

/// <summary>
/// Makes sure that a database is what it should be before anything is written to it, brings it up to date and holds it against the seed: all in one transaction under one
/// lock, so that instances that start together come one after the other.
/// </summary>
internal static class PostgresSchema
{
    // "BtCh" in ASCII, and the schema: several merchants may have one database, each in a schema of his own.
    public const string Lock = "SELECT pg_advisory_xact_lock((1114915688::bigint << 32) | current_schema()::regnamespace::oid::bigint)";

    private const string Meta = """
        CREATE TABLE btcchannels_merchant (
            id bigint PRIMARY KEY CHECK (id = 1),
            schema_version bigint NOT NULL,
            genesis text NOT NULL,
            seed_fingerprint text
        );
        """;

    private static readonly IReadOnlyList<string> Scripts = StoreFormat.ReadScripts(typeof(PostgresSchema), "Merchant");

    /// <returns>The number of the schema that the tables are in.</returns>
    public static Task<long> PrepareAsync(PostgresDatabase database, string folder, Network network, SeedFingerprint fingerprintOf, CancellationToken ct) =>
        PostgresErrors.TranslateAsync(database.Name, async () =>
        {
            await using var db = await database.OpenAsync(ct);
            await using var transaction = await db.BeginTransactionAsync(ct);
            if (await db.ExecuteScalarAsync<long?>("SELECT current_schema()::regnamespace::oid::bigint", transaction: transaction) is not { } schema)
                throw new StoreMismatchException($"{database.Name} has no schema of its search path: make one, or set Search Path to one that is there");
            await db.ExecuteAsync(Lock, transaction: transaction);
            for (var number = await VersionAsync(db, transaction, network, database.Name) + 1; number <= Scripts.Count; number++)
                await ApplyAsync(db, transaction, network, number, database.Name);

            var (bound, hasChannels) = await db.QuerySingleAsync<(string?, bool)>(
                "SELECT seed_fingerprint, EXISTS (SELECT 1 FROM channel) FROM btcchannels_merchant", transaction: transaction);
            if (SeedBinding.Hold(database.Name, bound, hasChannels, folder, fingerprintOf) is { } fingerprint)
                await db.ExecuteAsync("UPDATE btcchannels_merchant SET seed_fingerprint = @fingerprint", new { fingerprint }, transaction);
            await transaction.CommitAsync(ct);
            return schema;
        });

    private static async Task<int> VersionAsync(NpgsqlConnection db, NpgsqlTransaction transaction, Network network, string name)
    {
        if (!await db.ExecuteScalarAsync<bool>("SELECT to_regclass(quote_ident(current_schema()) || '.btcchannels_merchant') IS NOT NULL", transaction: transaction)) return 0;
        var (version, genesis) = await db.QuerySingleAsync<(long, string)>("SELECT schema_version, genesis FROM btcchannels_merchant", transaction: transaction);
        if (genesis != network.GenesisHash.ToString())
            throw new StoreMismatchException($"{name} is of another network (genesis block {genesis}) than {network}");
        if (version > Scripts.Count)
            throw new StoreMismatchException($"{name} was written by a newer version (schema {version.ToString(CultureInfo.InvariantCulture)}, known here {Scripts.Count}): use that one");
        return checked((int)version);
    }

    private static async Task ApplyAsync(NpgsqlConnection db, NpgsqlTransaction transaction, Network network, int number, string name)
    {
        try
        {
            if (number == 1)
            {
                await db.ExecuteAsync(Meta, transaction: transaction);
                await db.ExecuteAsync(
                    "INSERT INTO btcchannels_merchant (id, schema_version, genesis) VALUES (1, 1, @genesis)", new { genesis = network.GenesisHash.ToString() }, transaction);
            }
            await db.ExecuteAsync(Scripts[number - 1], transaction: transaction);
            await db.ExecuteAsync("UPDATE btcchannels_merchant SET schema_version = @number", new { number }, transaction);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DuplicateTable)
        {
            throw new StoreMismatchException($"{name} has tables of something else ({error.MessageText}): give the merchant a database or a schema of his own");
        }
    }
}

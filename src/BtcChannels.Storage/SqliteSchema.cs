using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>Makes sure that a file is what it should be before anything is written to it, and brings it up to date.</summary>
internal static class SqliteSchema
{
    private const string Meta = """
        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            schema_version INTEGER NOT NULL,
            genesis TEXT NOT NULL,
            seed_fingerprint TEXT
        );
        """;

    public static void Prepare(SqliteConnection db, StoreFormat format, Network network, string path)
    {
        var version = VersionOf(db, format, network, path);
        if (db.ExecuteScalar<string>("PRAGMA journal_mode = WAL") is var mode and not "wal")
            throw new StoreCorruptException($"{path} does not take a write-ahead log (its journal is '{mode}'): it has to lie on a local disk");
        // FULL: a commit is on disk before it is answered. On macOS only fullfsync means that.
        db.Execute("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA busy_timeout = 5000");
        // KiB, taken as needed: with SQLite's own 2 MB a payment among many channels reads its page from the file each time.
        db.Execute("PRAGMA cache_size = -65536");
        for (var number = version + 1; number <= format.Scripts.Count; number++) Apply(db, format, network, number);
    }

    /// <exception cref="StoreMismatchException">It is none of this kind and network, or newer than this program.</exception>
    public static int VersionOf(SqliteConnection db, StoreFormat format, Network network, string path)
    {
        var application = db.ExecuteScalar<long>("PRAGMA application_id");
        if (application == 0 && db.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master") == 0) return 0;
        if (application != format.ApplicationId)
            throw new StoreMismatchException($"{path} is a database, but not a BtcChannels {format.Name.ToLowerInvariant()} store");
        if (db.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'") == 0)
            throw new StoreCorruptException($"{path} is damaged: it does not say what it is");
        var (version, genesis) = db.QuerySingle<(long, string)>("SELECT schema_version, genesis FROM meta");
        if (genesis != network.GenesisHash.ToString())
            throw new StoreMismatchException($"{path} is of another network (genesis block {genesis}) than {network}");
        if (version > format.Scripts.Count)
            throw new StoreMismatchException($"{path} was written by a newer version (schema {version}, known here {format.Scripts.Count}): use that one");
        return checked((int)version);
    }

    private static void Apply(SqliteConnection db, StoreFormat format, Network network, int number)
    {
        using var transaction = db.BeginTransaction(deferred: false);
        if (number == 1)
        {
            db.Execute(Meta, transaction: transaction);
            db.Execute("INSERT INTO meta (id, schema_version, genesis) VALUES (1, 1, @genesis)", new { genesis = network.GenesisHash.ToString() }, transaction);
            db.Execute($"PRAGMA application_id = {format.ApplicationId}", transaction: transaction);
        }
        db.Execute(format.Scripts[number - 1], transaction: transaction);
        db.Execute("UPDATE meta SET schema_version = @number", new { number }, transaction);
        transaction.CommitOrLeave();
    }
}

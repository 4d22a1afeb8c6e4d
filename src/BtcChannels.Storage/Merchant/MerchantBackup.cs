using System.Security.Cryptography;
using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>
/// Copies the data folder of a merchant, who may be at work on it: what was committed before the copy began is in it. The copy is a data folder itself. It has a
/// <c>merchant.db</c> only once that is whole, checked and on disk beside its seed.
/// </summary>
public static class MerchantBackup
{
    /// <param name="folder">The data folder. It is only read: one process writes and checkpoints, and this is not the one.</param>
    /// <param name="to">Where the copy goes: missing, or an empty folder. Made with mode 0700.</param>
    /// <param name="network">Of the store.</param>
    /// <param name="fingerprintOf">Takes the seed and names it; called once.</param>
    /// <exception cref="StoreMismatchException">There is no store, it is of another network, seed or version, or the copy's folder is not empty.</exception>
    /// <exception cref="StoreCorruptException">What was copied is damaged.</exception>
    /// <exception cref="StoreException">Any other reason why the store or its copy cannot be used.</exception>
    public static StoreTotals Make(string folder, string to, Network network, SeedFingerprint fingerprintOf)
    {
        var store = Path.Combine(folder, StoreFormat.Merchant.FileName);
        var copy = Path.Combine(to, StoreFormat.Merchant.FileName);
        var draft = copy + ".partial";
        if (!File.Exists(store)) throw new StoreMismatchException($"There is no {store} to copy");
        StoreErrors.Translate(to, () =>
        {
            PrivateFile.MakeFolder(to);
            if (Directory.EnumerateFileSystemEntries(to).Any()) throw new StoreMismatchException($"{to} is not empty: each backup has a folder of its own");
            PrivateFile.MakeIfMissing(draft);
            return 0;
        });
        StoreErrors.Translate(store, () =>
        {
            using var from = Open(store, SqliteOpenMode.ReadOnly);
            using var into = Open(draft, SqliteOpenMode.ReadWrite);
            from.BackupDatabase(into);
            return 0;
        });
        var totals = StoreErrors.Translate(draft, () => Check(draft, folder, network, fingerprintOf));
        CopySeed(Path.Combine(folder, SeedFile.Name), Path.Combine(to, SeedFile.Name));
        StoreErrors.Translate(copy, () =>
        {
            PrivateFile.Rename(draft, copy);
            return 0;
        });
        return totals;
    }

    private static StoreTotals Check(string draft, string folder, Network network, SeedFingerprint fingerprintOf)
    {
        using var db = Open(draft, SqliteOpenMode.ReadWrite);
        db.Execute("PRAGMA journal_mode = DELETE");   // one file, without a log beside it
        if (db.Query<string>("PRAGMA integrity_check").ToList() is not ["ok", ..] and [var fault, ..]) throw new StoreCorruptException($"{draft} is damaged: {fault}");
        if (db.Query("PRAGMA foreign_key_check").Any()) throw new StoreCorruptException($"{draft} is damaged: rows refer to others that are missing");
        SqliteSchema.VersionOf(db, StoreFormat.Merchant, network, draft);
        var bound = db.ExecuteScalar<string?>("SELECT seed_fingerprint FROM meta") ?? throw new StoreMismatchException($"{draft} was copied before its merchant's first start was over");
        SeedBinding.Hold(draft, bound, hasChannels: true, folder, fingerprintOf);
        return StoreTotals.Of(db.QuerySingle<(long, long)>(StoreTotals.Question));
    }

    private static void CopySeed(string seed, string copy) => StoreErrors.Translate(copy, () =>
    {
        var line = File.ReadAllBytes(seed);
        try
        {
            return PrivateFile.TryWriteNew(copy, line) ? 0 : throw new IOException("there is one already");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
        }
    });

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 5 }.ToString());
        connection.Open();
        return connection;
    }
}

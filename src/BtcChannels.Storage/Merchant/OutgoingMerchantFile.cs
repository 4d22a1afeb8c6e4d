using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>A merchant's store that moves elsewhere: held so that nobody opens or changes it meanwhile.</summary>
internal sealed class OutgoingMerchantFile : IDisposable
{
    private readonly FileLock _lock;

    private OutgoingMerchantFile(string path, FileLock held, SqliteConnection connection) => (Path, _lock, Connection) = (path, held, connection);

    public string Path { get; }

    /// <summary>Reads what the store holds, as of one moment.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>
    /// Takes the store of a folder after what a start does: schema up to date, network and seed held against it, and after a crash the log put into it. Then the log goes, for
    /// which nobody else may have the file open, so that from here on the file alone is the store. A start makes the log again.
    /// </summary>
    /// <inheritdoc cref="SqliteMerchantStore.OpenAsync"/>
    public static async Task<OutgoingMerchantFile> TakeAsync(string folder, Network network, SeedFingerprint fingerprintOf, CancellationToken ct)
    {
        var path = System.IO.Path.Combine(folder, StoreFormat.Merchant.FileName);
        var (isThere, isPutAway) = (File.Exists(path), File.Exists(path + StoreFormat.Migrated));
        if (!isThere)
            throw new StoreMismatchException(isPutAway ? $"{path} was moved already: it is {path + StoreFormat.Migrated} now" : $"There is no {path} to move");
        if (isPutAway) throw new StoreMismatchException($"{path + StoreFormat.Migrated} is there from an earlier move: put it elsewhere first");

        await using (var store = await SqliteMerchantStore.OpenAsync(folder, network, fingerprintOf, ct)) await store.ReleaseAllAsync(ct);
        var held = await FileLock.TakeAsync(path, TimeSpan.Zero, ct);
        try
        {
            return StoreErrors.Translate(path, () => new OutgoingMerchantFile(path, held, OpenAlone(path)));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Puts the file, whose channels are elsewhere now, where no start finds it. It is not read after that.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be renamed.</exception>
    public void PutAway()
    {
        Connection.Dispose();
        StoreErrors.Translate(Path, () =>
        {
            PrivateFile.Rename(Path, Path + StoreFormat.Migrated);
            return 0;
        });
    }

    public void Dispose()
    {
        Connection.Dispose();
        _lock.Dispose();
    }

    private static SqliteConnection OpenAlone(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            connection.Open();
            if (connection.ExecuteScalar<string>("PRAGMA journal_mode = DELETE") is var mode and not "delete")
                throw new StoreUnavailableException($"{path} keeps its log ({mode}): another program has it open", null);
            connection.BeginTransaction(deferred: true);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

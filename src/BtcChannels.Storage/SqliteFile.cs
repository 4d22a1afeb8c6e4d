using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>
/// A store's file. Exactly one connection writes and checkpoints (<see cref="SqliteWriter"/>); any number only read, side by side with it, and
/// see what is committed. (SQLite before 3.51.3 can corrupt a WAL that two connections write or checkpoint at once.)
/// </summary>
internal sealed class SqliteFile : IAsyncDisposable
{
    private const int BusySeconds = 5;

    private readonly FileLock _lock;
    private readonly SqliteConnection _writing;
    private readonly SqliteWriter _writer;
    private readonly string _readOnly;
    private bool _disposed;

    private SqliteFile(string path, FileLock held, SqliteConnection writing)
    {
        (Path, _lock, _writing, _writer) = (path, held, writing, new SqliteWriter(path, writing));
        _readOnly = ConnectionString(path, SqliteOpenMode.ReadOnly, pooling: true);
    }

    public string Path { get; }

    public StoreBacklog Backlog => _writer.Backlog;

    /// <summary>Opens the file, makes it where it is missing, and brings its schema up to date.</summary>
    /// <exception cref="StoreException">It is in use, of another kind, network or version, damaged, or out of reach. Nothing was changed.</exception>
    public static async Task<SqliteFile> OpenAsync(StoreFormat format, string folder, Network network, TimeSpan lockWait, CancellationToken ct)
    {
        var path = System.IO.Path.Combine(folder, format.FileName);
        StoreErrors.Translate(path, () => PrivateFile.MakeFolder(folder));
        var held = await FileLock.TakeAsync(path, lockWait, ct);
        try
        {
            return StoreErrors.Translate(path, () =>
            {
                if (!File.Exists(path) && File.Exists(path + StoreFormat.Migrated))
                    throw new StoreMismatchException($"The channels of {path} were moved to PostgreSQL, and it is {path + StoreFormat.Migrated} now: name that database (BtcChannels:Database)");
                PrivateFile.MakeIfMissing(path);
                var writer = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWrite, pooling: false));
                try
                {
                    writer.Open();
                    SqliteSchema.Prepare(writer, format, network, path);
                    return new SqliteFile(path, held, writer);
                }
                catch
                {
                    writer.Dispose();
                    throw;
                }
            });
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="SqliteWriter.RunAsync"/>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken ct) => WriteAsync(new SqliteTask<T>(work, isOneStatement: false, ct));

    /// <summary>The same for work that is one statement: it costs less.</summary>
    public Task<T> WriteOneAsync<T>(Func<SqliteConnection, SqliteTransaction, T> statement, CancellationToken ct) => WriteAsync(new SqliteTask<T>(statement, isOneStatement: true, ct));

    /// <inheritdoc cref="SqliteWriter.RunAsync"/>
    public Task<T> WriteAsync<T>(SqliteWork<T> work) => _writer.RunAsync(work);

    /// <summary>Runs work on a connection that cannot write. The database is local and answers at once, so no thread is handed over.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (ct.IsCancellationRequested) return Task.FromCanceled<T>(ct);
        try
        {
            return Task.FromResult(StoreErrors.Translate(Path, () =>
            {
                using var reader = new SqliteConnection(_readOnly);
                reader.Open();
                return work(reader);
            }));
        }
        catch (StoreException error)
        {
            return Task.FromException<T>(error);
        }
    }

    /// <summary>Waits for the writes that were asked for, puts the log into the file and lets others in.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _writer.EndAsync();
        using (var reader = new SqliteConnection(_readOnly)) SqliteConnection.ClearPool(reader);
        await _writing.DisposeAsync();
        _lock.Dispose();
    }

    private static string ConnectionString(string path, SqliteOpenMode mode, bool pooling) => new SqliteConnectionStringBuilder
    {
        DataSource = path, Mode = mode, Pooling = pooling, Cache = SqliteCacheMode.Private, ForeignKeys = true, DefaultTimeout = BusySeconds,
    }.ToString();
}

using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace BtcChannels.Storage;

/// <summary>
/// The one connection that writes, on a thread of its own. What comes while a transaction is being committed shares the next one, and nobody is told
/// anything before the commit; a write that comes alone is not held back, and where several come at once the next ones are gathered for 2 ms. A write
/// that fails takes nothing of its neighbours with it, a transaction that fails takes all of its writes.
/// </summary>
internal sealed class SqliteWriter
{
    /// <summary>With more than that waiting, the disk does not keep up, and whoever comes is told so.</summary>
    public const int MaxWaiting = 10_000;

    // So that a long queue is answered bit by bit.
    private const int MaxBatch = 1_000;

    // A commit costs the processor as much as ten payments. On a disk that syncs at once, groups would be of two or three.
    private static readonly TimeSpan s_gathering = TimeSpan.FromMilliseconds(2);

    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Thread _thread;
    private readonly object _gate = new();   // waited on, which a Lock cannot be
    private readonly Queue<SqliteWork> _waiting = new();
    private bool _isShared;   // whether the last transaction had several: whoever comes alone is not held back
    private bool _ended;

    public SqliteWriter(string path, SqliteConnection connection)
    {
        (_path, _connection) = (path, connection);
        Backlog = new StoreBacklog(() =>
        {
            lock (_gate) return _waiting.Count;
        });
        _thread = new Thread(Run) { IsBackground = true, Name = $"writes {System.IO.Path.GetFileName(path)}" };
        _thread.Start();
    }

    public StoreBacklog Backlog { get; }

    /// <summary>
    /// Does some work in a transaction, in the order of the calls. The task ends when that is on disk; where it fails, nothing of the work is.
    /// </summary>
    /// <exception cref="StoreBusyException">Too much is waiting; thrown at once.</exception>
    public Task<T> RunAsync<T>(SqliteWork<T> work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (_waiting.Count >= MaxWaiting) throw new StoreBusyException(_path);
            _waiting.Enqueue(work);
            if (_waiting.Count == 1) Monitor.Pulse(_gate);
        }
        return work.Done;
    }

    /// <summary>Does what is waiting, and takes no more.</summary>
    public async Task EndAsync()
    {
        lock (_gate)
        {
            if (_ended) return;
            _ended = true;
            Monitor.Pulse(_gate);
        }
        await Task.Run(_thread.Join);
    }

    private void Run()
    {
        var batch = new List<SqliteWork>();
        while (Take(batch))
        {
            RunBatch(batch);
            batch.Clear();
        }
    }

    // False once everything is done and no more will come.
    private bool Take(List<SqliteWork> batch)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_ended) Monitor.Wait(_gate);
            if (_isShared && !_ended && _waiting.Count < MaxBatch) Monitor.Wait(_gate, s_gathering);
            while (batch.Count < MaxBatch && _waiting.TryDequeue(out var next)) batch.Add(next);
        }
        _isShared = batch.Count > 1;
        return batch.Count > 0;
    }

    private void RunBatch(List<SqliteWork> batch)
    {
        foreach (var work in batch) work.Close();
        try
        {
            StoreErrors.Translate(_path, () =>
            {
                using var transaction = _connection.BeginTransaction(deferred: false);
                foreach (var work in batch) RunGuarded(work, transaction);
                transaction.CommitOrLeave();
                return 0;
            });
        }
        catch (Exception fault)
        {
            foreach (var work in batch) work.TellFailure(fault);
            return;
        }
        foreach (var work in batch) work.Tell();
        Backlog.Tell(batch.Count);
    }

    private void RunGuarded(SqliteWork work, SqliteTransaction transaction)
    {
        const string Here = "work";
        if (!work.IsOneStatement) transaction.Save(Here);
        try
        {
            work.Do(_connection, transaction);
        }
        catch (Exception fault) when (!IsTransactionLost(fault))
        {
            if (!work.IsOneStatement) transaction.Rollback(Here);
            work.FailAlone(fault);
        }
        if (!work.IsOneStatement) transaction.Release(Here);
    }

    // A failure of disk or memory is everybody's, and SQLite may have ended the transaction by itself.
    private bool IsTransactionLost(Exception fault) => fault is SqliteException error && (StoreErrors.IsTyped(error) || sqlite3_get_autocommit(_connection.Handle) != 0);
}

using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace BtcChannels.Storage;

/// <summary>
/// The one connection that writes, on a thread of its own. What comes while a transaction is being committed shares the next one, and nobody is told
/// anything before the commit; a write that comes alone is not held back. A write that fails takes nothing of its neighbours with it, a transaction
/// that fails takes all of its writes.
/// </summary>
internal sealed class SqliteWriter
{
    /// <summary>With more than that waiting, the disk does not keep up, and whoever comes is told so.</summary>
    public const int MaxWaiting = 10_000;

    // So that a long queue is answered bit by bit.
    private const int MaxBatch = 1_000;

    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Thread _thread;
    private readonly object _gate = new();   // waited on, which a Lock cannot be
    private readonly Queue<Work> _waiting = new();
    private bool _ended;

    public SqliteWriter(string path, SqliteConnection connection)
    {
        (_path, _connection) = (path, connection);
        _thread = new Thread(Run) { IsBackground = true, Name = $"writes {System.IO.Path.GetFileName(path)}" };
        _thread.Start();
    }

    /// <summary>Does some work in a transaction that is on disk when the task ends; when it fails, nothing of the work is.</summary>
    /// <param name="work">Runs on the writer's thread, in the order of the calls.</param>
    /// <param name="isOneStatement">What fails in a single statement undoes itself: there is nothing to guard the others from.</param>
    /// <param name="ct">Gives up as long as the work has not begun.</param>
    /// <exception cref="StoreBusyException">Too much is waiting; thrown at once.</exception>
    public Task<T> RunAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, bool isOneStatement, CancellationToken ct)
    {
        if (ct.IsCancellationRequested) return Task.FromCanceled<T>(ct);
        var asked = new Work<T>(work, isOneStatement, ct);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (_waiting.Count >= MaxWaiting) throw new StoreBusyException(_path);
            _waiting.Enqueue(asked);
            if (_waiting.Count == 1) Monitor.Pulse(_gate);
        }
        return asked.Done;
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
        var batch = new List<Work>();
        while (Take(batch))
        {
            RunBatch(batch);
            batch.Clear();
        }
    }

    // False once everything is done and no more will come.
    private bool Take(List<Work> batch)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_ended) Monitor.Wait(_gate);
            while (batch.Count < MaxBatch && _waiting.TryDequeue(out var next)) batch.Add(next);
        }
        return batch.Count > 0;
    }

    private void RunBatch(List<Work> batch)
    {
        try
        {
            StoreErrors.Translate(_path, () =>
            {
                using var transaction = _connection.BeginTransaction(deferred: false);
                foreach (var work in batch) RunGuarded(work, transaction);
                transaction.Commit();
                return 0;
            });
        }
        catch (Exception fault)
        {
            foreach (var work in batch) work.Fail(fault);
            return;
        }
        foreach (var work in batch) work.Tell();
    }

    private void RunGuarded(Work work, SqliteTransaction transaction)
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
            work.FailsAlone(fault);
        }
        if (!work.IsOneStatement) transaction.Release(Here);
    }

    // A failure of disk or memory is everybody's, and SQLite may have ended the transaction by itself.
    private bool IsTransactionLost(Exception fault) => fault is SqliteException error && (StoreErrors.IsTyped(error) || sqlite3_get_autocommit(_connection.Handle) != 0);

    private abstract class Work(bool isOneStatement)
    {
        public bool IsOneStatement => isOneStatement;

        public abstract void Do(SqliteConnection db, SqliteTransaction transaction);

        public abstract void FailsAlone(Exception fault);

        public abstract void Tell();

        public abstract void Fail(Exception fault);
    }

    private sealed class Work<T>(Func<SqliteConnection, SqliteTransaction, T> work, bool isOneStatement, CancellationToken ct) : Work(isOneStatement)
    {
        // The writer's thread must not run what waits for it.
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _fault;

        public Task<T> Done => _done.Task;

        public override void Do(SqliteConnection db, SqliteTransaction transaction)
        {
            ct.ThrowIfCancellationRequested();
            _result = work(db, transaction);
        }

        public override void FailsAlone(Exception fault) => _fault = fault;

        public override void Tell()
        {
            if (_fault is OperationCanceledException) _done.TrySetCanceled(ct);
            else if (_fault is not null) _done.TrySetException(_fault);
            else _done.TrySetResult(_result!);
        }

        public override void Fail(Exception fault) => _done.TrySetException(fault);
    }
}

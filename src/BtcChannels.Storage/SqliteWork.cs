using Microsoft.Data.Sqlite;

namespace BtcChannels.Storage;

/// <summary>A piece of work for the connection that writes, and what waits for it.</summary>
internal abstract class SqliteWork
{
    /// <summary>What fails in a single statement undoes itself: there is nothing to guard the others of its transaction from.</summary>
    public abstract bool IsOneStatement { get; }

    /// <summary>Its turn has come: what it is to do is settled. Called once, before its transaction begins.</summary>
    public virtual void Close() { }

    /// <summary>Does it, within the transaction; nobody is told yet.</summary>
    public abstract void Do(SqliteConnection db, SqliteTransaction transaction);

    /// <summary>It has failed, and leaves no trace in the transaction.</summary>
    public abstract void FailAlone(Exception fault);

    /// <summary>The transaction is on disk: tells who waits how it went.</summary>
    public abstract void Tell();

    /// <summary>The transaction has failed: tells that instead.</summary>
    public abstract void TellFailure(Exception fault);
}

/// <inheritdoc cref="SqliteWork"/>
internal abstract class SqliteWork<T> : SqliteWork
{
    // What waits goes on elsewhere: this thread has the next group to write, and whoever looks then finds the whole group done.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _fault;

    /// <summary>Ends after the commit.</summary>
    public Task<T> Done => _done.Task;

    public sealed override void Do(SqliteConnection db, SqliteTransaction transaction) => _result = Run(db, transaction);

    public sealed override void FailAlone(Exception fault) => _fault = fault;

    public sealed override void Tell()
    {
        if (_fault is null) _done.TrySetResult(_result!);
        else TellFailure(_fault);
    }

    public sealed override void TellFailure(Exception fault)
    {
        if (fault is OperationCanceledException cancelled) _done.TrySetCanceled(cancelled.CancellationToken);
        else _done.TrySetException(fault);
    }

    protected abstract T Run(SqliteConnection db, SqliteTransaction transaction);
}

/// <summary>Any work.</summary>
/// <param name="work">Runs on the writer's thread.</param>
/// <param name="isOneStatement">See <see cref="SqliteWork.IsOneStatement"/>.</param>
/// <param name="ct">Gives up as long as the work has not begun.</param>
internal sealed class SqliteTask<T>(Func<SqliteConnection, SqliteTransaction, T> work, bool isOneStatement, CancellationToken ct) : SqliteWork<T>
{
    public override bool IsOneStatement => isOneStatement;

    protected override T Run(SqliteConnection db, SqliteTransaction transaction)
    {
        ct.ThrowIfCancellationRequested();
        return work(db, transaction);
    }
}

using BtcChannels.Two1;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace BtcChannels.Storage;

/// <summary>The statements that keep answers and tokens, prepared as those for payments are; and what makes one piece of work of a payment and one of them.</summary>
internal sealed class AnswerStatement : IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _keep;
    private readonly sqlite3_stmt _save;
    private readonly sqlite3_stmt _begin;
    private readonly sqlite3_stmt _undo;
    private readonly sqlite3_stmt _end;

    public AnswerStatement(SqliteConnection db)
    {
        _db = db.Handle ?? throw new InvalidOperationException("The connection is closed");
        _keep = Prepare($"INSERT OR REPLACE INTO answer (payout_index, {AnswerRow.Columns.Names}) VALUES (@channel, {AnswerRow.Columns.Values})");
        _save = Prepare(TokenRow.Save);
        _begin = Prepare("SAVEPOINT answered");
        _undo = Prepare("ROLLBACK TO answered");
        _end = Prepare("RELEASE answered");
    }

    /// <summary>Writes a payment, and its answer with it: both or neither.</summary>
    /// <returns>False where the payment is stale.</returns>
    public bool TryWrite(PaymentStatement payments, PayableChannel paid, KeptAnswer answer) => TryWrite(payments, paid, () => Keep(paid.PayoutIndex, answer));

    /// <summary>The same with a token.</summary>
    public bool TryWrite(PaymentStatement payments, PayableChannel paid, PaymentToken token) => TryWrite(payments, paid, () => Save(TokenRow.Of(paid.PayoutIndex, token)));

    private bool TryWrite(PaymentStatement payments, PayableChannel paid, Action beside)
    {
        Run(_begin);
        try
        {
            var isWritten = payments.TryWrite(paid);
            if (isWritten) beside();
            Run(_end);
            return isWritten;
        }
        catch when (sqlite3_get_autocommit(_db) == 0)   // else the transaction is gone, and all of it
        {
            Run(_undo);
            Run(_end);
            throw;
        }
    }

    public void Dispose()
    {
        _keep.Dispose();
        _save.Dispose();
        _begin.Dispose();
        _undo.Dispose();
        _end.Dispose();
    }

    private void Keep(uint channel, KeptAnswer answer)
    {
        // Numbered as they stand in the statement: the channel, and then the columns.
        Check(sqlite3_bind_int64(_keep, 1, channel));
        Bind(2, answer.Key.ToBytes());
        Bind(3, answer.Request);
        Check(sqlite3_bind_int64(_keep, 4, answer.Status));
        Check(sqlite3_bind_text(_keep, 5, answer.Head));
        Bind(6, answer.Body);
        Check(sqlite3_bind_int64(_keep, 7, answer.At));
        Run(_keep);
        sqlite3_clear_bindings(_keep);   // a body need not be held until the next one
    }

    private void Save(TokenRow token)
    {
        // Numbered as they stand in the statement.
        Check(sqlite3_bind_blob(_save, 1, token.Id));
        Check(sqlite3_bind_int64(_save, 2, token.PayoutIndex));
        Check(sqlite3_bind_int64(_save, 3, token.Amount));
        Check(sqlite3_bind_int64(_save, 4, token.At));
        Check(sqlite3_bind_int64(_save, 5, token.IsRedeemed));
        Run(_save);
    }

    // No bytes are not none: as a pointer they would be null.
    private void Bind(int number, byte[]? bytes) => Check(
        bytes is null ? sqlite3_bind_null(_keep, number) : bytes.Length == 0 ? sqlite3_bind_zeroblob(_keep, number, 0) : sqlite3_bind_blob(_keep, number, bytes));

    private void Run(sqlite3_stmt statement)
    {
        var stepped = sqlite3_step(statement);
        sqlite3_reset(statement);   // it says again what the step said
        if (stepped != SQLITE_DONE) Check(stepped);
    }

    private sqlite3_stmt Prepare(string sql)
    {
        Check(sqlite3_prepare_v2(_db, sql, out var statement));
        return statement;
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _db);
}

using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace BtcChannels.Storage;

/// <summary>
/// The statements that write payments, prepared once for the writer's connection and called without ADO.NET between: there is one for each payment, and what
/// lies between would cost more than they do.
/// </summary>
internal sealed class PaymentStatement : IDisposable
{
    // Parameters are numbered as they first stand here. The version's number alone does not do: a payment may build on one that failed, in whose place another write has made a version of that number.
    // Only the first payment turns is_paid, which indexes depend on: from the second on none of them is touched.
    public const string Further = "UPDATE channel SET authorized = @authorized, signature = @signature, spent = @spent, version = @version, reserved = @reserved "
        + "WHERE payout_index = @channel AND version = @version_before AND is_paid = 1 AND authorized = @authorized_before AND spent = @spent_before AND reserved IS @reserved_before AND state = 'open' AND is_held = 0";

    private const string First = "UPDATE channel SET authorized = @authorized, signature = @signature, spent = @spent, version = @version, reserved = @reserved, is_paid = 1 "
        + "WHERE payout_index = @channel AND version = @version_before AND is_paid = 0 AND @authorized_before = -1 AND spent = @spent_before AND reserved IS @reserved_before AND state = 'open' AND is_held = 0";

    // Of a channel of the two1 door the payment says the fee, and how many tokens are not redeemed: only there is the index of fees touched.
    private const string Two1Set = "UPDATE channel SET authorized = ?1, signature = ?2, spent = ?3, version = ?4, reserved = ?5, close_fee = ?11, two1_unredeemed = ?12";

    private const string Two1Further = Two1Set
        + " WHERE payout_index = ?6 AND version = ?7 AND is_paid = 1 AND authorized = ?8 AND spent = ?9 AND reserved IS ?10 AND state = 'open' AND is_held = 0";

    private const string Two1First = Two1Set
        + ", is_paid = 1 WHERE payout_index = ?6 AND version = ?7 AND is_paid = 0 AND ?8 = -1 AND spent = ?9 AND reserved IS ?10 AND state = 'open' AND is_held = 0";

    private const int Parameters = 10;
    private const int Two1Parameters = 12;

    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _further;
    private readonly sqlite3_stmt _first;
    private readonly sqlite3_stmt _two1Further;
    private readonly sqlite3_stmt _two1First;

    public PaymentStatement(SqliteConnection db)
    {
        _db = db.Handle ?? throw new InvalidOperationException("The connection is closed");
        _further = Prepare(Further, Parameters);
        _first = Prepare(First, Parameters);
        _two1Further = Prepare(Two1Further, Two1Parameters);
        _two1First = Prepare(Two1First, Two1Parameters);
    }

    /// <param name="paid">The channel with the payment.</param>
    /// <param name="first">The first of those that are written at once, each built on the one before it, of which <paramref name="paid"/> is the last; default: it alone.</param>
    /// <returns>False where the channel is not open at the version and balance that the first follows.</returns>
    /// <exception cref="ArgumentException">There is no payment.</exception>
    public bool TryWrite(PayableChannel paid, PayableChannel? first = null)
    {
        first ??= paid;
        var newest = paid.Balance.Newest ?? throw new ArgumentException("There is no payment to write", nameof(paid));
        if (paid.Two1 is not { } two1) return TryWrite(first.Follows.Authorized < 0 ? _first : _further, paid, first, newest);
        var statement = first.Follows.Authorized < 0 ? _two1First : _two1Further;
        Check(sqlite3_bind_int64(statement, 11, two1.Terms.CloseFee.Satoshi));
        Check(sqlite3_bind_int64(statement, 12, two1.Unredeemed));
        return TryWrite(statement, paid, first, newest);
    }

    public void Dispose()
    {
        _further.Dispose();
        _first.Dispose();
        _two1Further.Dispose();
        _two1First.Dispose();
    }

    private bool TryWrite(sqlite3_stmt statement, PayableChannel paid, PayableChannel first, SignedPayment newest)
    {
        Span<byte> signature = stackalloc byte[Secp256k1.Signature.CompactLength];
        newest.Signature.WriteCompact(signature);
        Check(sqlite3_bind_int64(statement, 1, newest.Total.Satoshi));
        Check(sqlite3_bind_blob(statement, 2, signature));
        Check(sqlite3_bind_int64(statement, 3, paid.Balance.Spent.Value));
        Check(sqlite3_bind_int64(statement, 4, paid.Version));
        Bind(statement, 5, paid.Balance.Reserved.Text);
        Check(sqlite3_bind_int64(statement, 6, paid.PayoutIndex));
        Check(sqlite3_bind_int64(statement, 7, first.Version - 1));
        Check(sqlite3_bind_int64(statement, 8, first.Follows.Authorized));
        Check(sqlite3_bind_int64(statement, 9, first.Follows.Spent));
        Bind(statement, 10, first.Follows.Reserved);
        var stepped = sqlite3_step(statement);
        sqlite3_reset(statement);   // it says again what the step said
        if (stepped != SQLITE_DONE) Check(stepped);
        return sqlite3_changes(_db) == 1;
    }

    private void Bind(sqlite3_stmt statement, int number, string? text) => Check(text is null ? sqlite3_bind_null(statement, number) : sqlite3_bind_text(statement, number, text));

    private sqlite3_stmt Prepare(string sql, int parameters)
    {
        Check(sqlite3_prepare_v2(_db, sql, out var statement));
        Debug.Assert(sqlite3_bind_parameter_count(statement) == parameters);
        return statement;
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _db);
}

using Microsoft.Data.Sqlite;

namespace BtcChannels.Storage;

/// <summary>The statements that write payments, prepared once for the writer's connection.</summary>
internal sealed class PaymentStatement(SqliteConnection db) : IDisposable
{
    // State and total are looked at beside the version: payments are written without waiting for those that they build on, and where another write has taken the version of one
    // that failed, the next would pass for its successor.
    //
    // Only the first payment turns is_paid, which indexes depend on: from the second on none of them is touched.
    public const string Further = "UPDATE channel SET authorized = @authorized, signature = @signature, spent = @spent, version = @version "
        + "WHERE payout_index = @channel AND version = @version - 1 AND is_paid = 1 AND state = 'open' AND authorized = ifnull(@before, authorized)";

    private const string First = "UPDATE channel SET authorized = @authorized, signature = @signature, spent = @spent, version = @version, is_paid = 1 "
        + "WHERE payout_index = @channel AND version = @version - 1 AND is_paid = 0 AND state = 'open' AND ifnull(@before, 0) = 0";

    private readonly SqliteCommand _further = Prepare(db, Further);
    private readonly SqliteCommand _first = Prepare(db, First);

    /// <returns>False where the channel is not at the version before this one, not open, or not as it was judged.</returns>
    /// <exception cref="ArgumentException">There is no payment.</exception>
    public bool TryWrite(PayableChannel next, SqliteTransaction transaction)
    {
        var newest = next.Balance.Newest ?? throw new ArgumentException("There is no payment to write", nameof(next));
        return TryWrite(_further, next, newest, transaction) || TryWrite(_first, next, newest, transaction);
    }

    public void Dispose()
    {
        _further.Dispose();
        _first.Dispose();
    }

    private static bool TryWrite(SqliteCommand statement, PayableChannel next, SignedPayment newest, SqliteTransaction transaction)
    {
        statement.Transaction = transaction;
        statement.Parameters[0].Value = newest.Total.Satoshi;
        newest.Signature.WriteCompact((byte[])statement.Parameters[1].Value!);
        statement.Parameters[2].Value = next.Balance.Spent.Value;
        statement.Parameters[3].Value = next.Version;
        statement.Parameters[4].Value = (long)next.PayoutIndex;
        statement.Parameters[5].Value = next.AuthorizedBefore is { } before ? before : DBNull.Value;
        return statement.ExecuteNonQuery() == 1;
    }

    private static SqliteCommand Prepare(SqliteConnection db, string sql)
    {
        var statement = db.CreateCommand();
        statement.CommandText = sql;
        statement.Parameters.AddWithValue("@authorized", 0L);
        statement.Parameters.AddWithValue("@signature", new byte[Secp256k1.Signature.CompactLength]);
        statement.Parameters.AddWithValue("@spent", 0L);
        statement.Parameters.AddWithValue("@version", 0L);
        statement.Parameters.AddWithValue("@channel", 0L);
        statement.Parameters.AddWithValue("@before", DBNull.Value);
        return statement;
    }
}

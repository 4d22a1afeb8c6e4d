using Microsoft.Data.Sqlite;

namespace BtcChannels.Storage;

/// <summary>The statements that write payments, prepared once for the writer's connection.</summary>
internal sealed class PaymentStatement(SqliteConnection db) : IDisposable
{
    // The version's number alone does not do: a payment may build on one that failed, in whose place another write has made a version of that number.
    // Only the first payment turns is_paid, which indexes depend on: from the second on none of them is touched.
    public const string Further = "UPDATE channel SET authorized = @authorized, signature = @signature, spent = @spent, version = @version "
        + "WHERE payout_index = @channel AND version = @version - 1 AND is_paid = 1 AND authorized = @authorized_before AND spent = @spent_before AND state = 'open'";

    private const string First = "UPDATE channel SET authorized = @authorized, signature = @signature, spent = @spent, version = @version, is_paid = 1 "
        + "WHERE payout_index = @channel AND version = @version - 1 AND is_paid = 0 AND @authorized_before = -1 AND spent = @spent_before AND state = 'open'";

    private readonly SqliteCommand _further = Prepare(db, Further);
    private readonly SqliteCommand _first = Prepare(db, First);

    /// <returns>False where the channel is not open at the version and balance that this follows.</returns>
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
        statement.Parameters[5].Value = next.Follows.Authorized;
        statement.Parameters[6].Value = next.Follows.Spent;
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
        statement.Parameters.AddWithValue("@authorized_before", 0L);
        statement.Parameters.AddWithValue("@spent_before", 0L);
        return statement;
    }
}

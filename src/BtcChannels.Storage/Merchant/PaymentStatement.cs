using Microsoft.Data.Sqlite;

namespace BtcChannels.Storage;

/// <summary>The statements that write payments, prepared once for the writer's connection.</summary>
internal sealed class PaymentStatement(SqliteConnection db) : IDisposable
{
    // The version alone does not tell: a payment may build on one that never came to be, in whose place another write, a close perhaps, has taken
    // the very version that it expects. So what it rests on is asked for besides: the channel is open, and neither sum falls.
    private const string Before = "payout_index = @channel AND version = @version - 1 AND state = 'open' AND spent <= @spent";

    // Only the first payment turns is_paid, which indexes depend on: from the second on none of them is touched.
    public const string Further = "UPDATE channel SET authorized = @authorized, signature = @signature, spent = @spent, version = @version "
        + $"WHERE {Before} AND is_paid = 1 AND authorized < @authorized";

    private const string First = "UPDATE channel SET authorized = @authorized, signature = @signature, spent = @spent, version = @version, is_paid = 1 "
        + $"WHERE {Before} AND is_paid = 0";

    private readonly SqliteCommand _further = Prepare(db, Further);
    private readonly SqliteCommand _first = Prepare(db, First);

    /// <inheritdoc cref="IMerchantStore.TryWritePaymentAsync" path="/returns"/>
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
        return statement;
    }
}

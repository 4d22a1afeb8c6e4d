using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>Spending within budgets: counted in the same transaction that stores the signature, so that no crash and no second process slips past.</summary>
public sealed partial class CustomerStore
{
    /// <summary>Writes a payment, as <see cref="TryWritePaymentAsync"/> does, where the budget holds what it adds.</summary>
    /// <param name="next">The channel with the payment.</param>
    /// <param name="fromVersion">The version that it was made from.</param>
    /// <param name="raise">How much the payment adds to what was authorized before, satoshi, above 0.</param>
    /// <param name="day">Today, UNIX days.</param>
    /// <param name="budget">The bounds.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    /// <param name="token">What the payment is worth at a two1 door; null at the direct door.</param>
    public Task<SpendOutcome> TrySpendAsync(CustomerChannel next, long fromVersion, Money raise, long day, SpendingBudget budget, CancellationToken ct, Two1Token? token = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(raise.Satoshi, 1, nameof(raise));
        var newest = next.Newest ?? throw new ArgumentException("There is no payment to write", nameof(next));
        var row = new
        {
            KeyIndex = (long)next.KeyIndex, Authorized = newest.Total.Satoshi, Signature = newest.Signature.ToCompact(), Acknowledged = next.Acknowledged.Satoshi,
            Version = fromVersion + 1, IsVoucher = next.NewestIsVoucher ? 1 : 0,
        };
        return _file.WriteAsync((db, tx) =>
        {
            if (budget.Judge(Totals(db, next.Merchant, day, tx), raise) is var judged and not SpendOutcome.Written) return judged;
            if (db.Execute($"UPDATE channel SET {CustomerRow.Payment.Set} WHERE key_index = @KeyIndex AND version = @Version - 1", row, tx) == 0) return SpendOutcome.Stale;
            db.Execute(
                "INSERT INTO spending (day, merchant, authorized) VALUES (@day, @merchant, @raise) ON CONFLICT (day, merchant) DO UPDATE SET authorized = authorized + @raise",
                new { day, merchant = next.Merchant, raise = raise.Satoshi }, tx);
            if (token is not null) Insert(db, tx, token);
            return SpendOutcome.Written;
        }, ct);
    }

    /// <summary>What is counted so far.</summary>
    /// <param name="merchant">His origin.</param>
    /// <param name="day">UNIX days.</param>
    /// <param name="ct">Gives up.</param>
    public Task<SpendingTotals> SpendingAsync(string merchant, long day, CancellationToken ct) => _file.ReadAsync(db => Totals(db, merchant, day, null), ct);

    private static SpendingTotals Totals(SqliteConnection db, string merchant, long day, SqliteTransaction? tx)
    {
        var (toMerchant, onDay, total) = db.QuerySingle<(long, long, long)>(
            """
            SELECT coalesce(sum(authorized) FILTER (WHERE merchant = @merchant), 0), coalesce(sum(authorized) FILTER (WHERE day = @day), 0), coalesce(sum(authorized), 0)
            FROM spending
            """,
            new { merchant, day }, tx);
        return new(Money.Satoshis(toMerchant), Money.Satoshis(onDay), Money.Satoshis(total));
    }
}

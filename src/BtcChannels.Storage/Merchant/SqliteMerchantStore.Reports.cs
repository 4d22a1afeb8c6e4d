using Dapper;
using NBitcoin;

namespace BtcChannels.Storage;

// What people ask. It may walk far: on the pool, since the thread that asks may be the one of many connections.
public sealed partial class SqliteMerchantStore : IMerchantReports
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<MerchantChannel>> ListAsync(ChannelFilter filter, uint? after, int most, CancellationToken ct) => Task.Run(
        () => _file.ReadAsync(
            IReadOnlyList<MerchantChannel> (db) => [.. db.Query<MerchantRow>($"SELECT {MerchantRow.All.Select} FROM channel WHERE {Reports.Where(filter)} ORDER BY payout_index LIMIT @most", Reports.Arguments(filter, after, most))
                .Select(row => row.ToChannel(_network, _file.Path))],
            ct),
        ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HistoryNote>> HistoryAsync(ChannelId id, CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<HistoryNote> (db) => [.. db.Query<HistoryRow>(HistoryRow.Question, new { id = id.ToString() }).Select(it => it.ToNote(_file.Path))], ct);

    /// <inheritdoc/>
    public Task<MerchantTotals> TotalsAsync(CancellationToken ct) => Task.Run(
        () => _file.ReadAsync(db => Reports.TotalsOf(db.QuerySingle<(long, long, long)>(Reports.Totals)), ct), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AtRisk>> AtRiskAsync(TimeSpan span, CancellationToken ct) => Task.Run(
        () => _file.ReadAsync(
            IReadOnlyList<AtRisk> (db) => [.. db.Query<(long, long, long)>(Reports.AtRisk, new { span = Reports.SecondsOf(span) }).Select(it => Reports.AtRiskOf(it, span))], ct),
        ct);
}

/// <summary>The questions of <see cref="IMerchantReports"/>, which both stores understand.</summary>
internal static class Reports
{
    // A sum of numbers is no bigint in PostgreSQL, which both can be told.
    public const string Totals = """
        SELECT (SELECT count(*) FROM (SELECT DISTINCT customer_key FROM channel) AS customer),
            CAST(coalesce(sum(spent), 0) AS BIGINT), CAST(coalesce(sum(CASE WHEN state = 'closed' THEN spend_to_merchant ELSE 0 END), 0) AS BIGINT) FROM channel
        """;

    public const string AtRisk = """
        SELECT expiry / @span, count(*), CAST(sum(authorized) AS BIGINT) FROM channel
        WHERE is_paid = 1 AND state IN ('open', 'closing') GROUP BY 1 ORDER BY 1
        """;

    public static string Where(ChannelFilter filter) =>
        $"payout_index > @after{(filter.State is null ? "" : " AND state = @state")}{(filter.Customer is null ? "" : " AND customer_key = @customer")}";

    /// <exception cref="ArgumentOutOfRangeException">It is not so many.</exception>
    public static object Arguments(ChannelFilter filter, uint? after, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 1_000);
        return new { after = after is { } index ? (long)index : -1L, state = filter.State, customer = filter.Customer?.ToBytes(), most = (long)most };
    }

    public static long SecondsOf(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.FromSeconds(1));
        return (long)span.TotalSeconds;
    }

    public static MerchantTotals TotalsOf((long Customers, long Spent, long Settled) row) => new(row.Customers, new MilliSatoshi(row.Spent), Money.Satoshis(row.Settled));

    public static AtRisk AtRiskOf((long Part, long Channels, long Authorized) row, TimeSpan span) => new(checked(row.Part * SecondsOf(span)), row.Channels, Money.Satoshis(row.Authorized));
}

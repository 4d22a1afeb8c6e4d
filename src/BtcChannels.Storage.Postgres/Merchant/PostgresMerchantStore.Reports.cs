using Dapper;

namespace BtcChannels.Storage.Postgres;

// What people ask. It may walk far.
public sealed partial class PostgresMerchantStore : IMerchantReports
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<MerchantChannel>> ListAsync(ChannelFilter filter, uint? after, int most, CancellationToken ct) => _database.RunAsync(
        db => RowsAsync(db, $"channel WHERE {Reports.Where(filter)} ORDER BY payout_index LIMIT @most", Reports.Arguments(filter, after, most), ct), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HistoryNote>> HistoryAsync(ChannelId id, CancellationToken ct) => _database.RunAsync(
        async Task<IReadOnlyList<HistoryNote>> (db) => [.. (await db.QueryAsync<HistoryRow>(Asking(HistoryRow.Question, new { id = id.ToString() }, ct))).Select(it => it.ToNote(_database.Name))], ct);

    /// <inheritdoc/>
    public Task<MerchantTotals> TotalsAsync(CancellationToken ct) => _database.RunAsync(
        async db => Reports.TotalsOf(await db.QuerySingleAsync<(long, long, long)>(Asking(Reports.Totals, new { }, ct))), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AtRisk>> AtRiskAsync(TimeSpan span, CancellationToken ct) => _database.RunAsync(
        async Task<IReadOnlyList<AtRisk>> (db) =>
            [.. (await db.QueryAsync<(long, long, long)>(Asking(Reports.AtRisk, new { span = Reports.SecondsOf(span) }, ct))).Select(it => Reports.AtRiskOf(it, span))],
        ct);
}

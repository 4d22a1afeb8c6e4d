using System.Runtime.CompilerServices;
using Dapper;
using NBitcoin;
using Npgsql;

namespace BtcChannels.Storage.Postgres;

// What is read. Apart from the reports, no question costs more for each channel that lies idle.
public sealed partial class PostgresMerchantStore
{
    private const int PageSize = 500;
    private const int NamesPageSize = 10_000;

    /// <inheritdoc/>
    public Task<MerchantChannel?> FindAsync(ChannelId id, CancellationToken ct) => _database.RunAsync(db => FindAsync(db, "id = @key", id.ToString()), ct);

    /// <inheritdoc/>
    public Task<MerchantChannel?> FindByOfferAsync(OfferId offer, CancellationToken ct) => _database.RunAsync(db => FindAsync(db, "offer = @key", offer.ToBytes()), ct);

    /// <inheritdoc/>
    public Task<KeptAnswer?> FindAnswerAsync(ChannelId id, RequestKey key, CancellationToken ct) => _database.RunAsync(
        async db => (await db.QuerySingleOrDefaultAsync<AnswerRow>(Asking(AnswerRow.Question, new { id = id.ToString(), key = key.ToBytes() }, ct)))?.ToAnswer(_database.Name), ct);

    /// <inheritdoc/>
    public Task<StoredToken?> FindTokenAsync(uint256 id, CancellationToken ct) => _database.RunAsync(
        async db => (await db.QuerySingleOrDefaultAsync<FoundTokenRow>(Asking(TokenRow.Question, new { id = id.ToBytes() }, ct)))?.ToToken(id, _database.Name), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MerchantChannel>> FindByDepositInputAsync(OutPoint coin, CancellationToken ct) => ChannelsAsync(
        Questions.OfCoin, new { txid = coin.Hash.ToString(), vout = (long)coin.N }, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutPoint>> DepositInputsAsync(ChannelId id, CancellationToken ct) => _database.RunAsync(
        async Task<IReadOnlyList<OutPoint>> (db) => [.. (await CoinsAsync(db, [id.ToString()], ct))[id.ToString()]], ct);

    /// <inheritdoc/>
    public Task<Transaction?> FindDepositAsync(ChannelId id, CancellationToken ct) => _database.RunAsync(
        async db => await db.ExecuteScalarAsync<byte[]?>(Asking("SELECT raw FROM deposit WHERE channel_id = @id", new { id = id.ToString() }, ct)) is { } raw
            ? RowReading.Read(_database.Name, $"the deposit of {id}", () => Transaction.Load(raw, _network)) : null,
        ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChannelId>> DueAsync(Moment now, TimeSpan margin, CancellationToken ct) => IdsAsync(Questions.Due, DueWindow.Of(now, margin), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> DueSoonAsync(Moment now, TimeSpan margin, TimeSpan ahead, CancellationToken ct)
    {
        var window = DueWindow.Of(now, margin, ahead);
        return _database.RunAsync(
            async Task<IReadOnlyList<long>> (db) => [.. (await db.QueryAsync<long>(Asking(Questions.DueSoon, window, ct))).Select(window.SecondsUntil).Order()], ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChannelId>> AwaitedAsync(CancellationToken ct) => IdsAsync(Questions.Awaited, new { }, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChannelId>> ActiveAsync(CancellationToken ct) => IdsAsync(Questions.Active, new { }, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChannelId>> AbandonedExpiredAsync(ChainTip tip, CancellationToken ct) => IdsAsync(
        Questions.AbandonedExpired, new { Time = tip.MedianTime - 1, Height = (long)tip.Height, TimeThreshold = (long)Expiry.TimeThreshold }, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MerchantChannel>> AboveHeightAsync(int height, CancellationToken ct) => ChannelsAsync(
        Questions.AboveHeight, new { Height = (long)height }, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChannelId> MinedAsync(CancellationToken ct) => PagesAsync(
        async Task<IReadOnlyList<ChannelId>> (NpgsqlConnection db, string after) =>
            [.. (await db.QueryAsync<string>(Asking($"SELECT id FROM {Questions.MinedAfter} LIMIT {NamesPageSize}", new { after }, ct))).Select(ChannelId.Parse)],
        "", it => it.ToString(), NamesPageSize, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<UnminedChannel> UnminedAsync(CancellationToken ct) => PagesAsync(
        (db, after) => UnminedAsync(db, $"{Questions.UnminedAfter} LIMIT {PageSize}", new { after }, ct), "", it => it.Channel.Id.ToString(), PageSize, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<PayableChannel> PayableAsync(CancellationToken ct) => PagesAsync(
        async Task<IReadOnlyList<PayableChannel>> (NpgsqlConnection db, long after) =>
            [.. (await RowsAsync(db, $"{Questions.OpenAfter} LIMIT {PageSize}", new { after }, ct)).Select(it => new PayableChannel(it))],
        -1L, it => it.PayoutIndex, PageSize, ct);

    /// <inheritdoc/>
    public Task<StoredCursor?> GetCursorAsync(CancellationToken ct) => _database.RunAsync(
        async db => (await db.QuerySingleOrDefaultAsync<ChainCursorRow>(Asking(ChainCursorRow.Select, new { }, ct)))?.ToCursor(_database.Name),
        ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StateCount>> CountsAsync(CancellationToken ct) => _database.RunAsync(
        async Task<IReadOnlyList<StateCount>> (db) => [.. (await db.QueryAsync<(string State, long Count)>(Asking(
            "SELECT state, count(*) FROM channel GROUP BY state ORDER BY state", new { }, ct))).Select(it => new StateCount(it.State, it.Count))],
        ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StateSum>> SumsAsync(CancellationToken ct) => _database.RunAsync(
        async Task<IReadOnlyList<StateSum>> (db) => [.. (await db.QueryAsync<(string State, long Count, long Deposits, long Authorized)>(Asking(
            "SELECT state, count(*), sum(deposit_value)::bigint, sum(coalesce(authorized, 0))::bigint FROM channel GROUP BY state ORDER BY state", new { }, ct)))
            .Select(it => new StateSum(it.State, it.Count, Money.Satoshis(it.Deposits), Money.Satoshis(it.Authorized)))],
        ct);

    /// <inheritdoc/>
    public Task<FeeShortfall> FeeShortfallAsync(Money neededFee, CancellationToken ct) => _database.RunAsync(
        async db =>
        {
            var (channels, authorized) = await db.QuerySingleAsync<(long, long)>(Asking(Questions.FeeShortfall, new { fee = neededFee.Satoshi }, ct));
            return new FeeShortfall(channels, Money.Satoshis(authorized));
        },
        ct);

    private static CommandDefinition Asking(string question, object arguments, CancellationToken ct) => new(question, arguments, cancellationToken: ct);

    private Task<IReadOnlyList<ChannelId>> IdsAsync(string question, object arguments, CancellationToken ct) => _database.RunAsync(
        async Task<IReadOnlyList<ChannelId>> (db) => [.. (await db.QueryAsync<string>(Asking(question, arguments, ct))).Select(ChannelId.Parse)], ct);

    private Task<IReadOnlyList<MerchantChannel>> ChannelsAsync(string question, object arguments, CancellationToken ct) => _database.RunAsync(
        db => RowsAsync(db, $"channel WHERE id IN ({question}) ORDER BY id", arguments, ct), ct);

    private async Task<IReadOnlyList<MerchantChannel>> RowsAsync(NpgsqlConnection db, string from, object arguments, CancellationToken ct) =>
        [.. (await db.QueryAsync<MerchantRow>(Asking($"SELECT {MerchantRow.All.Select} FROM {from}", arguments, ct))).Select(row => row.ToChannel(_network, _database.Name))];

    /// <summary>Page by page, so that none of it stays in memory.</summary>
    private async IAsyncEnumerable<T> PagesAsync<T, TKey>(
        Func<NpgsqlConnection, TKey, Task<IReadOnlyList<T>>> read, TKey before, Func<T, TKey> keyOf, int size, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var after = before; ;)
        {
            var from = after;
            var page = await _database.RunAsync(db => read(db, from), ct);
            foreach (var it in page) yield return it;
            if (page.Count < size) yield break;
            after = keyOf(page[^1]);
        }
    }

    private async Task<IReadOnlyList<UnminedChannel>> UnminedAsync(NpgsqlConnection db, string from, object arguments, CancellationToken ct)
    {
        var channels = await RowsAsync(db, from, arguments, ct);
        var coins = await CoinsAsync(db, [.. channels.Select(it => it.Id.ToString())], ct);
        return [.. channels.Select(it => new UnminedChannel(it, [.. coins[it.Id.ToString()]]))];
    }

    private async Task<ILookup<string, OutPoint>> CoinsAsync(NpgsqlConnection db, string[] ids, CancellationToken ct) => (await db
        .QueryAsync<(string Channel, string Txid, long Vout)>(Asking("SELECT channel_id, txid, vout FROM deposit_input WHERE channel_id = ANY(@ids)", new { ids }, ct)))
        .ToLookup(it => it.Channel, it => RowReading.Read(_database.Name, $"an input of {it.Channel}", () => new OutPoint(uint256.Parse(it.Txid), checked((uint)it.Vout))));

    /// <summary>Each is answered off an index of just what it asks for; the conditions are spelled as the indexes spell them.</summary>
    internal static class Questions
    {
        public const string OfCoin = "SELECT channel_id FROM deposit_input WHERE txid = @txid AND vout = @vout";

        public const string Due = """
            SELECT id, authorized FROM channel WHERE state = 'open' AND is_paid = 1 AND expiry BETWEEN @TimeThreshold AND @Time
            UNION ALL
            SELECT id, authorized FROM channel WHERE state = 'open' AND is_paid = 1 AND expiry < @TimeThreshold AND expiry <= @Height
            ORDER BY authorized DESC
            """;

        public const string DueSoon = """
            SELECT expiry FROM channel WHERE state = 'open' AND is_paid = 1 AND expiry >= @TimeThreshold AND expiry > @Time AND expiry <= @UntilTime
            UNION ALL
            SELECT expiry FROM channel WHERE state = 'open' AND is_paid = 1 AND expiry > @Height AND expiry <= @UntilHeight
            """;

        public const string Awaited = "SELECT id FROM channel WHERE deposit_height IS NULL AND state IN ('pending', 'open')";

        public const string ExposedBesides = """
            SELECT (SELECT version FROM channel WHERE payout_index = @channel), coalesce(sum(authorized), 0)::bigint FROM channel
            WHERE deposit_height IS NULL AND is_settled = 0 AND is_paid = 1 AND payout_index <> @channel
            """;

        public const string Active = "SELECT id FROM channel WHERE is_settled = 0 AND state <> 'open' AND state <> 'abandoned'";

        public const string AbandonedExpired = """
            SELECT id FROM channel WHERE state = 'abandoned' AND is_settled = 0 AND expiry BETWEEN @TimeThreshold AND @Time
            UNION ALL
            SELECT id FROM channel WHERE state = 'abandoned' AND is_settled = 0 AND expiry < @TimeThreshold AND expiry <= @Height
            """;

        public const string AboveHeight = """
            SELECT id FROM channel WHERE deposit_height >= @Height
            UNION
            SELECT id FROM channel WHERE spend_height >= @Height
            """;

        public const string MinedAfter = "channel WHERE is_settled = 0 AND deposit_height IS NOT NULL AND id > @after ORDER BY id";

        public const string UnminedAfter = "channel WHERE is_settled = 0 AND deposit_height IS NULL AND id > @after ORDER BY id";

        public const string OpenAfter = "channel WHERE state = 'open' AND payout_index > @after ORDER BY payout_index";

        public const string FeeShortfall = "SELECT count(*), coalesce(sum(authorized), 0)::bigint FROM channel WHERE state = 'open' AND is_paid = 1 AND close_fee < @fee";
    }
}

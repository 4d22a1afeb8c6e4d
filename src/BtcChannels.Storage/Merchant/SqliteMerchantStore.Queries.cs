using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

// What is read. Apart from the reports, no question costs more for each channel that lies idle.
public sealed partial class SqliteMerchantStore
{
    private const int PageSize = 500;
    private const int NamesPageSize = 10_000;

    /// <inheritdoc/>
    public Task<MerchantChannel?> FindAsync(ChannelId id, CancellationToken ct) => _file.ReadAsync(db => Find(db, "id = @key", id.ToString()), ct);

    /// <inheritdoc/>
    public Task<MerchantChannel?> FindByOfferAsync(OfferId offer, CancellationToken ct) => _file.ReadAsync(db => Find(db, "offer = @key", offer.ToBytes()), ct);

    /// <inheritdoc/>
    public Task<KeptAnswer?> FindAnswerAsync(ChannelId id, RequestKey key, CancellationToken ct) => _file.ReadAsync(
        db => db.QuerySingleOrDefault<AnswerRow>(AnswerRow.Question, new { id = id.ToString(), key = key.ToBytes() })?.ToAnswer(_file.Path), ct);

    /// <inheritdoc/>
    public Task<StoredToken?> FindTokenAsync(uint256 id, CancellationToken ct) => _file.ReadAsync(
        db => db.QuerySingleOrDefault<FoundTokenRow>(TokenRow.Question, new { id = id.ToBytes() })?.ToToken(id, _file.Path), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MerchantChannel>> FindByDepositInputAsync(OutPoint coin, CancellationToken ct) => ChannelsAsync(
        Questions.OfCoin, new { txid = coin.Hash.ToString(), vout = (long)coin.N }, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutPoint>> DepositInputsAsync(ChannelId id, CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<OutPoint> (db) => [.. Coins(db, [id.ToString()])[id.ToString()]], ct);

    /// <inheritdoc/>
    public Task<Transaction?> FindDepositAsync(ChannelId id, CancellationToken ct) => _file.ReadAsync(
        db => db.ExecuteScalar<byte[]?>("SELECT raw FROM deposit WHERE channel_id = @id", new { id = id.ToString() }) is { } raw
            ? RowReading.Read(_file.Path, $"the deposit of {id}", () => Transaction.Load(raw, _network)) : null,
        ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChannelId>> DueAsync(Moment now, TimeSpan margin, CancellationToken ct) => IdsAsync(Questions.Due, DueWindow.Of(now, margin), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> DueSoonAsync(Moment now, TimeSpan margin, TimeSpan ahead, CancellationToken ct)
    {
        var window = DueWindow.Of(now, margin, ahead);
        return _file.ReadAsync(IReadOnlyList<long> (db) => [.. db.Query<long>(Questions.DueSoon, window).Select(window.SecondsUntil).Order()], ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChannelId>> ActiveAsync(CancellationToken ct) => IdsAsync(Questions.Active, new { }, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChannelId>> AwaitedAsync(CancellationToken ct) => IdsAsync(Questions.Awaited, new { }, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChannelId>> AbandonedExpiredAsync(ChainTip tip, CancellationToken ct) => IdsAsync(
        Questions.AbandonedExpired, new { Time = tip.MedianTime - 1, Height = (long)tip.Height, Expiry.TimeThreshold }, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MerchantChannel>> AboveHeightAsync(int height, CancellationToken ct) => ChannelsAsync(
        Questions.AboveHeight, new { Height = height }, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChannelId> MinedAsync(CancellationToken ct) => PagesAsync(
        IReadOnlyList<ChannelId> (SqliteConnection db, string after) => [.. db.Query<string>($"SELECT id FROM {Questions.MinedAfter} LIMIT {NamesPageSize}", new { after }).Select(ChannelId.Parse)],
        "", it => it.ToString(), NamesPageSize, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<UnminedChannel> UnminedAsync(CancellationToken ct) => PagesAsync(Unmined, "", it => it.Channel.Id.ToString(), PageSize, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<PayableChannel> PayableAsync(CancellationToken ct) => PagesAsync(
        IReadOnlyList<PayableChannel> (SqliteConnection db, long after) => [.. db
            .Query<MerchantRow>($"SELECT {MerchantRow.All.Select} FROM {Questions.OpenAfter} LIMIT {PageSize}", new { after })
            .Select(row => new PayableChannel(row.ToChannel(_network, _file.Path)))],
        -1L, it => it.PayoutIndex, PageSize, ct);

    /// <inheritdoc/>
    public Task<StoredCursor?> GetCursorAsync(CancellationToken ct) => ChainCursorTable.GetAsync(_file, ct);

    // These two walk an index of all channels: on the pool, since the thread that asks may be the one of many connections.

    /// <inheritdoc/>
    public Task<IReadOnlyList<StateCount>> CountsAsync(CancellationToken ct) => Task.Run(
        () => _file.ReadAsync(
            IReadOnlyList<StateCount> (db) => [.. db.Query<(string State, long Count)>("SELECT state, count(*) FROM channel GROUP BY state ORDER BY state")
                .Select(it => new StateCount(it.State, it.Count))],
            ct),
        ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StateSum>> SumsAsync(CancellationToken ct) => Task.Run(
        () => _file.ReadAsync(
            IReadOnlyList<StateSum> (db) => [.. db.Query<(string State, long Count, long Deposits, long Authorized)>(
                "SELECT state, count(*), sum(deposit_value), sum(coalesce(authorized, 0)) FROM channel GROUP BY state ORDER BY state")
                .Select(it => new StateSum(it.State, it.Count, Money.Satoshis(it.Deposits), Money.Satoshis(it.Authorized)))],
            ct),
        ct);

    /// <inheritdoc/>
    public Task<FeeShortfall> FeeShortfallAsync(Money neededFee, CancellationToken ct) => _file.ReadAsync(
        db =>
        {
            var (channels, authorized) = db.QuerySingle<(long, long)>(Questions.FeeShortfall, new { fee = neededFee.Satoshi });
            return new FeeShortfall(channels, Money.Satoshis(authorized));
        },
        ct);

    private Task<IReadOnlyList<ChannelId>> IdsAsync(string question, object arguments, CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<ChannelId> (db) => [.. db.Query<string>(question, arguments).Select(ChannelId.Parse)], ct);

    private Task<IReadOnlyList<MerchantChannel>> ChannelsAsync(string question, object arguments, CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<MerchantChannel> (db) => [.. db
            .Query<MerchantRow>($"SELECT {MerchantRow.All.Select} FROM channel WHERE id IN ({question}) ORDER BY id", arguments)
            .Select(row => row.ToChannel(_network, _file.Path))],
        ct);

    /// <summary>Page by page, so that none of it blocks others or stays in memory.</summary>
    private async IAsyncEnumerable<T> PagesAsync<T, TKey>(
        Func<SqliteConnection, TKey, IReadOnlyList<T>> read, TKey before, Func<T, TKey> keyOf, int size, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var after = before; ;)
        {
            var from = after;
            var page = await _file.ReadAsync(db => read(db, from), ct);
            foreach (var it in page) yield return it;
            if (page.Count < size) yield break;
            after = keyOf(page[^1]);
        }
    }

    private IReadOnlyList<UnminedChannel> Unmined(SqliteConnection db, string after)
    {
        var channels = db.Query<MerchantRow>($"SELECT {MerchantRow.All.Select} FROM {Questions.UnminedAfter} LIMIT {PageSize}", new { after })
            .Select(row => row.ToChannel(_network, _file.Path)).ToList();
        var coins = Coins(db, [.. channels.Select(it => it.Id.ToString())]);
        return [.. channels.Select(it => new UnminedChannel(it, [.. coins[it.Id.ToString()]]))];
    }

    private ILookup<string, OutPoint> Coins(SqliteConnection db, IReadOnlyList<string> ids) => db
        .Query<(string Channel, string Txid, long Vout)>("SELECT channel_id, txid, vout FROM deposit_input WHERE channel_id IN @ids", new { ids })
        .ToLookup(it => it.Channel, it => RowReading.Read(_file.Path, $"an input of {it.Channel}", () => new OutPoint(uint256.Parse(it.Txid), checked((uint)it.Vout))));

    /// <summary>Each is answered off an index of just what it asks for; the conditions are spelled as the indexes spell them. Left to choose, SQLite takes an index of all open channels.</summary>
    internal static class Questions
    {
        public const string OfCoin = "SELECT channel_id FROM deposit_input WHERE txid = @txid AND vout = @vout";

        public const string Due = """
            SELECT id, authorized FROM channel INDEXED BY channel_due WHERE state = 'open' AND is_paid = 1 AND expiry BETWEEN @TimeThreshold AND @Time
            UNION ALL
            SELECT id, authorized FROM channel INDEXED BY channel_due WHERE state = 'open' AND is_paid = 1 AND expiry < @TimeThreshold AND expiry <= @Height
            ORDER BY authorized DESC
            """;

        public const string DueSoon = """
            SELECT expiry FROM channel INDEXED BY channel_due WHERE state = 'open' AND is_paid = 1 AND expiry >= @TimeThreshold AND expiry > @Time AND expiry <= @UntilTime
            UNION ALL
            SELECT expiry FROM channel INDEXED BY channel_due WHERE state = 'open' AND is_paid = 1 AND expiry > @Height AND expiry <= @UntilHeight
            """;

        public const string Active = "SELECT id FROM channel INDEXED BY channel_active WHERE is_settled = 0 AND state <> 'open' AND state <> 'abandoned'";

        public const string Awaited = "SELECT id FROM channel INDEXED BY channel_awaited WHERE deposit_height IS NULL AND state IN ('pending', 'open')";

        public const string ExposedBesides = """
            SELECT (SELECT version FROM channel WHERE payout_index = @channel), coalesce(sum(authorized), 0) FROM channel INDEXED BY channel_exposed
            WHERE deposit_height IS NULL AND is_settled = 0 AND is_paid = 1 AND payout_index <> @channel
            """;

        public const string AbandonedExpired = """
            SELECT id FROM channel INDEXED BY channel_abandoned WHERE state = 'abandoned' AND is_settled = 0 AND expiry BETWEEN @TimeThreshold AND @Time
            UNION ALL
            SELECT id FROM channel INDEXED BY channel_abandoned WHERE state = 'abandoned' AND is_settled = 0 AND expiry < @TimeThreshold AND expiry <= @Height
            """;

        public const string AboveHeight = """
            SELECT id FROM channel WHERE deposit_height >= @Height
            UNION
            SELECT id FROM channel WHERE spend_height >= @Height
            """;

        public const string MinedAfter = "channel WHERE is_settled = 0 AND deposit_height IS NOT NULL AND id > @after ORDER BY id";

        public const string UnminedAfter = "channel WHERE is_settled = 0 AND deposit_height IS NULL AND id > @after ORDER BY id";

        public const string OpenAfter = "channel INDEXED BY channel_open WHERE state = 'open' AND payout_index > @after ORDER BY payout_index";

        public const string FeeShortfall = "SELECT count(*), coalesce(sum(authorized), 0) FROM channel INDEXED BY channel_fee WHERE state = 'open' AND is_paid = 1 AND close_fee < @fee";
    }
}

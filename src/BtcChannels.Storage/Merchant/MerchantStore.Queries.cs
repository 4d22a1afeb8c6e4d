using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

// What is read. Apart from the reports, no question costs more for each channel that lies idle.
public sealed partial class MerchantStore
{
    private const int PageSize = 500;

    /// <summary>The channel of a name; null where there is none.</summary>
    public Task<MerchantChannel?> FindAsync(ChannelId id, CancellationToken ct) => _file.ReadAsync(db => Find(db, "id = @key", id.ToString()), ct);

    /// <summary>The channel that an offer opened; null where it opened none.</summary>
    public Task<MerchantChannel?> FindByOfferAsync(OfferId offer, CancellationToken ct) => _file.ReadAsync(db => Find(db, "offer = @key", offer.ToBytes()), ct);

    /// <summary>The channels whose deposit spends a coin.</summary>
    public Task<IReadOnlyList<MerchantChannel>> FindByDepositInputAsync(OutPoint coin, CancellationToken ct) => ChannelsAsync(
        Questions.OfCoin, new { txid = coin.Hash.ToString(), vout = (long)coin.N }, ct);

    /// <summary>The coins that a channel's deposit spends; none where the channel is unknown.</summary>
    public Task<IReadOnlyList<OutPoint>> DepositInputsAsync(ChannelId id, CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<OutPoint> (db) => [.. Coins(db, [id.ToString()])[id.ToString()]], ct);

    /// <summary>A channel's deposit transaction as the customer showed it; null where the channel is unknown.</summary>
    public Task<Transaction?> FindDepositAsync(ChannelId id, CancellationToken ct) => _file.ReadAsync(
        db => db.ExecuteScalar<byte[]?>("SELECT raw FROM deposit WHERE channel_id = @id", new { id = id.ToString() }) is { } raw
            ? RowReading.Read(_file.Path, $"the deposit of {id}", () => Transaction.Load(raw, _network)) : null,
        ct);

    /// <summary>Open channels with something authorized that are within the margin: those whose expiry <see cref="Expiry.IsWithin"/> finds near.</summary>
    public Task<IReadOnlyList<ChannelId>> DueAsync(Moment now, TimeSpan margin, CancellationToken ct) => IdsAsync(
        Questions.Due,
        new { time = now.Latest + (long)margin.TotalSeconds, height = now.Tip.Height + (long)Math.Ceiling(margin / Expiry.BlockSpacing), Expiry.TimeThreshold }, ct);

    /// <summary>Channels that each block may change: pending, closing, or spent but not yet buried.</summary>
    public Task<IReadOnlyList<ChannelId>> ActiveAsync(CancellationToken ct) => IdsAsync(Questions.Active, new { }, ct);

    /// <summary>Abandoned channels that are still watched although their expiry has passed: those whose refund <paramref name="tip"/> lets in.</summary>
    public Task<IReadOnlyList<ChannelId>> AbandonedExpiredAsync(ChainTip tip, CancellationToken ct) => IdsAsync(
        Questions.AbandonedExpired, new { time = tip.MedianTime - 1, height = (long)tip.Height, Expiry.TimeThreshold }, ct);

    /// <summary>Channels whose deposit or its spend stands in a block at or above a height: a reorganisation from there up concerns them.</summary>
    public Task<IReadOnlyList<MerchantChannel>> AboveHeightAsync(int height, CancellationToken ct) => ChannelsAsync(
        Questions.AboveHeight, new { height }, ct);

    /// <summary>Every channel that is not final, to be watched again after a start. Channels added meanwhile may be missing.</summary>
    public async IAsyncEnumerable<UnsettledChannel> UnsettledAsync([EnumeratorCancellation] CancellationToken ct)
    {
        for (var after = ""; ;)
        {
            var from = after;
            var page = await _file.ReadAsync(db => Page(db, from), ct);
            foreach (var channel in page) yield return channel;
            if (page.Count < PageSize) yield break;
            after = page[^1].Channel.Id.ToString();
        }
    }

    /// <summary>How far the chain has been followed; null where it never was.</summary>
    public Task<StoredCursor?> GetCursorAsync(CancellationToken ct) => ChainCursorTable.GetAsync(_file, ct);

    /// <summary>How many channels stand where; a state without channels is left out.</summary>
    public Task<IReadOnlyList<StateCount>> CountsAsync(CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<StateCount> (db) => [.. db.Query<(string State, long Count)>("SELECT state, count(*) FROM channel GROUP BY state ORDER BY state")
            .Select(it => new StateCount(it.State, it.Count))],
        ct);

    /// <summary>What channels hold, by state; a state without channels is left out. It reads every channel.</summary>
    public Task<IReadOnlyList<StateSum>> SumsAsync(CancellationToken ct) => _file.ReadAsync(
        IReadOnlyList<StateSum> (db) => [.. db.Query<(string State, long Count, long Deposits, long Authorized)>(
            "SELECT state, count(*), sum(deposit_value), sum(coalesce(authorized, 0)) FROM channel GROUP BY state ORDER BY state")
            .Select(it => new StateSum(it.State, it.Count, Money.Satoshis(it.Deposits), Money.Satoshis(it.Authorized)))],
        ct);

    /// <summary>Open channels with something authorized whose close pays less than <paramref name="neededFee"/>.</summary>
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

    private List<UnsettledChannel> Page(SqliteConnection db, string after)
    {
        var channels = db.Query<MerchantRow>($"SELECT {MerchantRow.All.Select} FROM channel WHERE {Questions.UnsettledAfter} LIMIT {PageSize}", new { after })
            .Select(row => row.ToChannel(_network, _file.Path)).ToList();
        var coins = Coins(db, [.. channels.Where(it => it.State is MerchantState.Pending or MerchantState.Abandoned).Select(it => it.Id.ToString())]);
        return [.. channels.Select(it => new UnsettledChannel(it, [.. coins[it.Id.ToString()]]))];
    }

    private ILookup<string, OutPoint> Coins(SqliteConnection db, IReadOnlyList<string> ids) => db
        .Query<(string Channel, string Txid, long Vout)>("SELECT channel_id, txid, vout FROM deposit_input WHERE channel_id IN @ids", new { ids })
        .ToLookup(it => it.Channel, it => RowReading.Read(_file.Path, $"an input of {it.Channel}", () => new OutPoint(uint256.Parse(it.Txid), checked((uint)it.Vout))));

    /// <summary>Each is answered off an index of just what it asks for; the conditions are spelled as the indexes spell them. Left to choose, SQLite takes an index of all open channels.</summary>
    internal static class Questions
    {
        public const string OfCoin = "SELECT channel_id FROM deposit_input WHERE txid = @txid AND vout = @vout";

        public const string Due = """
            SELECT id FROM channel INDEXED BY channel_due WHERE state = 'open' AND is_paid = 1 AND expiry BETWEEN @TimeThreshold AND @time
            UNION ALL
            SELECT id FROM channel INDEXED BY channel_due WHERE state = 'open' AND is_paid = 1 AND expiry < @TimeThreshold AND expiry <= @height
            """;

        public const string Active = "SELECT id FROM channel INDEXED BY channel_active WHERE is_settled = 0 AND state <> 'open' AND state <> 'abandoned'";

        public const string AbandonedExpired = """
            SELECT id FROM channel INDEXED BY channel_abandoned WHERE state = 'abandoned' AND is_settled = 0 AND expiry BETWEEN @TimeThreshold AND @time
            UNION ALL
            SELECT id FROM channel INDEXED BY channel_abandoned WHERE state = 'abandoned' AND is_settled = 0 AND expiry < @TimeThreshold AND expiry <= @height
            """;

        public const string AboveHeight = """
            SELECT id FROM channel WHERE deposit_height >= @height
            UNION
            SELECT id FROM channel WHERE spend_height >= @height
            """;

        public const string UnsettledAfter = "is_settled = 0 AND id > @after ORDER BY id";

        public const string FeeShortfall = "SELECT count(*), coalesce(sum(authorized), 0) FROM channel INDEXED BY channel_fee WHERE state = 'open' AND is_paid = 1 AND close_fee < @fee";
    }
}

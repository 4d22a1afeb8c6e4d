using BtcChannels.Two1;
using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>The merchant's channels in <c>merchant.db</c>. One process holds the store for life.</summary>
public sealed partial class SqliteMerchantStore : IMerchantStore
{
    private const long PayoutIndices = 1L << 31;

    private static readonly string s_deleteOutdated = $"DELETE FROM history WHERE payout_index = @channel AND {HistoryRow.Outdated(HistoryNote.MostKept)}";

    private readonly SqliteFile _file;
    private readonly Network _network;
    private readonly QueuedPayments _queued;
    private PaymentStatement? _payments;   // the writer's thread makes and uses them
    private AnswerStatement? _answers;

    private SqliteMerchantStore(SqliteFile file, Network network, long run)
    {
        (_file, _network, Run) = (file, network, run);
        _queued = new QueuedPayments(file, (db, tx, first, last) => TryWrite(db, tx, last, first));
    }

    /// <inheritdoc/>
    public long Run { get; }

    /// <inheritdoc/>
    public StoreBacklog Backlog => _file.Backlog;

    /// <summary>What tests make fail.</summary>
    internal SqliteFile File => _file;

    /// <summary>Opens the store of a folder, makes folder, store and seed where there is none yet, and holds it against the seed.</summary>
    /// <param name="folder">The data folder; made with mode 0700.</param>
    /// <param name="network">A store is of one network for ever.</param>
    /// <param name="fingerprintOf">Takes the seed and names it; called once.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StoreLockedException">Another process has it open.</exception>
    /// <exception cref="StoreMismatchException">It is of another network, seed, version or kind, or its seed is missing.</exception>
    /// <exception cref="StoreException">Any other reason why it cannot be used.</exception>
    public static async Task<SqliteMerchantStore> OpenAsync(string folder, Network network, SeedFingerprint fingerprintOf, CancellationToken ct)
    {
        var file = await SqliteFile.OpenAsync(StoreFormat.Merchant, folder, network, lockWait: TimeSpan.Zero, ct);
        try
        {
            await SeedBinding.BindAsync(file, folder, fingerprintOf, ct);
            var run = await file.WriteAsync((db, tx) => db.ExecuteScalar<long>("UPDATE run SET last = last + 1; SELECT last FROM run", transaction: tx), ct);
            return new(file, network, run);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<AddOutcome> AddAsync(Func<uint, MerchantChannel> build, Transaction deposit, HistoryNote opened, CancellationToken ct) => _file.WriteAsync<AddOutcome>((db, tx) =>
    {
        var index = db.ExecuteScalar<long>("SELECT next FROM payout_counter", transaction: tx);
        if (index >= PayoutIndices) throw new InvalidOperationException("Every payout address is used: a new seed is needed");
        var channel = build((uint)index) with { Version = 1 };
        if (channel.PayoutIndex != index) throw new ArgumentException($"The channel has payout index {channel.PayoutIndex} instead of {index}", nameof(build));
        if (channel.Deposit.OutPoint.Hash != deposit.GetHash()) throw new ArgumentException("The channel's deposit is in another transaction", nameof(deposit));

        if (Find(db, "offer = @key", channel.Offer.ToBytes(), tx) is { } sameOffer) return new AddOutcome.OfferTaken(sameOffer);
        if (Find(db, "id = @key", channel.Id.ToString(), tx) is { } sameOutPoint) return new AddOutcome.OutPointTaken(sameOutPoint);

        var id = channel.Id.ToString();
        db.Execute("UPDATE payout_counter SET next = next + 1", transaction: tx);
        db.Execute($"INSERT INTO channel ({MerchantRow.All.Names}) VALUES ({MerchantRow.All.Values})", MerchantRow.Of(channel, channel.Version), tx);
        db.Execute("INSERT INTO deposit (channel_id, raw) VALUES (@id, @raw)", new { id, raw = deposit.ToBytes() }, tx);
        foreach (var coin in deposit.Inputs.Select(input => input.PrevOut))
            db.Execute("INSERT INTO deposit_input (channel_id, txid, vout) VALUES (@id, @txid, @vout)", new { id, txid = coin.Hash.ToString(), vout = (long)coin.N }, tx);
        Note(db, tx, channel.PayoutIndex, channel.Version, [opened]);
        return new AddOutcome.Added(channel, Superseded(db, id, tx));
    }, ct);

    /// <inheritdoc/>
    public Task<bool> TryWriteAsync(MerchantChannel changed, long fromVersion, IReadOnlyList<HistoryNote> notes, CancellationToken ct, PaymentToken? token = null) => _file.WriteAsync(new SqliteTask<bool>(
        (db, tx) =>
        {
            if (db.Execute($"UPDATE channel SET {MerchantRow.Changing.Set} WHERE id = @Id AND version = @Version - 1", MerchantRow.Of(changed, fromVersion + 1), tx) == 0) return false;
            if (token is not null) db.Execute(TokenRow.Save, TokenRow.Of(changed.PayoutIndex, token), tx);
            Note(db, tx, changed.PayoutIndex, fromVersion + 1, notes);
            return true;
        },
        isOneStatement: notes.Count == 0 && token is null, ct));

    /// <inheritdoc/>
    public Task<bool> TryWritePaymentAsync(PayableChannel paid, CancellationToken ct) => _queued.WriteAsync(paid, ct);

    /// <inheritdoc/>
    public Task<bool> TryWriteAnsweredAsync(PayableChannel paid, KeptAnswer answer, CancellationToken ct) => _file.WriteAsync(new AnsweredWrite(this, paid, answer, ct));

    /// <inheritdoc/>
    public Task<UnminedPayment> TryWriteUnminedPaymentAsync(PayableChannel paid, Money bound, CancellationToken ct) => _file.WriteAsync(new SqliteTask<UnminedPayment>(
        (db, tx) => Obstacle(db, tx, paid, bound) ?? (TryWrite(db, tx, paid) ? UnminedPayment.Written : UnminedPayment.Behind),
        isOneStatement: paid.Note is null, ct));

    /// <inheritdoc/>
    public Task<UnminedPayment> TryWriteTokenAsync(PayableChannel paid, PaymentToken token, Money? unminedBound, CancellationToken ct) =>
        _file.WriteAsync(new TokenWrite(this, paid, token, unminedBound, ct));

    /// <inheritdoc/>
    public Task<int> ForgetTokensAsync(long before, int most, CancellationToken ct) => _file.WriteOneAsync(
        (db, tx) => db.Execute("DELETE FROM token WHERE id IN (SELECT id FROM token WHERE at < @before ORDER BY at LIMIT @most)", new { before, most }, tx), ct);

    /// <inheritdoc/>
    public Task<long> HoldAllAsync(long time, CancellationToken ct) => _file.WriteAsync(
        (db, tx) =>
        {
            db.Execute(HistoryRow.NoteHeld, new { time }, tx);
            return (long)db.Execute(HistoryRow.Hold, transaction: tx);
        },
        ct);

    /// <inheritdoc/>
    public bool IsLive(long run) => run == Run;

    /// <inheritdoc/>
    public Task<int> ForgetAnswersAsync(long before, int most, CancellationToken ct) => _file.WriteOneAsync(
        (db, tx) => db.Execute("DELETE FROM answer WHERE rowid IN (SELECT rowid FROM answer WHERE at < @before ORDER BY at LIMIT @most)", new { before, most }, tx), ct);

    /// <inheritdoc/>
    public Task SetCursorAsync(string text, ChainTip tip, CancellationToken ct) => ChainCursorTable.SetAsync(_file, text, tip, ct);

    /// <summary>Releases what earlier runs left reserved, as a store has to whose runs are numbered anew. It counts for nothing either way, as long as nobody serves.</summary>
    internal Task ReleaseAllAsync(CancellationToken ct) => _file.WriteOneAsync((db, tx) => db.Execute("UPDATE channel SET reserved = NULL WHERE reserved IS NOT NULL", transaction: tx), ct);

    /// <summary>Waits for the writes that were asked for and lets others in.</summary>
    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _payments?.Dispose();
        _answers?.Dispose();
    }

    private static List<ChannelId> Superseded(SqliteConnection db, string id, SqliteTransaction tx) => [.. db.Query<string>(
        """
        SELECT DISTINCT channel.id
        FROM deposit_input AS own
        JOIN deposit_input AS other ON other.txid = own.txid AND other.vout = own.vout AND other.channel_id <> own.channel_id
        JOIN channel ON channel.id = other.channel_id
        WHERE own.channel_id = @id AND channel.state = 'pending' AND channel.deposit_height IS NULL AND channel.is_paid = 0
        """,
        new { id }, tx).Select(ChannelId.Parse)];

    private MerchantChannel? Find(SqliteConnection db, string condition, object key, SqliteTransaction? tx = null) =>
        db.QuerySingleOrDefault<MerchantRow>($"SELECT {MerchantRow.All.Select} FROM channel WHERE {condition}", new { key }, tx)?.ToChannel(_network, _file.Path);

    /// <summary>Why a payment on an unmined deposit is not written; null where it may be.</summary>
    private static UnminedPayment? Obstacle(SqliteConnection db, SqliteTransaction tx, PayableChannel paid, Money bound)
    {
        // Nobody writes between the question and the answer: there is one who writes.
        var (version, others) = db.QuerySingle<(long?, long)>(Questions.ExposedBesides, new { channel = (long)paid.PayoutIndex }, tx);
        return version != paid.Version - 1 ? UnminedPayment.Behind : others + paid.Balance.Authorized.Satoshi > bound.Satoshi ? UnminedPayment.OverBound : null;
    }

    private bool TryWrite(SqliteConnection db, SqliteTransaction tx, PayableChannel paid, PayableChannel? first = null)
    {
        first ??= paid;
        var isWritten = (_payments ??= new(db)).TryWrite(paid, first);
        if (isWritten && first.Note is { } note) Note(db, tx, first.PayoutIndex, first.Version, [note]);
        return isWritten;
    }

    private static void Note(SqliteConnection db, SqliteTransaction tx, uint payoutIndex, long version, IReadOnlyList<HistoryNote> notes)
    {
        if (notes.Count == 0) return;
        db.Execute(HistoryRow.Insert, HistoryRow.Of(payoutIndex, version, notes), tx);
        db.Execute(s_deleteOutdated, new { channel = (long)payoutIndex }, tx);
    }

    private sealed class TokenWrite(SqliteMerchantStore store, PayableChannel paid, PaymentToken token, Money? unminedBound, CancellationToken ct) : SqliteWork<UnminedPayment>
    {
        public override bool IsOneStatement => paid.Note is null;   // it sees to its own two itself

        protected override UnminedPayment Run(SqliteConnection db, SqliteTransaction transaction)
        {
            ct.ThrowIfCancellationRequested();
            if (unminedBound is not null && Obstacle(db, transaction, paid, unminedBound) is { } obstacle) return obstacle;
            if (!(store._answers ??= new(db)).TryWrite(store._payments ??= new(db), paid, token)) return UnminedPayment.Behind;
            if (paid.Note is { } note) Note(db, transaction, paid.PayoutIndex, paid.Version, [note]);
            return UnminedPayment.Written;
        }
    }

    private sealed class AnsweredWrite(SqliteMerchantStore store, PayableChannel paid, KeptAnswer answer, CancellationToken ct) : SqliteWork<bool>
    {
        public override bool IsOneStatement => paid.Note is null;   // it sees to its own two itself

        protected override bool Run(SqliteConnection db, SqliteTransaction transaction)
        {
            ct.ThrowIfCancellationRequested();
            var isWritten = (store._answers ??= new(db)).TryWrite(store._payments ??= new(db), paid, answer);
            if (isWritten && paid.Note is { } note) Note(db, transaction, paid.PayoutIndex, paid.Version, [note]);
            return isWritten;
        }
    }
}

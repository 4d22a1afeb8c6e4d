using BtcChannels.Two1;
using Dapper;
using NBitcoin;
using Npgsql;

namespace BtcChannels.Storage.Postgres;

/// <summary>
/// The merchant's channels in PostgreSQL. Any number of instances work on one database, each with a copy of one seed, and each may write any channel: compare-and-swap
/// decides. One at a time follows the chain: <see cref="TryWatchAsync"/>.
/// </summary>
public sealed partial class PostgresMerchantStore : IMerchantStore
{
    private const long PayoutIndices = 1L << 31;

    private readonly PostgresDatabase _database;
    private readonly Network _network;
    private readonly string _channel;   // of notifications; they are the database's, and the store may have but a schema of it
    private readonly PaymentWriter _payments;
    private bool _disposed;

    private PostgresMerchantStore(PostgresDatabase database, Network network, long schema, LiveRuns runs)
    {
        (_database, _network, _channel, _runs) = (database, network, $"btcchannels_{schema}", runs);
        _payments = new PaymentWriter(database);
    }

    /// <summary>Says whether something is a connection string; how good it is shows on opening.</summary>
    /// <exception cref="ArgumentException">It is none. The message repeats nothing of it.</exception>
    public static void Validate(string connectionString) => PostgresDatabase.Parse(connectionString);

    /// <summary>
    /// Opens the store, makes its tables where there are none yet, and holds it against the seed. A seed is made only where neither folder nor store has one: of
    /// several instances the others are given a copy.
    /// </summary>
    /// <param name="connectionString">Npgsql's. The database exists, and its user may make tables. No pooler that hands out connections by transaction stands in between.</param>
    /// <param name="folder">Where the seed is; made with mode 0700.</param>
    /// <param name="network">A store is of one network for ever.</param>
    /// <param name="fingerprintOf">Takes the seed and names it; called once.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StoreMismatchException">It is of another network, seed, version or kind, or its seed is missing.</exception>
    /// <exception cref="StoreUnavailableException">It does not answer, or its server is set to lose what it has acknowledged.</exception>
    /// <exception cref="StoreException">Any other reason why it cannot be used.</exception>
    public static async Task<PostgresMerchantStore> OpenAsync(string connectionString, string folder, Network network, SeedFingerprint fingerprintOf, CancellationToken ct)
    {
        var database = new PostgresDatabase(connectionString);
        try
        {
            var schema = await PostgresSchema.PrepareAsync(database, folder, network, fingerprintOf, ct);
            return new(database, network, schema, await LiveRuns.BeginAsync(database, ct));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<AddOutcome> AddAsync(Func<uint, MerchantChannel> build, Transaction deposit, HistoryNote opened, CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (await _database.RunAsync(db => TryAddAsync(db, build, deposit, opened), CancellationToken.None) is { } outcome) return outcome;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryWriteAsync(MerchantChannel changed, long fromVersion, IReadOnlyList<HistoryNote> notes, CancellationToken ct, PaymentToken? token = null)
    {
        ct.ThrowIfCancellationRequested();
        return await _database.RunAsync(async db =>
        {
            // What is not committed is rolled back as it goes.
            await using var transaction = token is null ? null : await db.BeginTransactionAsync();
            var arguments = new DynamicParameters(MerchantRow.Of(changed, fromVersion + 1));
            arguments.Add("channel", _channel);
            arguments.AddDynamicParams(new HistoryColumns([(changed.PayoutIndex, fromVersion + 1, notes)]));
            await using (var told = await db.ExecuteReaderAsync(
                $"""
                WITH written AS (UPDATE channel SET {MerchantRow.Changing.Set} WHERE id = @Id AND version = @Version - 1 RETURNING id, payout_index){(notes.Count == 0 ? "" : $", {HistoryColumns.PartsFor(notes.Count)}")}
                SELECT pg_notify(@channel, id) FROM written
                """,
                arguments, transaction))
            {
                if (!await told.ReadAsync(CancellationToken.None)) return false;
            }
            if (transaction is null) return true;
            await db.ExecuteAsync(TokenRow.Save, TokenRow.Of(changed.PayoutIndex, token!), transaction);
            await transaction.CommitAsync();
            return true;
        }, CancellationToken.None);
    }

    /// <inheritdoc/>
    public Task<bool> TryWritePaymentAsync(PayableChannel paid, CancellationToken ct) => ct.IsCancellationRequested ? Task.FromCanceled<bool>(ct) : _payments.WriteAsync(paid);

    /// <inheritdoc/>
    public Task<bool> TryWriteAnsweredAsync(PayableChannel paid, KeptAnswer answer, CancellationToken ct) =>
        ct.IsCancellationRequested ? Task.FromCanceled<bool>(ct) : _payments.WriteAsync(paid, answer);

    /// <inheritdoc/>
    public Task<UnminedPayment> TryWriteUnminedPaymentAsync(PayableChannel paid, Money bound, CancellationToken ct) => TryWriteBoundedAsync(paid, null, bound, ct);

    /// <inheritdoc/>
    public async Task<UnminedPayment> TryWriteTokenAsync(PayableChannel paid, PaymentToken token, Money? unminedBound, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (unminedBound is not null) return await TryWriteBoundedAsync(paid, token, unminedBound, ct);
        return await _payments.WriteAsync(paid, token: token) ? UnminedPayment.Written : UnminedPayment.Behind;
    }

    private Task<UnminedPayment> TryWriteBoundedAsync(PayableChannel paid, PaymentToken? token, Money bound, CancellationToken ct) => _database.RunAsync(
        async db =>
        {
            await using var transaction = await db.BeginTransactionAsync(ct);
            // One at a time over all instances, between the question and the commit. Adding channels waits too; these payments are few.
            await db.ExecuteAsync("SELECT next FROM payout_counter FOR UPDATE", transaction: transaction);
            var (version, others) = await db.QuerySingleAsync<(long?, long)>(Questions.ExposedBesides, new { channel = (long)paid.PayoutIndex }, transaction);
            if (version != paid.Version - 1) return UnminedPayment.Behind;
            if (others + paid.Balance.Authorized.Satoshi > bound.Satoshi) return UnminedPayment.OverBound;
            var written = await db.QueryAsync<long>(PaymentStatement.Sql, new PaymentColumns([(paid, paid)]), transaction);
            if (!written.Any()) return UnminedPayment.Behind;
            if (paid.Note is { } note) await db.ExecuteAsync(HistoryColumns.Insert, new HistoryColumns([(paid.PayoutIndex, paid.Version, [note])]), transaction);
            if (token is not null) await db.ExecuteAsync(TokenRow.Save, TokenRow.Of(paid.PayoutIndex, token), transaction);
            await transaction.CommitAsync(CancellationToken.None);
            return UnminedPayment.Written;
        },
        ct);

    /// <inheritdoc/>
    public Task<int> ForgetAnswersAsync(long before, int most, CancellationToken ct) => _database.RunAsync(
        db => db.ExecuteAsync(new CommandDefinition(
            "DELETE FROM answer WHERE (payout_index, key) IN (SELECT payout_index, key FROM answer WHERE at < @before ORDER BY at LIMIT @most)", new { before, most }, cancellationToken: ct)), ct);

    /// <inheritdoc/>
    public Task<int> ForgetTokensAsync(long before, int most, CancellationToken ct) => _database.RunAsync(
        db => db.ExecuteAsync(new CommandDefinition(
            "DELETE FROM token WHERE id IN (SELECT id FROM token WHERE at < @before ORDER BY at LIMIT @most)", new { before, most }, cancellationToken: ct)), ct);

    /// <inheritdoc/>
    public Task<long> HoldAllAsync(long time, CancellationToken ct) => _database.RunAsync(
        async db =>
        {
            await using var transaction = await db.BeginTransactionAsync(ct);
            // Nobody adds or changes one between the two.
            await db.ExecuteAsync(new CommandDefinition("LOCK TABLE channel IN EXCLUSIVE MODE", transaction: transaction, cancellationToken: ct));
            await db.ExecuteAsync(new CommandDefinition(HistoryRow.NoteHeld, new { time }, transaction, cancellationToken: ct));
            var held = await db.ExecuteAsync(new CommandDefinition(HistoryRow.Hold, transaction: transaction, cancellationToken: ct));
            await transaction.CommitAsync(CancellationToken.None);
            return (long)held;
        },
        ct);

    /// <summary>Waits for the payments that were asked for, and lets another instance follow the chain.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _payments.DisposeAsync();
        await _runs.EndAsync();
        await LeaveWatchAsync();
        await _database.DisposeAsync();
    }

    /// <returns>Null where another came first after all: ask again, and it is found.</returns>
    private async Task<AddOutcome?> TryAddAsync(NpgsqlConnection db, Func<uint, MerchantChannel> build, Transaction deposit, HistoryNote opened)
    {
        // What is not committed is rolled back as it goes.
        await using var transaction = await db.BeginTransactionAsync();
        // Locked until the commit: instances add one after the other, in the order of the indices, and see what was added before.
        var index = await db.ExecuteScalarAsync<long>("SELECT next FROM payout_counter FOR UPDATE", transaction: transaction);
        if (index >= PayoutIndices) throw new InvalidOperationException("Every payout address is used: a new seed is needed");
        var channel = build((uint)index) with { Version = 1 };
        if (channel.PayoutIndex != index) throw new ArgumentException($"The channel has payout index {channel.PayoutIndex} instead of {index}", nameof(build));
        if (channel.Deposit.OutPoint.Hash != deposit.GetHash()) throw new ArgumentException("The channel's deposit is in another transaction", nameof(deposit));

        if (await FindAsync(db, "offer = @key", channel.Offer.ToBytes(), transaction) is { } sameOffer) return new AddOutcome.OfferTaken(sameOffer);
        if (await FindAsync(db, "id = @key", channel.Id.ToString(), transaction) is { } sameOutPoint) return new AddOutcome.OutPointTaken(sameOutPoint);
        try
        {
            var superseded = await InsertAsync(db, transaction, channel, deposit, opened);
            await transaction.CommitAsync();
            return new AddOutcome.Added(channel, superseded);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<ChannelId>> InsertAsync(NpgsqlConnection db, NpgsqlTransaction transaction, MerchantChannel channel, Transaction deposit, HistoryNote opened)
    {
        var coins = deposit.Inputs.Select(input => input.PrevOut).ToList();
        var arguments = new DynamicParameters(MerchantRow.Of(channel, channel.Version));
        arguments.AddDynamicParams(new HistoryColumns([(channel.PayoutIndex, channel.Version, [opened])]));
        arguments.AddDynamicParams(new { raw = deposit.ToBytes(), txids = coins.Select(it => it.Hash.ToString()).ToArray(), vouts = coins.Select(it => (long)it.N).ToArray() });
        var superseded = await db.QueryAsync<string>(
            $"""
            UPDATE payout_counter SET next = next + 1;
            INSERT INTO channel ({MerchantRow.All.Names}) VALUES ({MerchantRow.All.Values});
            INSERT INTO deposit (channel_id, raw) VALUES (@Id, @raw);
            INSERT INTO deposit_input (channel_id, txid, vout) SELECT @Id, coin.txid, coin.vout FROM unnest(@txids, @vouts) AS coin (txid, vout);
            {HistoryColumns.Insert};
            SELECT DISTINCT channel.id
            FROM deposit_input AS own
            JOIN deposit_input AS other ON other.txid = own.txid AND other.vout = own.vout AND other.channel_id <> own.channel_id
            JOIN channel ON channel.id = other.channel_id
            WHERE own.channel_id = @Id AND channel.state = 'pending' AND channel.deposit_height IS NULL AND channel.is_paid = 0
            """,
            arguments, transaction);
        return [.. superseded.Select(ChannelId.Parse)];
    }

    private async Task<MerchantChannel?> FindAsync(NpgsqlConnection db, string condition, object key, NpgsqlTransaction? transaction = null) =>
        (await db.QuerySingleOrDefaultAsync<MerchantRow>($"SELECT {MerchantRow.All.Select} FROM channel WHERE {condition}", new { key }, transaction))?.ToChannel(_network, _database.Name);
}

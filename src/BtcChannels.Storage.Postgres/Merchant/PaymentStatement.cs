using System.Diagnostics;
using BtcChannels.Storage;
using Npgsql;
using NpgsqlTypes;

namespace BtcChannels.Storage.Postgres;

/// <summary>The statement that writes payments, prepared once for the writer's connection.</summary>
internal sealed class PaymentStatement : IAsyncDisposable
{
    // An instance's row may wait for another's to commit, and is then held against what that one made of it. is_paid is written to what it is
    // but for the first payment, so no index is touched.
    public const string Sql = """
        UPDATE channel
        SET authorized = paid.authorized, signature = paid.signature, spent = paid.spent, version = paid.version, reserved = paid.reserved, is_paid = 1,
            close_fee = coalesce(paid.close_fee, channel.close_fee), two1_unredeemed = coalesce(paid.unredeemed, channel.two1_unredeemed)
        FROM unnest(@Channels, @VersionsBefore, @AuthorizedBefore, @SpentBefore, @ReservedBefore, @Authorized, @Signatures, @Spent, @Reserved, @Versions, @Fees, @Unredeemed)
            AS paid (channel, version_before, authorized_before, spent_before, reserved_before, authorized, signature, spent, reserved, version, close_fee, unredeemed)
        WHERE channel.payout_index = paid.channel AND channel.version = paid.version_before AND channel.state = 'open' AND channel.is_held = 0
            AND coalesce(channel.authorized, -1) = paid.authorized_before AND channel.spent = paid.spent_before AND channel.reserved IS NOT DISTINCT FROM paid.reserved_before
        RETURNING channel.payout_index
        """;

    private static readonly string SqlWithAll = $"""
        WITH written AS ({Sql}),
        kept AS (
            INSERT INTO answer (payout_index, key, request, status, head, body, at)
            SELECT given.* FROM unnest(@AnswerChannels, @Keys, @Requests, @Statuses, @Heads, @Bodies, @At) AS given (payout_index, key, request, status, head, body, at)
            JOIN written ON written.payout_index = given.payout_index
            ON CONFLICT (payout_index, key) DO UPDATE SET request = excluded.request, status = excluded.status, head = excluded.head, body = excluded.body, at = excluded.at
        ),
        saved AS (
            INSERT INTO token (id, payout_index, amount, at, is_redeemed)
            SELECT given.* FROM unnest(@TokenIds, @TokenChannels, @TokenAmounts, @TokenTimes, @TokensRedeemed) AS given (id, payout_index, amount, at, is_redeemed)
            JOIN written ON written.payout_index = given.payout_index
            ON CONFLICT (id) DO UPDATE SET is_redeemed = excluded.is_redeemed
        ),
        {HistoryColumns.PartsFor(count: 1)}
        SELECT payout_index FROM written
        """;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _payments;
    private readonly NpgsqlCommand _all;   // with answers, tokens and notes

    private PaymentStatement(NpgsqlConnection connection)
    {
        (_connection, _payments, _all) = (connection, new NpgsqlCommand(Sql, connection), new NpgsqlCommand(SqlWithAll, connection));
        var payments = new PaymentColumns([]).All.ToList();
        Declare(_payments, payments);
        Declare(_all, [.. payments, .. new AnswerColumns([]).All, .. new TokenColumns([]).All, .. new HistoryColumns([]).All]);
    }

    public static async Task<PaymentStatement> PrepareAsync(PostgresDatabase database)
    {
        var connection = await database.OpenAsync(CancellationToken.None);
        var statement = new PaymentStatement(connection);
        try
        {
            // Whatever the planner thinks of the table's size: row by row off the index, which also takes rows in the batch's order.
            await using (var plan = new NpgsqlCommand("SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off", connection)) await plan.ExecuteNonQueryAsync();
            await statement._payments.PrepareAsync();
            await statement._all.PrepareAsync();
            return statement;
        }
        catch
        {
            await statement.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes what a batch says, and commits.</summary>
    /// <returns>The channels that were written.</returns>
    public async Task<IReadOnlySet<long>> WriteAsync(PaymentBatch batch)
    {
        // Of one key the last counts, and a statement takes but one.
        var answers = batch.Payments.Where(it => it.Answer is not null).Select(it => (it.Paid.PayoutIndex, Answer: it.Answer!))
            .GroupBy(it => (it.PayoutIndex, it.Answer.Key), (_, same) => same.Last()).ToList();
        var tokens = batch.Payments.Where(it => it.Token is not null).Select(it => TokenRow.Of(it.Paid.PayoutIndex, it.Token!)).GroupBy(it => Convert.ToHexString(it.Id), (_, same) => same.Last()).ToList();
        var notes = batch.Payments.Where(it => it.Paid.Note is not null)
            .Select(it => (it.Paid.PayoutIndex, it.Paid.Version, (IReadOnlyList<HistoryNote>)[it.Paid.Note!])).ToList();
        var command = answers.Count + tokens.Count + notes.Count == 0 ? _payments : _all;
        Fill(command, new PaymentColumns([.. batch.Chains.Select(it => (it[0].Paid, it[^1].Paid))]).All);
        if (command == _all) Fill(command, [.. new AnswerColumns(answers).All, .. new TokenColumns(tokens).All, .. new HistoryColumns(notes).All]);

        var written = new HashSet<long>(batch.Count);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) written.Add(reader.GetInt64(0));
        return written;
    }

    public async ValueTask DisposeAsync()
    {
        await _payments.DisposeAsync();
        await _all.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static void Declare(NpgsqlCommand command, IEnumerable<(string Name, Array Values)> columns)
    {
        foreach (var (name, values) in columns)
        {
            var type = values switch { long[] or long?[] => NpgsqlDbType.Bigint, string?[] => NpgsqlDbType.Text, byte[]?[] => NpgsqlDbType.Bytea, _ => throw new UnreachableException(name) };
            command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type));
        }
    }

    private static void Fill(NpgsqlCommand command, IEnumerable<(string Name, Array Values)> columns)
    {
        foreach (var (name, values) in columns) command.Parameters[name].Value = values;
    }
}

/// <summary>What the statement is given, by its parameters' names: the columns, each as an array with an element a channel.</summary>
/// <param name="rows">Of each channel the first and the last of the payments that build on each other: what the row is held against, and what it becomes.</param>
internal sealed class PaymentColumns(IReadOnlyList<(PayableChannel First, PayableChannel Last)> rows)
{
    public long[] Channels => Of(it => it.First.PayoutIndex);
    public long[] VersionsBefore => Of(it => it.First.Version - 1);
    public long[] AuthorizedBefore => Of(it => it.First.Follows.Authorized);
    public long[] SpentBefore => Of(it => it.First.Follows.Spent);
    public string?[] ReservedBefore => [.. rows.Select(it => it.First.Follows.Reserved)];
    public long[] Authorized => Of(it => it.Last.Balance.Authorized.Satoshi);
    public byte[][] Signatures => [.. rows.Select(it => it.Last.Balance.Newest!.Signature.ToCompact())];
    public long[] Spent => Of(it => it.Last.Balance.Spent.Value);
    public string?[] Reserved => [.. rows.Select(it => it.Last.Balance.Reserved.Text)];
    public long[] Versions => Of(it => it.Last.Version);

    // Of a channel of the two1 door; null leaves the row as it is.
    public long?[] Fees => [.. rows.Select(it => it.Last.Two1?.Terms.CloseFee.Satoshi)];
    public long?[] Unredeemed => [.. rows.Select(it => (long?)it.Last.Two1?.Unredeemed)];

    public IEnumerable<(string Name, Array Values)> All =>
    [
        (nameof(Channels), Channels), (nameof(VersionsBefore), VersionsBefore), (nameof(AuthorizedBefore), AuthorizedBefore), (nameof(SpentBefore), SpentBefore),
        (nameof(ReservedBefore), ReservedBefore), (nameof(Authorized), Authorized), (nameof(Signatures), Signatures), (nameof(Spent), Spent), (nameof(Reserved), Reserved), (nameof(Versions), Versions),
        (nameof(Fees), Fees), (nameof(Unredeemed), Unredeemed),
    ];

    private long[] Of(Func<(PayableChannel First, PayableChannel Last), long> column) => [.. rows.Select(column)];
}

/// <summary>The same for the answers that are kept with the payments.</summary>
internal sealed class AnswerColumns(IReadOnlyList<(uint Channel, KeptAnswer Answer)> rows)
{
    public IEnumerable<(string Name, Array Values)> All =>
    [
        ("AnswerChannels", Of(it => (long)it.Channel)), ("Keys", Of(it => it.Answer.Key.ToBytes())), ("Requests", Of(it => it.Answer.Request)),
        ("Statuses", Of(it => (long)it.Answer.Status)), ("Heads", Of(it => it.Answer.Head)), ("Bodies", Of(it => it.Answer.Body)), ("At", Of(it => it.Answer.At)),
    ];

    private T[] Of<T>(Func<(uint Channel, KeptAnswer Answer), T> column) => [.. rows.Select(column)];
}

/// <summary>The same for tokens that are paid, or redeemed, with them.</summary>
internal sealed class TokenColumns(IReadOnlyList<TokenRow> rows)
{
    public IEnumerable<(string Name, Array Values)> All =>
    [
        ("TokenIds", Of(it => it.Id)), ("TokenChannels", Of(it => it.PayoutIndex)), ("TokenAmounts", Of(it => it.Amount)), ("TokenTimes", Of(it => it.At)), ("TokensRedeemed", Of(it => it.IsRedeemed)),
    ];

    private T[] Of<T>(Func<TokenRow, T> column) => [.. rows.Select(column)];
}

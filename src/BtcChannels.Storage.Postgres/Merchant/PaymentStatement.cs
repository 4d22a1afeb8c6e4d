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
        SET authorized = paid.authorized, signature = paid.signature, spent = paid.spent, version = paid.version, is_paid = 1
        FROM unnest(@Channels, @VersionsBefore, @AuthorizedBefore, @SpentBefore, @Authorized, @Signatures, @Spent, @Versions)
            AS paid (channel, version_before, authorized_before, spent_before, authorized, signature, spent, version)
        WHERE channel.payout_index = paid.channel AND channel.version = paid.version_before AND channel.state = 'open' AND channel.is_held = 0
            AND coalesce(channel.authorized, -1) = paid.authorized_before AND channel.spent = paid.spent_before
        RETURNING channel.payout_index
        """;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;

    private PaymentStatement(NpgsqlConnection connection)
    {
        (_connection, _command) = (connection, new NpgsqlCommand(Sql, connection));
        foreach (var (name, _) in new PaymentColumns([]).All)
            _command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | (name == nameof(PaymentColumns.Signatures) ? NpgsqlDbType.Bytea : NpgsqlDbType.Bigint)));
    }

    public static async Task<PaymentStatement> PrepareAsync(PostgresDatabase database)
    {
        var connection = await database.OpenAsync(CancellationToken.None);
        var statement = new PaymentStatement(connection);
        try
        {
            // Whatever the planner thinks of the table's size: row by row off the index, which also takes rows in the batch's order.
            await using (var plan = new NpgsqlCommand("SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off", connection)) await plan.ExecuteNonQueryAsync();
            await statement._command.PrepareAsync();
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
        foreach (var (name, values) in new PaymentColumns([.. batch.Chains.Select(it => (it[0].Paid, it[^1].Paid))]).All) _command.Parameters[name].Value = values;

        var written = new HashSet<long>(batch.Count);
        await using var reader = await _command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) written.Add(reader.GetInt64(0));
        return written;
    }

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
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
    public long[] Authorized => Of(it => it.Last.Balance.Authorized.Satoshi);
    public byte[][] Signatures => [.. rows.Select(it => it.Last.Balance.Newest!.Signature.ToCompact())];
    public long[] Spent => Of(it => it.Last.Balance.Spent.Value);
    public long[] Versions => Of(it => it.Last.Version);

    public IEnumerable<(string Name, object Values)> All =>
    [
        (nameof(Channels), Channels), (nameof(VersionsBefore), VersionsBefore), (nameof(AuthorizedBefore), AuthorizedBefore), (nameof(SpentBefore), SpentBefore),
        (nameof(Authorized), Authorized), (nameof(Signatures), Signatures), (nameof(Spent), Spent), (nameof(Versions), Versions),
    ];

    private long[] Of(Func<(PayableChannel First, PayableChannel Last), long> column) => [.. rows.Select(column)];
}

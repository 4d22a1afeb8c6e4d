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
        FROM unnest(@channels, @versions_before, @authorized_before, @spent_before, @authorized, @signatures, @spent, @versions)
            AS paid (channel, version_before, authorized_before, spent_before, authorized, signature, spent, version)
        WHERE channel.payout_index = paid.channel AND channel.version = paid.version_before AND channel.state = 'open' AND channel.is_held = 0
            AND coalesce(channel.authorized, -1) = paid.authorized_before AND channel.spent = paid.spent_before
        RETURNING channel.payout_index
        """;

    private const NpgsqlDbType Bigints = NpgsqlDbType.Array | NpgsqlDbType.Bigint;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;

    private PaymentStatement(NpgsqlConnection connection)
    {
        (_connection, _command) = (connection, new NpgsqlCommand(Sql, connection));
        foreach (var name in (string[])["channels", "versions_before", "authorized_before", "spent_before", "authorized", "spent", "versions"])
            _command.Parameters.Add(new NpgsqlParameter(name, Bigints));
        _command.Parameters.Add(new NpgsqlParameter("signatures", NpgsqlDbType.Array | NpgsqlDbType.Bytea));
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
        var chains = batch.Chains.ToArray();
        long[] Of(Func<IReadOnlyList<QueuedPayment>, long> column) => Array.ConvertAll(chains, it => column(it));
        Set("channels", Of(it => it[0].Paid.PayoutIndex));
        Set("versions_before", Of(it => it[0].Paid.Version - 1));
        Set("authorized_before", Of(it => it[0].Paid.Follows.Authorized));
        Set("spent_before", Of(it => it[0].Paid.Follows.Spent));
        Set("authorized", Of(it => it[^1].Paid.Balance.Authorized.Satoshi));
        Set("signatures", Array.ConvertAll(chains, it => it[^1].Paid.Balance.Newest!.Signature.ToCompact()));
        Set("spent", Of(it => it[^1].Paid.Balance.Spent.Value));
        Set("versions", Of(it => it[^1].Paid.Version));

        var written = new HashSet<long>(chains.Length);
        await using var reader = await _command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) written.Add(reader.GetInt64(0));
        return written;
    }

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private void Set(string name, object values) => _command.Parameters[name].Value = values;
}

using Dapper;

namespace BtcChannels.Storage.Postgres;

/// <summary>
/// The runs of all instances on a database, as last heard of. What is reserved by a run that is over counts no more. One that could not reach the database for long counts as
/// over as well; should it come back, it finds its reservations gone or still there, and either is dealt with.
/// </summary>
internal sealed class LiveRuns
{
    private const string Until = "clock_timestamp() + make_interval(secs => @Seconds)";

    // With the lock, no run is about to appear whose number is taken already: whatever is not seen then is over, or has a number above the last.
    private const string Look = $"""
        LOCK TABLE run IN SHARE ROW EXCLUSIVE MODE;
        INSERT INTO run (id, until) OVERRIDING SYSTEM VALUE VALUES (@Own, {Until}) ON CONFLICT (id) DO UPDATE SET until = excluded.until;
        DELETE FROM run WHERE until < clock_timestamp() - interval '1 day';
        SELECT pg_sequence_last_value(pg_get_serial_sequence('run', 'id')::regclass);
        SELECT id FROM run WHERE until > clock_timestamp();
        """;

    private readonly PostgresDatabase _database;
    private volatile Seen _seen;

    private LiveRuns(PostgresDatabase database, long own, Seen seen) => (_database, Own, _seen) = (database, own, seen);

    public long Own { get; }

    public static async Task<LiveRuns> BeginAsync(PostgresDatabase database, CancellationToken ct)
    {
        var own = await database.RunAsync(
            db => db.ExecuteScalarAsync<long>(new CommandDefinition($"INSERT INTO run (until) VALUES ({Until}) RETURNING id", new { Seconds = PostgresMerchantStore.RunLease.TotalSeconds }, cancellationToken: ct)), ct);
        return new LiveRuns(database, own, await LookAsync(database, own, ct));
    }

    /// <summary>Those begun since it was last asked count as live.</summary>
    public bool IsLive(long run) => _seen is var seen && (run > seen.Last || seen.Live.Contains(run));

    public async Task RenewAsync(CancellationToken ct) => _seen = await LookAsync(_database, Own, ct);

    /// <summary>This one is over; where the database does not answer, its lease ends by itself.</summary>
    public async Task EndAsync()
    {
        try
        {
            await _database.RunAsync(db => db.ExecuteAsync("DELETE FROM run WHERE id = @Own", new { Own }), CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // As it says.
        }
    }

    private static Task<Seen> LookAsync(PostgresDatabase database, long own, CancellationToken ct) => database.RunAsync(
        async db =>
        {
            await using var transaction = await db.BeginTransactionAsync(ct);
            Seen seen;
            await using (var rows = await db.QueryMultipleAsync(new CommandDefinition(Look, new { Own = own, Seconds = PostgresMerchantStore.RunLease.TotalSeconds }, transaction, cancellationToken: ct)))
                seen = new(await rows.ReadSingleAsync<long>(), (await rows.ReadAsync<long>()).ToHashSet());
            await transaction.CommitAsync(ct);
            return seen;
        },
        ct);

    /// <param name="Last">The highest number that was taken by then, whatever has become of it.</param>
    private sealed record Seen(long Last, IReadOnlySet<long> Live);
}

using Dapper;

namespace BtcChannels.Storage.Postgres;

/// <summary>
/// The runs of all instances on a database, as last heard of. What is reserved by a run that is over counts no more. One that could not reach the database for long counts as
/// over as well; should it come back, it finds its reservations gone or still there, and either is dealt with.
/// </summary>
internal sealed class LiveRuns
{
    private const string Until = "clock_timestamp() + make_interval(secs => @Seconds)";

    private readonly PostgresDatabase _database;
    private volatile Seen _seen;

    private LiveRuns(PostgresDatabase database, long own) => (_database, Own, _seen) = (database, own, new(new HashSet<long> { own }, own, 0));

    public long Own { get; }

    public static async Task<LiveRuns> BeginAsync(PostgresDatabase database, CancellationToken ct)
    {
        var own = await database.RunAsync(
            db => db.ExecuteScalarAsync<long>(new CommandDefinition($"INSERT INTO run (until) VALUES ({Until}) RETURNING id", new { Seconds = PostgresMerchantStore.RunLease.TotalSeconds }, cancellationToken: ct)), ct);
        var runs = new LiveRuns(database, own);
        await runs.RenewAsync(ct);
        return runs;
    }

    /// <summary>Those begun since it was last asked but one count as live.</summary>
    public bool IsLive(long run) => _seen is var seen && (run > seen.Before || seen.Live.Contains(run));

    public async Task RenewAsync(CancellationToken ct)
    {
        var live = await _database.RunAsync(
            async db => (await db.QueryAsync<long>(new CommandDefinition(
                $"""
                INSERT INTO run (id, until) OVERRIDING SYSTEM VALUE VALUES (@Own, {Until}) ON CONFLICT (id) DO UPDATE SET until = excluded.until;
                DELETE FROM run WHERE until < clock_timestamp() - interval '1 day';
                SELECT id FROM run WHERE until > clock_timestamp();
                """,
                new { Own, Seconds = PostgresMerchantStore.RunLease.TotalSeconds }, cancellationToken: ct))).ToHashSet(),
            ct);
        // A number may be taken before a higher one and be seen after it, so only what was below all the last time is known to be over.
        _seen = new(live, live.Max(), _seen.Last);
    }

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

    // The highest number then, and the time before.
    private sealed record Seen(IReadOnlySet<long> Live, long Last, long Before);
}

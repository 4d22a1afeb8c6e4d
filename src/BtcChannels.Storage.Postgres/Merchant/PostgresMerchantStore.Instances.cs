using System.Runtime.CompilerServices;
using Dapper;
using NBitcoin;

namespace BtcChannels.Storage.Postgres;

// What instances of one merchant have to know of each other.
public sealed partial class PostgresMerchantStore
{
    /// <summary>
    /// How long the watch is kept for an instance that does not ask again. A lease with an end, in a row, rather than a lock of the session: a process that
    /// hangs keeps its connection and with it every lock of it, and a connection that breaks says nothing of whoever held it.
    /// </summary>
    public static readonly TimeSpan WatchLease = TimeSpan.FromSeconds(30);

    /// <summary>How long a run lasts that does not say that it is there.</summary>
    public static readonly TimeSpan RunLease = TimeSpan.FromMinutes(1);

    private const string Interval = "make_interval(secs => @Seconds)";

    // Only the database's clock counts: those of the instances may differ.
    private const string TakeWatch = $"""
        INSERT INTO watch (id, instance, tenure, until) VALUES (1, @Instance, 1, clock_timestamp() + {Interval})
        ON CONFLICT (id) DO UPDATE
        SET instance = @Instance, tenure = watch.tenure + (watch.instance <> @Instance)::int, until = clock_timestamp() + {Interval}
        WHERE watch.instance = @Instance OR watch.until <= clock_timestamp()
        RETURNING tenure
        """;

    private readonly LiveRuns _runs;
    private readonly Guid _instance = Guid.NewGuid();
    private long? _tenure;

    /// <inheritdoc/>
    public long Run => _runs.Own;

    /// <inheritdoc/>
    public StoreBacklog Backlog => _payments.Backlog;

    /// <inheritdoc/>
    public bool IsLive(long run) => _runs.IsLive(run);

    /// <summary>Says that this run is still there, and learns which others are. To be called well within <see cref="RunLease"/>.</summary>
    public Task RenewRunAsync(CancellationToken ct) => _runs.RenewAsync(ct);

    /// <summary>Takes the watch over the chain, or keeps it: of all instances one has it. Whoever has it asks again well within <see cref="WatchLease"/>.</summary>
    /// <returns>The number of the tenure: another one than before where another instance had the watch in between. Null where another has it.</returns>
    public async Task<long?> TryWatchAsync(CancellationToken ct) => _tenure = await _database.RunAsync(
        db => db.ExecuteScalarAsync<long?>(new CommandDefinition(TakeWatch, new { Instance = _instance, Seconds = WatchLease.TotalSeconds }, cancellationToken: ct)), ct);

    /// <inheritdoc/>
    /// <remarks>The cursor is the watch's: an instance that another has taken over from does not move it. It takes the watch where it never asked for it.</remarks>
    /// <exception cref="StoreUnavailableException">Another instance has the watch.</exception>
    public async Task SetCursorAsync(string text, ChainTip tip, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (_tenure is null && await TryWatchAsync(ct) is null) throw WatchLost();
        var isWritten = await _database.RunAsync(
            async db => 1 == await db.ExecuteAsync(
                $"""
                WITH mine AS (UPDATE watch SET until = clock_timestamp() + {Interval} WHERE instance = @Instance AND tenure = @Tenure RETURNING 1)
                INSERT INTO chain_cursor ({ChainCursorRow.Columns}) SELECT {ChainCursorRow.Values} FROM mine {ChainCursorRow.OrUpdate}
                """,
                new { Instance = _instance, Tenure = _tenure, Seconds = WatchLease.TotalSeconds, Text = text, Height = (long)tip.Height, Hash = tip.Hash.ToString(), tip.MedianTime }),
            CancellationToken.None);
        if (!isWritten) throw WatchLost();
    }

    /// <summary>What an instance is told that goes on watching although another has taken over.</summary>
    public StoreUnavailableException WatchLost() => new($"{_database.Name}: another instance follows the chain by now", null);

    /// <summary>The payout index of the next channel. Channels are added in the order of these, by all instances: what is added from now on has this one or a higher one.</summary>
    public Task<uint> NextPayoutIndexAsync(CancellationToken ct) => _database.RunAsync(
        async db => checked((uint)await db.ExecuteScalarAsync<long>(new CommandDefinition("SELECT next FROM payout_counter", cancellationToken: ct))), ct);

    /// <summary>The channels from a payout index on, by whatever instance they were added, that are not final and whose deposit is in no block.</summary>
    public Task<IReadOnlyList<UnminedChannel>> UnminedFromAsync(uint payoutIndex, CancellationToken ct) => _database.RunAsync(
        db => UnminedAsync(db, "channel WHERE is_settled = 0 AND deposit_height IS NULL AND payout_index >= @from ORDER BY payout_index", new { from = (long)payoutIndex }, ct), ct);

    /// <summary>
    /// The names of channels as they are written otherwise than by a payment, by this instance or another, as long as the connection lasts. Those
    /// written before it began are not told, nor those written after it broke: what hangs on it is what is worth keeping in memory, never what is true.
    /// </summary>
    public async IAsyncEnumerable<ChannelId> ChangedAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await PostgresErrors.TranslateAsync(_database.Name, () => _database.OpenListeningAsync(ct));
        var told = new Queue<string>();
        connection.Notification += (_, notification) => told.Enqueue(notification.Payload);
        await PostgresErrors.TranslateAsync(_database.Name, () => connection.ExecuteAsync($"LISTEN {_channel}"));
        while (true)
        {
            while (told.TryDequeue(out var name)) yield return ChannelId.Parse(name);
            await PostgresErrors.TranslateAsync(_database.Name, async () =>
            {
                await connection.WaitAsync(ct);
                return 0;
            });
        }
    }

    /// <summary>Lets another instance have the watch.</summary>
    public async Task LeaveWatchAsync()
    {
        try
        {
            await _database.RunAsync(
                db => db.ExecuteAsync("UPDATE watch SET until = '-infinity' WHERE instance = @Instance", new { Instance = _instance }), CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // Then the lease ends by itself.
        }
    }
}

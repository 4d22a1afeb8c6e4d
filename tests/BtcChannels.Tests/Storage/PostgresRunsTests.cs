using BtcChannels.Storage.Postgres;
using Npgsql;

namespace BtcChannels.Tests.Storage;

/// <summary>Which runs count as live, of instances that come, go, hang and come back.</summary>
public sealed class PostgresRunsTests : PostgresPair
{
    private Task<int> EndLeaseAsync(long run) => Postgres.ExecuteAsync("UPDATE run SET until = clock_timestamp() - interval '1 second' WHERE id = @run", new { run });

    [PostgresFact]
    public async Task Each_opening_is_a_run_of_its_own()
    {
        await using var third = await Postgres.OpenAsync();

        Assert.True(0 < One.Run && One.Run < Other.Run && Other.Run < third.Run);
        foreach (var store in (PostgresMerchantStore[])[One, Other, third])
            foreach (var run in (long[])[One.Run, Other.Run, third.Run])
                Assert.True(store.IsLive(run), $"{run} at {store.Run}");
    }

    [PostgresFact]
    public async Task One_that_has_ended_is_over_and_stays_so()
    {
        var over = Other.Run;
        await Other.DisposeAsync();

        for (var look = 0; look < 3; look++)
        {
            await One.RenewRunAsync(Ct);
            Assert.False(One.IsLive(over));
        }
    }

    [PostgresFact]
    public async Task One_that_is_not_heard_of_is_over_when_its_lease_ends_and_stays_so_however_often_is_looked()
    {
        await One.RenewRunAsync(Ct);
        await EndLeaseAsync(Other.Run);
        Assert.True(One.IsLive(Other.Run));   // as far as it knows

        for (var look = 0; look < 4; look++)
        {
            await One.RenewRunAsync(Ct);
            Assert.False(One.IsLive(Other.Run), $"look {look}");
            Assert.True(One.IsLive(One.Run));
        }
    }

    [PostgresFact]
    public async Task The_lease_is_a_minute_by_the_clock_of_the_database()
    {
        await EndLeaseAsync(One.Run);
        await One.RenewRunAsync(Ct);

        Assert.True(await Postgres.AskAsync<bool>("SELECT min(until) > clock_timestamp() + interval '30 seconds' AND max(until) <= clock_timestamp() + interval '1 minute' FROM run"));
    }

    [PostgresFact]
    public async Task One_that_comes_back_is_live_again()
    {
        await EndLeaseAsync(Other.Run);
        await One.RenewRunAsync(Ct);
        Assert.False(One.IsLive(Other.Run));

        await Other.RenewRunAsync(Ct);
        await One.RenewRunAsync(Ct);

        Assert.True(One.IsLive(Other.Run));
        Assert.True(Other.IsLive(Other.Run));
    }

    [PostgresFact]
    public async Task What_was_not_heard_of_for_a_day_is_forgotten_and_may_come_back_all_the_same()
    {
        await Postgres.ExecuteAsync("UPDATE run SET until = clock_timestamp() - interval '25 hours' WHERE id = @run", new { run = Other.Run });
        await One.RenewRunAsync(Ct);
        Assert.Equal(1, await Postgres.AskAsync<long>("SELECT count(*) FROM run"));

        await Other.RenewRunAsync(Ct);
        await One.RenewRunAsync(Ct);

        Assert.True(One.IsLive(Other.Run));
    }

    [PostgresFact]
    public async Task One_that_came_and_went_between_two_looks_is_over()
    {
        var brief = await Postgres.AskAsync<long>("INSERT INTO run (until) VALUES (clock_timestamp() - interval '1 second') RETURNING id");
        var ended = await Postgres.OpenAsync();
        await ended.DisposeAsync();
        Assert.True(One.IsLive(brief) && One.IsLive(ended.Run));   // begun since it looked

        for (var look = 0; look < 3; look++)
        {
            await One.RenewRunAsync(Ct);
            Assert.False(One.IsLive(brief) || One.IsLive(ended.Run));
        }
    }

    [PostgresFact]
    public async Task One_whose_number_is_taken_and_not_seen_yet_is_not_over()
    {
        await using var db = new NpgsqlConnection(Postgres.ConnectionString);
        await db.OpenAsync();
        await using var beginning = await db.BeginTransactionAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO run (until) VALUES (clock_timestamp() + interval '1 minute') RETURNING id", db, beginning);
        var number = (long)(await insert.ExecuteScalarAsync())!;

        // A later one opens, and one that has been there for long looks.
        var opening = Task.Run(() => Postgres.OpenAsync(Postgres.NamedConnectionString("late")));
        var looking = Task.Run(() => One.RenewRunAsync(Ct));
        while (!(opening.IsCompleted && looking.IsCompleted)
            && await Postgres.AskAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'run'::regclass") < 2) await Task.Delay(10);
        await beginning.CommitAsync();
        await using var late = await opening;
        await looking;

        Assert.True(late.Run > number);
        Assert.True(late.IsLive(number) && One.IsLive(number) && One.IsLive(late.Run));
    }

    [PostgresFact]
    public async Task Many_that_open_and_look_at_once_do_not_stand_in_each_others_way()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Postgres.AddFolder()).ToList().Select(folder => Task.Run(() => Postgres.OpenAsync(folder: folder))));
        await Task.WhenAll(stores.SelectMany(it => Enumerable.Range(0, 5).Select(_ => Task.Run(() => it.RenewRunAsync(Ct)))));

        foreach (var store in stores) Assert.All(stores, it => Assert.True(store.IsLive(it.Run)));
        foreach (var store in stores) await store.DisposeAsync();
    }
}

using BtcChannels.AspNetCore;
using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;
using NBitcoin;
using Npgsql;

namespace BtcChannels.Tests.Storage;

/// <summary>Two instances' stores on one database.</summary>
public sealed class PostgresInstancesTests : PostgresPair
{
    private static readonly ChainTip Tip = new(1_000, StoreSample.Hash("tip"), 1_800_000_000);

    [PostgresFact]
    public async Task Of_payments_at_once_at_both_one_is_written_for_each_channel()
    {
        var channels = new List<MerchantChannel>();
        for (var i = 0; i < 50; i++) channels.Add(await AddOpenAsync($"{i}"));
        Task<bool[]> PayAllAsync(PostgresMerchantStore store, IEnumerable<MerchantChannel> order, long total) =>
            Task.Run(() => Task.WhenAll(order.Select(it => store.TryWritePaymentAsync(new PayableChannel(it).With(StoreSample.Paid(total)), Ct))));

        var written = await Task.WhenAll(PayAllAsync(One, channels, 1), PayAllAsync(Other, Enumerable.Reverse(channels), 2));

        var byOne = written[0];
        var byOther = written[1].Reverse().ToArray();
        for (var i = 0; i < channels.Count; i++)
        {
            Assert.True(byOne[i] ^ byOther[i], $"{i}");
            Assert.Equal(byOne[i] ? 1 : 2, (await One.FindAsync(channels[i].Id, Ct))!.Balance.Authorized.Satoshi);
        }
    }

    [PostgresFact]
    public async Task Of_a_payment_and_a_close_at_once_one_is_written()
    {
        for (var i = 0; i < 20; i++)
        {
            var channel = await AddOpenAsync($"{i}");
            var paid = new PayableChannel(channel).With(StoreSample.Paid(10));

            var written = await Task.WhenAll(
                Task.Run(() => One.TryWritePaymentAsync(paid, Ct)), Task.Run(() => One.TryWritePaymentAsync(paid.With(StoreSample.Paid(20)), Ct)),
                Task.Run(() => Other.TryWriteAsync(channel with { State = new MerchantState.Closing(StoreSample.Close) }, 1, Ct)));

            Assert.True(written[0] ^ written[2]);
            Assert.True(written[0] || !written[1]);
            Assert.Equal(written[2], (await One.FindAsync(channel.Id, Ct))!.State is MerchantState.Closing);
        }
    }

    [PostgresFact]
    public async Task Payments_that_are_committed_together_are_told()
    {
        var (channel, committed) = (await AddOpenAsync("coin"), new System.Collections.Concurrent.ConcurrentQueue<int>());
        One.Backlog.Committed += committed.Enqueue;
        var chain = new PayableChannel(channel);
        var writes = new List<Task<bool>>();
        for (var total = 1; total <= 50; total++) writes.Add(One.TryWritePaymentAsync(chain = chain.With(StoreSample.Paid(total)), Ct));
        Assert.All(await Task.WhenAll(writes), Assert.True);
        for (var i = 0; i < 500 && committed.Sum() < 50; i++) await Task.Delay(10);
        Assert.Equal((50, 0), (committed.Sum(), One.Backlog.Waiting));
        Assert.True(committed.Count < 50, "each was committed for itself");
    }

    [PostgresFact]
    public async Task Payout_indices_are_shared_without_gaps_and_without_doubles()
    {
        var deposits = Enumerable.Range(0, 40).Select(number => StoreSample.DepositTransaction($"{number}")).ToList();

        var outcomes = await Task.WhenAll(deposits.Select((deposit, i) => Task.Run(() => (i % 2 == 0 ? One : Other).AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct))));

        Assert.Equal(Enumerable.Range(0, 40).Select(it => (uint)it), outcomes.Cast<AddOutcome.Added>().Select(it => it.Channel.PayoutIndex).Order());
        Assert.Equal(40u, await Other.NextPayoutIndexAsync(Ct));
    }

    [PostgresFact]
    public async Task Of_adds_at_once_at_both_one_is_admitted()
    {
        for (var i = 0; i < 10; i++)
        {
            var deposit = StoreSample.DepositTransaction($"{i}");
            var outcomes = await Task.WhenAll(new[] { One, Other, One, Other }.Select((store, n) => Task.Run(() =>
                store.AddAsync(index => StoreSample.Merchant(deposit, index) with { Offer = StoreSample.Offer($"{i} {n % 3}") }, deposit, Ct))));

            Assert.Single(outcomes.OfType<AddOutcome.Added>());
        }
    }

    [PostgresFact]
    public async Task What_others_have_added_is_told_in_the_order_of_the_indices()
    {
        await AddOpenAsync("before");
        var from = await Other.NextPayoutIndexAsync(Ct);
        var (mined, pending) = (StoreSample.DepositTransaction("mined"), StoreSample.DepositTransaction("pending", "second coin"));
        await One.AddAsync(index => StoreSample.Merchant(mined, index) with { DepositHeight = 5 }, mined, Ct);
        await One.AddAsync(index => StoreSample.Merchant(pending, index), pending, Ct);

        var added = Assert.Single(await Other.UnminedFromAsync(from, Ct));

        Assert.Equal((pending.GetHash(), from + 1), (added.Channel.Deposit.OutPoint.Hash, added.Channel.PayoutIndex));
        Assert.Equal(new[] { StoreSample.Coin("pending"), StoreSample.Coin("second coin") }.ToHashSet(), added.DepositInputs.ToHashSet());
    }

    [PostgresFact]
    public async Task One_of_them_has_the_watch_and_keeps_it()
    {
        Assert.NotNull(await One.TryWatchAsync(Ct));
        Assert.Null(await Other.TryWatchAsync(Ct));
        Assert.NotNull(await One.TryWatchAsync(Ct));

        await One.LeaveWatchAsync();

        Assert.NotNull(await Other.TryWatchAsync(Ct));
        Assert.Null(await One.TryWatchAsync(Ct));
    }

    [PostgresFact]
    public async Task Of_many_that_ask_at_once_one_has_the_watch()
    {
        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () => (i % 2, await (i % 2 == 0 ? One : Other).TryWatchAsync(Ct)))));

        Assert.Single(asked.Where(it => it.Item2 is not null).Select(it => it.Item1).Distinct());
    }

    [PostgresFact]
    public async Task The_watch_ends_by_the_clock_of_the_database()
    {
        Assert.NotNull(await One.TryWatchAsync(Ct));
        Assert.True(await Postgres.AskAsync<bool>("SELECT until BETWEEN clock_timestamp() + interval '20 seconds' AND clock_timestamp() + interval '30 seconds' FROM watch"));

        await Postgres.ExecuteAsync("UPDATE watch SET until = clock_timestamp()");

        Assert.NotNull(await Other.TryWatchAsync(Ct));
        Assert.Null(await One.TryWatchAsync(Ct));
    }

    [PostgresFact]
    public async Task A_tenure_ends_when_another_has_had_the_watch()
    {
        var first = await One.TryWatchAsync(Ct);
        await One.LeaveWatchAsync();
        Assert.Equal(first, await One.TryWatchAsync(Ct));
        await One.LeaveWatchAsync();

        Assert.Equal(first + 1, await Other.TryWatchAsync(Ct));
        await Other.LeaveWatchAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => One.SetCursorAsync("of the first tenure", Tip, Ct));   // nobody has it, and yet
        Assert.Equal(first + 2, await One.TryWatchAsync(Ct));
        await One.SetCursorAsync("of the third", Tip, Ct);
    }

    [PostgresFact]
    public async Task Work_that_takes_long_renews_the_watch_and_ends_when_another_has_taken_over()
    {
        var clock = new SteppingClock();
        var duty = new WatchDuty(One, clock);
        Assert.True(await duty.TakeAsync(Ct));
        await Postgres.ExecuteAsync("UPDATE watch SET until = clock_timestamp() + interval '5 seconds'");
        await duty.KeepAsync(Ct);
        Assert.True(await Postgres.AskAsync<bool>("SELECT until < clock_timestamp() + interval '10 seconds' FROM watch"));   // too early to ask

        clock.Step(TimeSpan.FromSeconds(11));
        await duty.KeepAsync(Ct);
        Assert.True(await Postgres.AskAsync<bool>("SELECT until > clock_timestamp() + interval '10 seconds' FROM watch"));

        await Postgres.ExecuteAsync("UPDATE watch SET until = clock_timestamp()");
        Assert.NotNull(await Other.TryWatchAsync(Ct));
        clock.Step(TimeSpan.FromSeconds(11));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => duty.KeepAsync(Ct).AsTask());
        Assert.False(duty.IsOurs);
    }

    [PostgresFact]
    public async Task A_watch_outlives_the_connection_that_it_was_taken_by()
    {
        Assert.NotNull(await One.TryWatchAsync(Ct));
        await Postgres.KillConnectionsAsync("one");

        Assert.Null(await Other.TryWatchAsync(Ct));
    }

    [PostgresFact]
    public async Task Whoever_was_taken_over_from_does_not_move_the_cursor()
    {
        await One.SetCursorAsync("one", Tip, Ct);
        await Postgres.ExecuteAsync("UPDATE watch SET until = clock_timestamp()");
        await Other.SetCursorAsync("other", Tip with { Height = 1_001 }, Ct);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => One.SetCursorAsync("one again", Tip, Ct));

        Assert.Equal(new StoredCursor("other", Tip with { Height = 1_001 }), await One.GetCursorAsync(Ct));
    }

    [PostgresFact]
    public async Task What_another_writes_is_told_unless_it_is_a_payment()
    {
        var (paid, closed) = (await AddOpenAsync("paid"), await AddOpenAsync("closed"));
        await using var told = One.ChangedAsync(Ct).GetAsyncEnumerator(Ct);
        var next = told.MoveNextAsync().AsTask();
        while (await Postgres.AskAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND application_name LIKE current_schema() || '_one'") == 0) await Task.Delay(10);

        Assert.True(await Other.TryWritePaymentAsync(new PayableChannel(paid).With(StoreSample.Paid(1)), Ct));
        Assert.True(await Other.TryWriteAsync(closed with { State = new MerchantState.Closing(StoreSample.Close) }, 1, Ct));
        Assert.False(await Other.TryWriteAsync(paid, 7, Ct));

        Assert.True(await next);
        Assert.Equal(closed.Id, told.Current);
    }

    [PostgresFact]
    public async Task Stores_in_two_schemas_do_not_meet()
    {
        await using var elsewhere = await TestPostgres.MakeAsync();
        await using var stranger = await elsewhere.OpenAsync();
        await AddOpenAsync("coin");

        Assert.NotNull(await One.TryWatchAsync(Ct));
        Assert.NotNull(await stranger.TryWatchAsync(Ct));
        Assert.Empty(await stranger.CountsAsync(Ct));
    }

    [PostgresFact]
    public async Task A_lost_connection_is_told_and_the_next_write_goes_through()
    {
        var channel = new PayableChannel(await AddOpenAsync("coin"));
        for (var total = 1; total <= 5; total++)
        {
            await Postgres.KillConnectionsAsync("one");
            var paid = channel.With(StoreSample.Paid(total));
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    Assert.True(await One.TryWritePaymentAsync(paid, Ct));
                    break;
                }
                catch (StoreUnavailableException) when (attempt < 5)
                {
                }
            }
            channel = paid;
        }

        Assert.Equal((5, 6L), ((int)(await Other.FindAsync(channel.Id, Ct))!.Balance.Authorized.Satoshi, (await Other.FindAsync(channel.Id, Ct))!.Version));
    }

    [PostgresFact]
    public async Task What_waits_for_too_long_a_queue_is_told_at_once()
    {
        var channel = await AddOpenAsync("coin");
        var chain = new PayableChannel(channel);
        var writes = new List<Task<bool>>();
        await using (var db = new NpgsqlConnection(Postgres.ConnectionString))
        {
            await db.OpenAsync();
            await using var held = await db.BeginTransactionAsync();
            await using (var lockRow = new NpgsqlCommand("SELECT 1 FROM channel FOR UPDATE", db, held)) await lockRow.ExecuteNonQueryAsync();
            var total = 0;
            Assert.Throws<StoreBusyException>(() =>
            {
                while (total < 50_000) writes.Add(One.TryWritePaymentAsync(chain = chain.With(StoreSample.Paid(++total)), Ct));
            });
            Assert.True(writes.Count >= PaymentWriter.MaxWaiting);
            Assert.DoesNotContain(writes, it => it.IsCompleted);
        }

        Assert.All(await Task.WhenAll(writes), Assert.True);
        Assert.Equal(writes.Count, (await One.FindAsync(channel.Id, Ct))!.Balance.Authorized.Satoshi);
    }

    [PostgresFact]
    public async Task A_payment_that_cannot_be_stored_leaves_its_neighbours_alone()
    {
        var channels = new List<MerchantChannel>();
        for (var i = 0; i < 5; i++) channels.Add(await AddOpenAsync($"{i}"));

        var writes = channels.Select((it, i) => One.TryWritePaymentAsync(new PayableChannel(it).With(StoreSample.Paid(i == 2 ? 100_001 : 50)), Ct)).ToList();

        await Assert.ThrowsAsync<PostgresException>(() => writes[2]);
        foreach (var (write, i) in writes.Select((it, i) => (it, i)))
        {
            if (i != 2) Assert.True(await write);
            Assert.Equal(i == 2 ? 0 : 50, (await One.FindAsync(channels[i].Id, Ct))!.Balance.Authorized.Satoshi);
        }
    }

    [PostgresFact]
    public async Task A_closed_store_says_so()
    {
        var channel = await AddOpenAsync("coin");
        await One.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => One.CountsAsync(Ct));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => One.TryWritePaymentAsync(new PayableChannel(channel).With(StoreSample.Paid(1)), Ct));
        await One.DisposeAsync();
    }

    private sealed class SteppingClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Step(TimeSpan by) => _ticks += by.Ticks;
    }
}

using BtcChannels.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace BtcChannels.Tests.Storage;

/// <summary>What shares a transaction, what of it fails, and with whom.</summary>
public sealed class SqliteWriterTests : IAsyncLifetime, IDisposable
{
    private readonly DataFolder _folder = new();
    private SqliteFile _file = null!;

    private static CancellationToken Ct => CancellationToken.None;

    public async Task InitializeAsync() => _file = await SqliteFile.OpenAsync(StoreFormat.Merchant, _folder.Path, StoreSample.Network, TimeSpan.Zero, Ct);

    public async Task DisposeAsync() => await _file.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    private Task<int> SetAsync(long next, bool isOneStatement = false)
    {
        int Set(SqliteConnection db, SqliteTransaction tx) => db.Execute("UPDATE payout_counter SET next = @next", new { next }, tx);
        return isOneStatement ? _file.WriteOneAsync(Set, Ct) : _file.WriteAsync(Set, Ct);
    }

    private Task<long> GetAsync() => _file.ReadAsync(db => db.ExecuteScalar<long>("SELECT next FROM payout_counter"), Ct);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_faulty_fails_alone(bool isOneStatement)
    {
        Task<int> good, faulty, next;
        using (await Halt.AtAsync(_file)) (good, faulty, next) = (SetAsync(5), SetAsync(-1, isOneStatement), _file.WriteAsync((db, tx) => db.Execute("UPDATE payout_counter SET next = next + 1", transaction: tx), Ct));

        await Assert.ThrowsAsync<SqliteException>(() => faulty);
        Assert.Equal((1, 1), (await good, await next));
        Assert.Equal(6, await GetAsync());
    }

    [Fact]
    public async Task What_waits_and_what_was_committed_together_is_told()
    {
        var committed = new List<int>();
        _file.Backlog.Committed += committed.Add;
        Task<int>[] writes;
        using (await Halt.AtAsync(_file))
        {
            writes = [.. Enumerable.Range(1, 5).Select(it => SetAsync(it))];
            Assert.Equal(5, _file.Backlog.Waiting);
            Assert.Empty(committed);
        }
        await Task.WhenAll(writes);
        await SetAsync(6);
        Assert.Equal(0, _file.Backlog.Waiting);
        await _file.DisposeAsync();   // whoever waits is told first
        Assert.Equal([1, 5, 1], committed);
    }

    [Fact]
    public async Task Work_that_fails_half_way_leaves_nothing_of_its_first_half()
    {
        Task<int> good, halfway;
        using (await Halt.AtAsync(_file))
        {
            good = SetAsync(5);
            halfway = _file.WriteAsync<int>(
                (db, tx) =>
                {
                    db.Execute("UPDATE payout_counter SET next = 77", transaction: tx);
                    throw new TimeoutException();
                },
                Ct);
        }

        await Assert.ThrowsAsync<TimeoutException>(() => halfway);
        Assert.Equal(1, await good);
        Assert.Equal(5, await GetAsync());
    }

    [Fact]
    public async Task Nobody_is_told_and_nothing_is_seen_before_the_commit()
    {
        Task<int> first;
        Task<(bool, long)> second;
        using (await Halt.AtAsync(_file))
        {
            first = SetAsync(5);
            second = _file.WriteAsync((_, _) => (first.IsCompleted, GetAsync().GetAwaiter().GetResult()), Ct);
        }

        Assert.Equal((false, 0), await second);
        Assert.Equal(5, await GetAsync());
    }

    [Fact]
    public async Task Whoever_gives_up_in_time_is_left_out_and_the_others_are_not()
    {
        using var gone = new CancellationTokenSource();
        Task<int> good, given;
        using (await Halt.AtAsync(_file))
        {
            good = SetAsync(5);
            given = _file.WriteAsync((db, tx) => db.Execute("UPDATE payout_counter SET next = 99", transaction: tx), gone.Token);
            await gone.CancelAsync();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal(1, await good);
        Assert.Equal(5, await GetAsync());
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_fails_all_that_comes_and_nothing_that_was_and_is_written_again_when_it_can_be()
    {
        await SetAsync(5);
        using (new ReadOnly(_file))
        {
            var refused = Enumerable.Range(6, 10).Select(it => SetAsync(it, isOneStatement: it % 2 == 0)).ToList();
            foreach (var write in refused) await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
            Assert.Equal(5, await GetAsync());
        }

        await SetAsync(8);
        Assert.Equal(8, await GetAsync());
    }

    [Fact]
    public async Task A_disk_that_fills_up_in_the_middle_of_a_batch_fails_all_of_it_and_is_used_again_when_there_is_room()
    {
        await LimitAsync(10);
        Task<int> before, big, after;
        using (await Halt.AtAsync(_file))
        {
            before = SetAsync(5);
            big = _file.WriteOneAsync((db, tx) => db.Execute("UPDATE meta SET seed_fingerprint = zeroblob(400000)", transaction: tx), Ct);
            after = SetAsync(6);
        }
        foreach (var write in new[] { before, big, after }) await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        Assert.Equal(0, await GetAsync());

        await SetAsync(7);
        Assert.Equal(7, await GetAsync());
        await LimitAsync(1_000);
        Assert.Equal(1, await _file.WriteOneAsync((db, tx) => db.Execute("UPDATE meta SET seed_fingerprint = zeroblob(400000)", transaction: tx), Ct));
    }

    [Fact]
    public async Task A_commit_that_fails_is_told_as_what_it_was_fails_all_of_its_batch_and_the_next_one_goes_through()
    {
        await SetAsync(5);
        SQLitePCL.sqlite3? handle = null;
        await _file.WriteOneAsync((db, _) => handle = db.Handle, Ct);
        SQLitePCL.raw.sqlite3_commit_hook(handle, _ => 1, null);   // SQLite rolls back by itself, as it does when the disk fails it there
        List<Task<int>> refused;
        using (await Halt.AtAsync(_file)) refused = [.. Enumerable.Range(6, 10).Select(it => SetAsync(it, isOneStatement: it % 2 == 0))];
        foreach (var write in refused) Assert.Equal(SQLitePCL.raw.SQLITE_CONSTRAINT, (await Assert.ThrowsAsync<SqliteException>(() => write)).SqliteErrorCode);
        Assert.Equal(5, await GetAsync());

        SQLitePCL.raw.sqlite3_commit_hook(handle, null, null);
        await SetAsync(8);
        Assert.Equal(8, await GetAsync());
    }

    [Fact]
    public async Task When_too_much_waits_whoever_comes_is_told_at_once_and_all_that_waited_is_done()
    {
        List<Task<int>> waiting = [];
        using (await Halt.AtAsync(_file))
        {
            for (var i = 0; i < SqliteWriter.MaxWaiting; i++) waiting.Add(_file.WriteOneAsync((_, _) => 1, Ct));
            for (var i = 0; i < 3; i++) Assert.Throws<StoreBusyException>(() => { _ = SetAsync(1); });
        }

        Assert.Equal(SqliteWriter.MaxWaiting, (await Task.WhenAll(waiting)).Sum());
        Assert.Equal(0, await GetAsync());
        Assert.Equal(1, await SetAsync(1));
    }

    [Fact]
    public async Task Closing_does_what_was_asked_for_and_takes_no_more()
    {
        List<Task<int>> waiting;
        ValueTask closing;
        using (await Halt.AtAsync(_file))
        {
            waiting = [.. Enumerable.Range(1, 2_500).Select(it => SetAsync(it))];
            closing = _file.DisposeAsync();
            Assert.Throws<ObjectDisposedException>(() => { _ = SetAsync(1); });
        }

        Assert.All(await Task.WhenAll(waiting), it => Assert.Equal(1, it));
        await closing;
        await using var again = await SqliteFile.OpenAsync(StoreFormat.Merchant, _folder.Path, StoreSample.Network, TimeSpan.Zero, Ct);
        Assert.Equal(2_500, await again.ReadAsync(db => db.ExecuteScalar<long>("SELECT next FROM payout_counter"), Ct));
    }

    private Task<int> LimitAsync(int pages) => _file.WriteAsync(
        (db, tx) => db.Execute($"PRAGMA max_page_count = {db.ExecuteScalar<long>("PRAGMA page_count", transaction: tx) + pages}", transaction: tx), Ct);
}

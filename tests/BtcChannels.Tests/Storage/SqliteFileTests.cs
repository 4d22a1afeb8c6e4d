using BtcChannels.Storage;
using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

public sealed class SqliteFileTests : IDisposable
{
    private readonly DataFolder _folder = new();

    private static CancellationToken Ct => CancellationToken.None;

    public void Dispose() => _folder.Dispose();

    private Task<SqliteMerchantStore> OpenAsync(DataFolder? folder = null) =>
        SqliteMerchantStore.OpenAsync((folder ?? _folder).Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    private async Task MakeAsync() => await (await OpenAsync()).DisposeAsync();

    private static async Task<MerchantChannel> AddAsync(SqliteMerchantStore store, string coin)
    {
        var deposit = StoreSample.DepositTransaction(coin);
        return Assert.IsType<AddOutcome.Added>(await store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct)).Channel;
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        MerchantChannel added;
        await using (var store = await OpenAsync())
        {
            added = await AddAsync(store, "coin");
            await store.SetCursorAsync("here", new ChainTip(5, StoreSample.Hash("tip"), 77), Ct);
        }

        await using var again = await OpenAsync();
        Assert.Equal(Described.Of(added), Described.Of(await again.FindAsync(added.Id, Ct)));
        Assert.Equal("here", (await again.GetCursorAsync(Ct))?.Text);
        Assert.Equal(1u, (await AddAsync(again, "next")).PayoutIndex);
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_crash()
    {
        await using var store = await OpenAsync();
        var added = await AddAsync(store, "coin");
        Assert.True(await store.TryWriteAsync(added with { State = new MerchantState.Open() }, 1, Ct));
        Assert.True(await store.TryWritePaymentAsync(new PayableChannel(added with { Version = 2 }).With(StoreSample.Paid(1_000)), Ct));

        using var copy = _folder.Snapshot("merchant.db");
        Assert.True(new FileInfo(copy.File("merchant.db-wal")).Length > 0);
        await using var survivor = await OpenAsync(copy);

        var expected = added with { State = new MerchantState.Open(), Balance = StoreSample.Paid(1_000), Version = 3 };
        Assert.Equal(Described.Of(expected), Described.Of(await survivor.FindAsync(added.Id, Ct)));
    }

    [Fact]
    public async Task A_log_torn_in_its_last_write_loses_that_write_alone()
    {
        await using var store = await OpenAsync();
        var added = await AddAsync(store, "coin");
        Assert.True(await store.TryWriteAsync(added with { DepositHeight = 8 }, 1, Ct));
        using var copy = _folder.Snapshot("merchant.db");
        using (var log = new FileStream(copy.File("merchant.db-wal"), FileMode.Open)) log.SetLength(log.Length - 100);

        await using var survivor = await OpenAsync(copy);

        Assert.Equal(Described.Of(added), Described.Of(await survivor.FindAsync(added.Id, Ct)));
    }

    [Fact]
    public async Task A_second_merchant_is_refused_at_once()
    {
        await using var store = await OpenAsync();

        await Assert.ThrowsAsync<StoreLockedException>(() => OpenAsync());

        await AddAsync(store, "coin");
    }

    [Fact]
    public async Task A_store_of_another_network_is_refused_and_left_alone()
    {
        await MakeAsync();
        var before = await File.ReadAllBytesAsync(_folder.File("merchant.db"));

        var refusal = await Assert.ThrowsAsync<StoreMismatchException>(() => SqliteMerchantStore.OpenAsync(_folder.Path, Network.Main, DataFolder.Fingerprint, Ct));

        Assert.Contains("another network", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File("merchant.db")));
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        await MakeAsync();
        _folder.Execute("merchant.db", "UPDATE meta SET schema_version = schema_version + 1");

        var refusal = await Assert.ThrowsAsync<StoreMismatchException>(() => OpenAsync());

        Assert.Contains("newer", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_folder.Path);
        _folder.Execute("merchant.db", "CREATE TABLE wallet (coins INTEGER)");
        var before = await File.ReadAllBytesAsync(_folder.File("merchant.db"));

        await Assert.ThrowsAsync<StoreMismatchException>(() => OpenAsync());

        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File("merchant.db")));
        Assert.False(File.Exists(_folder.Seed));
    }

    [Fact]
    public async Task A_customers_store_is_no_merchants()
    {
        await (await CustomerStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, TimeSpan.Zero, Ct)).DisposeAsync();
        File.Move(_folder.File("customer.db"), _folder.File("merchant.db"));

        await Assert.ThrowsAsync<StoreMismatchException>(() => OpenAsync());
    }

    [Fact]
    public async Task Garbage_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_folder.Path);
        var garbage = Enumerable.Range(0, 10_000).Select(it => (byte)(it * 31 % 251)).ToArray();
        await File.WriteAllBytesAsync(_folder.File("merchant.db"), garbage);

        await Assert.ThrowsAsync<StoreCorruptException>(() => OpenAsync());

        Assert.Equal(garbage, await File.ReadAllBytesAsync(_folder.File("merchant.db")));
    }

    [Fact]
    public async Task Damage_inside_is_told()
    {
        await using (var store = await OpenAsync())
            for (var i = 0; i < 50; i++) await AddAsync(store, $"{i}");
        using (var file = new FileStream(_folder.File("merchant.db"), FileMode.Open))
        {
            file.Position = 4096;
            file.Write(Enumerable.Repeat((byte)0xa5, (int)file.Length - 4096).ToArray());
        }

        await Assert.ThrowsAsync<StoreCorruptException>(async () =>
        {
            await using var store = await OpenAsync();
            await store.FindAsync(new ChannelId(StoreSample.Coin("any")), Ct);
        });
    }

    [Theory]
    [InlineData("kind = 'p2tr'")]
    [InlineData("merchant_key = zeroblob(33)")]
    [InlineData("customer_key = merchant_key")]
    [InlineData("state = 'frozen'")]
    [InlineData("spend_height = NULL")]
    [InlineData("signature = zeroblob(64)")]
    [InlineData("close_signature = zeroblob(64)")]
    [InlineData("close_transaction = x'00'")]
    [InlineData("close_transaction = x''")]
    [InlineData("spend_txid = 'no hash'")]
    [InlineData("deposit_height = 3000000000")]
    [InlineData("spent = authorized * 1000 + 1")]
    public async Task A_row_that_could_not_have_been_written_is_told(string damage)
    {
        MerchantChannel added;
        await using (var store = await OpenAsync())
        {
            added = await AddAsync(store, "coin");
            Assert.True(await store.TryWriteAsync(added with { Balance = StoreSample.Paid(9), State = StoreSample.MerchantStates["closed"] }, 1, Ct));
        }
        _folder.Execute("merchant.db", $"PRAGMA ignore_check_constraints = ON; UPDATE channel SET {damage}");

        await using var again = await OpenAsync();

        await Assert.ThrowsAsync<StoreCorruptException>(() => again.FindAsync(added.Id, Ct));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_leaves_nothing_half_written()
    {
        await using var file = await SqliteFile.OpenAsync(StoreFormat.Merchant, _folder.Path, StoreSample.Network, TimeSpan.Zero, Ct);
        Task<int> FillAsync(int pages) => file.WriteAsync(
            (db, tx) => db.Execute("UPDATE payout_counter SET next = 99; UPDATE meta SET seed_fingerprint = zeroblob(@size)", new { size = pages * 4096 }, tx), Ct);
        await file.WriteAsync((db, tx) => db.Execute($"PRAGMA max_page_count = {db.ExecuteScalar<long>("PRAGMA page_count", transaction: tx) + 10}", transaction: tx), Ct);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => FillAsync(100));

        Assert.Equal(0, await file.ReadAsync(db => db.ExecuteScalar<long>("SELECT next FROM payout_counter"), Ct));
        await FillAsync(5);
        Assert.Equal(99, await file.ReadAsync(db => db.ExecuteScalar<long>("SELECT next FROM payout_counter"), Ct));
    }

    [Fact]
    public async Task A_file_that_others_write_is_told_and_written_later()
    {
        await using var file = await SqliteFile.OpenAsync(StoreFormat.Merchant, _folder.Path, StoreSample.Network, TimeSpan.Zero, Ct);
        await file.WriteAsync((db, tx) => { db.DefaultTimeout = 1; return db.Execute("PRAGMA busy_timeout = 1", transaction: tx); }, Ct);
        using (var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _folder.File("merchant.db"), Pooling = false }.ToString()))
        {
            other.Open();
            using var held = other.BeginTransaction(deferred: false);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => file.WriteAsync((db, tx) => db.Execute("UPDATE payout_counter SET next = 1", transaction: tx), Ct));
        }

        Assert.Equal(1, await file.WriteAsync((db, tx) => db.Execute("UPDATE payout_counter SET next = 1", transaction: tx), Ct));
    }

    [Fact]
    public async Task Readers_cannot_write()
    {
        await using var file = await SqliteFile.OpenAsync(StoreFormat.Merchant, _folder.Path, StoreSample.Network, TimeSpan.Zero, Ct);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => file.ReadAsync(db => db.Execute("UPDATE payout_counter SET next = 1"), Ct));
    }

    [Fact]
    public async Task Commits_are_on_disk_before_they_are_answered()
    {
        await using var file = await SqliteFile.OpenAsync(StoreFormat.Merchant, _folder.Path, StoreSample.Network, TimeSpan.Zero, Ct);

        Assert.Equal("wal", await file.ReadAsync(db => db.ExecuteScalar<string>("PRAGMA journal_mode"), Ct));
        Assert.Equal(2, await file.WriteAsync((db, tx) => db.ExecuteScalar<long>("PRAGMA synchronous", transaction: tx), Ct));
        Assert.Equal(1, await file.WriteAsync((db, tx) => db.ExecuteScalar<long>("PRAGMA foreign_keys", transaction: tx), Ct));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_told()
    {
        await File.WriteAllTextAsync(_folder.Path, "in the way");
        try
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync());
        }
        finally
        {
            File.Delete(_folder.Path);
        }
    }

    [Fact]
    public async Task A_lock_that_cannot_be_made_is_told()
    {
        Directory.CreateDirectory(_folder.File("merchant.db.lock"));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync());
    }

    [Fact]
    public async Task A_state_without_its_facts_is_not_stored()
    {
        await using (var store = await OpenAsync()) await AddAsync(store, "coin");

        Assert.Throws<SqliteException>(() => _folder.Execute("merchant.db", "UPDATE channel SET state = 'closing', deadline = NULL"));
        Assert.Throws<SqliteException>(() => _folder.Execute("merchant.db", "UPDATE channel SET state = 'open'"));
        Assert.Throws<SqliteException>(() => _folder.Execute("merchant.db", "UPDATE channel SET spent = 1"));
        Assert.Throws<SqliteException>(() => _folder.Execute("merchant.db", "UPDATE channel SET is_settled = 1"));
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        var store = await OpenAsync();
        await store.DisposeAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.CountsAsync(Ct));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AddAsync(store, "coin"));
    }

    [Fact]
    public async Task Nobody_else_can_read_what_is_stored()
    {
        if (OperatingSystem.IsWindows()) return;   // folders there inherit the owner's access list
        await using var store = await OpenAsync();
        await AddAsync(store, "coin");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Path));
        string[] files = ["merchant.db", "merchant.db-wal", "merchant.db-shm", "merchant.db.lock", "seed"];
        Assert.Equal(files.Order(), Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        foreach (var file in files) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File(file)));
    }
}

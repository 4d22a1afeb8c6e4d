using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;
using Dapper;
using Microsoft.Data.Sqlite;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

/// <summary>A merchant's store goes from SQLite to PostgreSQL, whole or not at all.</summary>
public sealed class MerchantMoveTests : IAsyncLifetime
{
    private TestPostgres _postgres = null!;
    private DataFolder _folder = null!;

    private static CancellationToken Ct => CancellationToken.None;

    async Task IAsyncLifetime.InitializeAsync()
    {
        if (TestPostgres.Server is null) return;
        _postgres = await TestPostgres.MakeAsync();
        _folder = _postgres.AddFolder();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
    }

    private Task<SqliteMerchantStore> OpenSqliteAsync(DataFolder? folder = null) =>
        SqliteMerchantStore.OpenAsync((folder ?? _folder).Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    private Task<PostgresMerchantStore> OpenPostgresAsync() => _postgres.OpenAsync(folder: _folder);

    private Task<StoreTotals> MoveAsync(DataFolder? folder = null, Network? network = null) =>
        MerchantMove.RunAsync((folder ?? _folder).Path, _postgres.ConnectionString, network ?? StoreSample.Network, DataFolder.Fingerprint, Ct);

    /// <summary>Lets the database do something with each row that comes.</summary>
    private async Task InterfereAsync(string table, string body)
    {
        await (await OpenPostgresAsync()).DisposeAsync();
        await _postgres.ExecuteAsync($"""
            CREATE FUNCTION interfere() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
            CREATE TRIGGER interfere BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION interfere();
            """);
    }

    private static async Task<MerchantChannel> AddAsync(IMerchantStore store, params string[] coins)
    {
        var deposit = StoreSample.DepositTransaction(coins);
        return Assert.IsType<AddOutcome.Added>(await store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct)).Channel;
    }

    /// <summary>A channel of each state, paid and unpaid, held and not, and a cursor.</summary>
    private async Task<List<ChannelId>> FillAsync()
    {
        var ids = new List<ChannelId>();
        await using var store = await OpenSqliteAsync();
        foreach (var (name, state) in StoreSample.MerchantStates)
        {
            var added = await AddAsync(store, name, $"{name}, second coin");
            var changed = added with { State = state, DepositHeight = ids.Count, Balance = ids.Count % 3 == 0 ? Balance.Nothing : StoreSample.Paid(70_000, 1_001), IsHeld = ids.Count % 2 == 0 };
            Assert.True(await store.TryWriteAsync(changed, 1, [new(HistoryKind.Closing, 5 + ids.Count, 7, Money.Satoshis((long)ids.Count), name), new(HistoryKind.Closed, 6, null)], Ct));
            ids.Add(added.Id);
        }
        ids.Add((await AddAsync(store, "untouched")).Id);
        await store.SetCursorAsync("as far as this: ünïcode", new ChainTip(5, StoreSample.Hash("tip"), 77), Ct);
        return ids;
    }

    private static async Task<List<string>> DescribeAsync(IMerchantStore store, IEnumerable<ChannelId> ids)
    {
        var described = new List<string> { Described.Of(await store.GetCursorAsync(Ct)) + (await store.GetCursorAsync(Ct))?.Text };
        foreach (var id in ids)
        {
            var inputs = (await store.DepositInputsAsync(id, Ct)).Select(it => it.ToString()).Order(StringComparer.Ordinal);
            described.Add($"{Described.Of(await store.FindAsync(id, Ct))} {Described.Of(await store.FindDepositAsync(id, Ct))} {string.Join(' ', inputs)} {Described.Of(await ((IMerchantReports)store).HistoryAsync(id, Ct))}");
        }
        return described;
    }

    private async Task AssertNothingMovedAsync()
    {
        Assert.Equal(0, await _postgres.AskAsync<long>("SELECT (SELECT count(*) FROM channel) + (SELECT count(*) FROM deposit) + (SELECT count(*) FROM chain_cursor) + (SELECT next FROM payout_counter)"));
        Assert.False(File.Exists(_folder.File("merchant.db.migrated")));
        await using var store = await OpenSqliteAsync();
        Assert.NotEmpty(await store.CountsAsync(Ct));
    }

    [PostgresFact]
    public async Task Every_state_arrives_as_it_was()
    {
        var ids = await FillAsync();
        List<string> before;
        await using (var store = await OpenSqliteAsync()) before = await DescribeAsync(store, ids);

        var moved = await MoveAsync();

        await using var there = await OpenPostgresAsync();
        Assert.Equal(before, await DescribeAsync(there, ids));
        Assert.Equal(ids.Count, moved.Channels);
        Assert.Equal((uint)ids.Count, (await AddAsync(there, "next")).PayoutIndex);
        var sums = await there.SumsAsync(Ct);
        Assert.True(moved.Authorized > Money.Zero && moved.Authorized < sums.Sum(it => it.Authorized));
    }

    [PostgresFact]
    public async Task All_tables_and_columns_of_the_store_are_moved()
    {
        await (await OpenSqliteAsync()).DisposeAsync();
        using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _folder.File("merchant.db"), Pooling = false }.ToString());
        // Each store numbers its own runs.
        var tables = db.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('meta', 'run')").Order();

        Assert.Equal(tables, MovedTable.All.Select(it => it.Name).Order());
        foreach (var table in MovedTable.All)
            Assert.Equal(db.Query<string>("SELECT name FROM pragma_table_info(@Name)", new { table.Name }).Order(), table.Columns.Names.Split(", ").Order());
    }

    [PostgresFact]
    public async Task Answers_move_row_by_row_and_what_is_reserved_is_released()
    {
        await FillAsync();
        MerchantChannel open;
        var answers = new List<KeptAnswer>();
        await using (var store = await OpenSqliteAsync())
        {
            open = (await store.FindByOfferAsync(StoreSample.Offer(StoreSample.DepositTransaction("open", "open, second coin").GetHash().ToString()), Ct))! with { IsHeld = false, Balance = StoreSample.Paid(70_000, 1_001) };
            Assert.True(await store.TryWriteAsync(open, open.Version, Ct));
            var paid = new PayableChannel(open with { Version = open.Version + 1 });
            foreach (var body in (byte[]?[])[null, [], [1], new byte[65_536]])
            {
                answers.Add(new(RequestKey.Of($"{answers.Count}"), StoreSample.Hash($"{answers.Count}").ToBytes(), 200 + answers.Count, "a: ü\n", body, 1_800_000_000 + answers.Count));
                paid = paid.With(new Balance(open.Balance.Newest, new MilliSatoshi(1_001), Reservations.Parse($"{store.Run}:{answers.Count}")));
                Assert.True(await store.TryWriteAnsweredAsync(paid, answers[^1], Ct));
            }
        }

        await MoveAsync();

        await using var there = await OpenPostgresAsync();
        var moved = (await there.FindAsync(open.Id, Ct))!;
        Assert.Equal((1_001, null), (moved.Balance.Spent.Value, moved.Balance.Reserved.Text));
        foreach (var answer in answers)
        {
            var found = (await there.FindAnswerAsync(open.Id, answer.Key, Ct))!;
            Assert.Equal((answer.Status, answer.Head, answer.At), (found.Status, found.Head, found.At));
            Assert.Equal(answer.Request, found.Request);
            Assert.Equal(answer.Body, found.Body);
        }
        Assert.Equal(answers.Count, await _postgres.AskAsync<long>("SELECT count(*) FROM answer"));
    }

    [PostgresFact]
    public async Task A_store_without_channels_and_cursor_moves_too()
    {
        await (await OpenSqliteAsync()).DisposeAsync();
        await using (var there = await OpenPostgresAsync()) await there.SetCursorAsync("of another life", new ChainTip(1, StoreSample.Hash("tip"), 2), Ct);

        Assert.Equal(new StoreTotals(0, Money.Zero), await MoveAsync());

        await using var store = await OpenPostgresAsync();
        Assert.Null(await store.GetCursorAsync(Ct));
    }

    [PostgresFact]
    public async Task The_old_folder_does_not_start_afterwards()
    {
        await FillAsync();
        await MoveAsync();

        var refusal = await Assert.ThrowsAsync<StoreMismatchException>(() => OpenSqliteAsync());

        Assert.Contains("merchant.db.migrated", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["merchant.db.lock", "merchant.db.migrated", "seed"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [PostgresTheory]
    [InlineData("channel", "NEW.expiry = NEW.expiry + 1; RETURN NEW;", "expiry of channel")]
    [InlineData("channel", "IF NEW.signature IS NOT NULL THEN NEW.signature = sha512('another'); END IF; RETURN NEW;", "signature of channel")]
    [InlineData("deposit", "NEW.raw = NEW.raw || '\\x00'::bytea; RETURN NEW;", "raw of deposit")]
    [InlineData("deposit_input", "RETURN NULL;", "deposit_input has fewer rows")]
    [InlineData("payout_counter", "NEW.next = NEW.next - 1; RETURN NEW;", "next of payout_counter")]
    [InlineData("chain_cursor", "NEW.height = 6; RETURN NEW;", "height of chain_cursor")]
    public async Task What_does_not_come_back_as_it_was_written_undoes_everything(string table, string change, string found)
    {
        await FillAsync();
        await InterfereAsync(table, change);

        var refusal = await Assert.ThrowsAsync<StoreCorruptException>(() => MoveAsync());

        Assert.Contains(found, refusal.Message, StringComparison.Ordinal);
        await AssertNothingMovedAsync();
    }

    [PostgresFact]
    public async Task A_row_that_could_not_have_been_written_stops_it()
    {
        await FillAsync();
        _folder.Execute("merchant.db", "PRAGMA ignore_check_constraints = ON; UPDATE channel SET spent = -1 WHERE payout_index = 3");

        await Assert.ThrowsAsync<StoreCorruptException>(() => MoveAsync());

        await AssertNothingMovedAsync();
    }

    [PostgresFact]
    public async Task A_failure_in_the_midst_leaves_everything_to_another_run()
    {
        var ids = await FillAsync();
        await InterfereAsync("deposit_input", "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW;");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => MoveAsync());
        await AssertNothingMovedAsync();
        await _postgres.ExecuteAsync("DROP TRIGGER interfere ON deposit_input");

        Assert.Equal(ids.Count, (await MoveAsync()).Channels);
    }

    [PostgresFact]
    public async Task An_end_between_commit_and_rename_is_made_good_by_another_run()
    {
        var ids = await FillAsync();
        Directory.CreateDirectory(_folder.File("merchant.db.migrated"));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => MoveAsync());
        Assert.Equal(ids.Count, await _postgres.AskAsync<long>("SELECT count(*) FROM channel"));
        Directory.Delete(_folder.File("merchant.db.migrated"));

        Assert.Equal(ids.Count, (await MoveAsync()).Channels);

        await Assert.ThrowsAsync<StoreMismatchException>(() => OpenSqliteAsync());
        Assert.Equal(ids.Count, await _postgres.AskAsync<long>("SELECT count(*) FROM channel"));
    }

    [PostgresFact]
    public async Task Once_a_merchant_has_worked_on_either_another_run_is_refused()
    {
        await FillAsync();
        Directory.CreateDirectory(_folder.File("merchant.db.migrated"));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => MoveAsync());
        Directory.Delete(_folder.File("merchant.db.migrated"));
        await _postgres.ExecuteAsync("UPDATE channel SET version = version + 1 WHERE payout_index = 1");

        var refusal = await Assert.ThrowsAsync<StoreMismatchException>(() => MoveAsync());

        Assert.Contains("version of channel", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("merchant.db.migrated")));
    }

    [PostgresFact]
    public async Task A_database_with_channels_is_refused_and_left_alone()
    {
        await FillAsync();
        MerchantChannel other;
        await using (var there = await OpenPostgresAsync()) other = await AddAsync(there, "of another merchant");

        var refusal = await Assert.ThrowsAsync<StoreMismatchException>(() => MoveAsync());

        Assert.Contains("has had channels already", refusal.Message, StringComparison.Ordinal);
        await using var after = await OpenPostgresAsync();
        Assert.Equal(Described.Of(other), Described.Of(await after.FindAsync(other.Id, Ct)));
        Assert.Equal(1, (await after.CountsAsync(Ct)).Sum(it => it.Count));
        await (await OpenSqliteAsync()).DisposeAsync();
    }

    [PostgresFact]
    public async Task A_database_at_which_a_merchant_works_is_refused()
    {
        await FillAsync();
        await using (var there = await OpenPostgresAsync())
        {
            await there.TryWatchAsync(Ct);
            await Assert.ThrowsAsync<StoreMismatchException>(() => MoveAsync());
        }

        await MoveAsync();
    }

    [PostgresFact]
    public async Task A_database_of_another_seed_is_refused()
    {
        await FillAsync();
        await (await _postgres.OpenAsync(folder: _postgres.AddFolder(withSeed: false))).DisposeAsync();

        var refusal = await Assert.ThrowsAsync<StoreMismatchException>(() => MoveAsync());

        Assert.Contains("belongs to the seed", refusal.Message, StringComparison.Ordinal);
        await AssertNothingMovedAsync();
    }

    [PostgresFact]
    public async Task Another_network_is_refused_on_either_side()
    {
        await FillAsync();
        await Assert.ThrowsAsync<StoreMismatchException>(() => MoveAsync(network: Network.Main));
        var other = _postgres.AddFolder();
        await (await PostgresMerchantStore.OpenAsync(_postgres.ConnectionString, other.Path, Network.Main, DataFolder.Fingerprint, Ct)).DisposeAsync();

        await Assert.ThrowsAsync<StoreMismatchException>(() => MoveAsync());

        await AssertNothingMovedAsync();
    }

    [PostgresFact]
    public async Task A_store_that_is_in_use_is_refused()
    {
        await FillAsync();
        await using var store = await OpenSqliteAsync();

        await Assert.ThrowsAsync<StoreLockedException>(() => MoveAsync());
    }

    [PostgresFact]
    public async Task A_store_that_something_else_has_open_is_refused()
    {
        await FillAsync();
        using (var reader = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _folder.File("merchant.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString()))
        {
            reader.Open();
            reader.Query("SELECT * FROM channel");
            await Assert.ThrowsAsync<StoreUnavailableException>(() => MoveAsync());
        }

        await MoveAsync();
    }

    [PostgresFact]
    public async Task Where_nothing_is_nothing_is_made()
    {
        await Assert.ThrowsAsync<StoreMismatchException>(() => MoveAsync());

        Assert.False(Directory.Exists(_folder.Path));
        Assert.Null(await _postgres.AskAsync<string?>("SELECT to_regclass('btcchannels_merchant')::text"));
    }

    [PostgresFact]
    public async Task What_was_not_checkpointed_moves_too()
    {
        await FillAsync();
        await using var store = await OpenSqliteAsync();
        var last = await AddAsync(store, "just before the crash");
        using var crashed = _folder.Snapshot("merchant.db");

        await MoveAsync(crashed);

        await using var there = await OpenPostgresAsync();
        Assert.Equal(Described.Of(last), Described.Of(await there.FindAsync(last.Id, Ct)));
    }
}

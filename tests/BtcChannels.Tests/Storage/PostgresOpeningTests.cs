using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;
using Dapper;
using NBitcoin;
using Npgsql;

namespace BtcChannels.Tests.Storage;

public sealed class PostgresOpeningTests : IAsyncLifetime
{
    private TestPostgres? _postgres;

    private TestPostgres Postgres => _postgres!;

    public async Task InitializeAsync() => _postgres = TestPostgres.Server is null ? null : await TestPostgres.MakeAsync();

    public async Task DisposeAsync()
    {
        if (_postgres is not null) await Postgres.DisposeAsync();
    }

    [PostgresFact]
    public async Task Instances_that_start_together_make_the_tables_once()
    {
        var first = Postgres.AddFolder();
        SeedFile.ReadOrMake(first.Path).Dispose();

        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => i == 0 ? first : Postgres.AddFolder()).ToList().Select(folder => Task.Run(() => Postgres.OpenAsync(folder: folder))));

        foreach (var store in stores)
        {
            Assert.Empty(await store.CountsAsync(CancellationToken.None));
            await store.DisposeAsync();
        }
    }

    [PostgresFact]
    public async Task Of_instances_that_start_together_without_a_seed_one_makes_it_and_the_others_are_refused()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Postgres.AddFolder(withSeed: false)).ToList().Select(folder => Task.Run(async () =>
        {
            try
            {
                await using var store = await Postgres.OpenAsync(folder: folder);
                return File.Exists(folder.Seed);
            }
            catch (StoreMismatchException)
            {
                return !File.Exists(folder.Seed) ? null : (bool?)false;
            }
        })));

        Assert.Single(outcomes, it => it == true);
        Assert.Equal(3, outcomes.Count(it => it is null));
    }

    [PostgresFact]
    public async Task An_instance_that_made_its_own_seed_is_refused()
    {
        await (await Postgres.OpenAsync()).DisposeAsync();
        var own = Postgres.AddFolder(withSeed: false);
        SeedFile.ReadOrMake(own.Path).Dispose();

        await Assert.ThrowsAsync<StoreMismatchException>(() => Postgres.OpenAsync(folder: own));
    }

    [PostgresFact]
    public async Task Another_network_is_refused()
    {
        await (await Postgres.OpenAsync()).DisposeAsync();

        await Assert.ThrowsAsync<StoreMismatchException>(() =>
            PostgresMerchantStore.OpenAsync(Postgres.ConnectionString, Postgres.AddFolder().Path, Network.Main, DataFolder.Fingerprint, CancellationToken.None));
    }

    [PostgresFact]
    public async Task A_newer_schema_is_refused()
    {
        await (await Postgres.OpenAsync()).DisposeAsync();
        await Postgres.ExecuteAsync("UPDATE btcchannels_merchant SET schema_version = 99");

        Assert.Contains("newer version", (await Assert.ThrowsAsync<StoreMismatchException>(() => Postgres.OpenAsync())).Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Tables_of_something_else_are_left_alone()
    {
        await Postgres.ExecuteAsync("CREATE TABLE channel (name text)");

        await Assert.ThrowsAsync<StoreMismatchException>(() => Postgres.OpenAsync());

        Assert.Equal(1, await Postgres.AskAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"));
    }

    [PostgresFact]
    public async Task Channels_without_a_seed_s_name_are_damage()
    {
        await using (var store = await Postgres.OpenAsync())
        {
            var deposit = StoreSample.DepositTransaction("coin");
            await store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, CancellationToken.None);
        }
        await Postgres.ExecuteAsync("UPDATE btcchannels_merchant SET seed_fingerprint = NULL");

        await Assert.ThrowsAsync<StoreCorruptException>(() => Postgres.OpenAsync());
    }

    [PostgresFact]
    public async Task A_server_that_answers_before_it_is_on_disk_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => Postgres.OpenAsync(Postgres.ConnectionStringWith("-c synchronous_commit=off")));

        Assert.Contains("synchronous_commit off", refusal.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_server_that_only_reads_is_told()
    {
        await (await Postgres.OpenAsync()).DisposeAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => Postgres.OpenAsync(Postgres.ConnectionStringWith("-c default_transaction_read_only=on")));
    }

    [PostgresFact]
    public async Task A_wrong_password_is_told_and_not_repeated()
    {
        var wrong = new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Password = "wrong horse" }.ConnectionString;

        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => Postgres.OpenAsync(wrong));

        Assert.DoesNotContain("wrong horse", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        using var folder = new DataFolder();

        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => PostgresMerchantStore.OpenAsync(
            "Host=127.0.0.1;Port=1;Database=shop;Username=me;Password=secret", folder.Path, StoreSample.Network, DataFolder.Fingerprint, CancellationToken.None));

        Assert.StartsWith("Database shop at 127.0.0.1 does not answer", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Path));   // no seed is made for a store that is not there
    }

    [Theory]
    [InlineData("")]
    [InlineData("merchant.db")]
    [InlineData("Database=shop;Password=secret")]
    [InlineData("Host=db;Port=many;Password=secret")]
    [InlineData("Host=db;Password=sec;ret=1")]
    [InlineData("Host=db;Ssl Mode=secret")]
    public void What_is_no_connection_string_is_said_without_repeating_it(string text)
    {
        var refusal = Assert.Throws<ArgumentException>(() => PostgresMerchantStore.Validate(text));

        Assert.DoesNotContain("ret", refusal.Message, StringComparison.Ordinal);
    }

    private const string IdleChannels = """
        INSERT INTO channel (id, kind, merchant_key, customer_key, expiry, close_fee, deposit_value, offer, payout_index, payout_script, customer_script,
            is_paid, authorized, signature, spent, deposit_height, state, is_settled, is_held, version)
        SELECT md5(n::text), 'p2sh', decode(repeat('02', 33), 'hex'), decode(repeat('02', 33), 'hex'), 2000000000 + n, 346, 100346, decode(md5(n::text), 'hex'), n, '', '',
            1, 1000, decode(repeat('02', 64), 'hex'), 0, n, 'open', 0, 0, 1
        FROM generate_series(0, 4999) AS n;
        INSERT INTO deposit_input (channel_id, txid, vout) SELECT id, md5(id) || md5(id), 0 FROM channel;
        ANALYZE channel, deposit_input
        """;

    // The index that answers, as the server's planner says among thousands of open channels.
    public static TheoryData<string, string[]> Questions => new()
    {
        { nameof(PostgresMerchantStore.Questions.OfCoin), ["deposit_input_coin"] },
        { nameof(PostgresMerchantStore.Questions.Due), ["channel_due", "channel_due"] },
        { nameof(PostgresMerchantStore.Questions.DueSoon), ["channel_due", "channel_due"] },
        { nameof(PostgresMerchantStore.Questions.Active), ["channel_active"] },
        { nameof(PostgresMerchantStore.Questions.Awaited), ["channel_awaited"] },
        { nameof(PostgresMerchantStore.Questions.ExposedBesides), ["channel_payout_index_key", "channel_exposed"] },
        { nameof(PostgresMerchantStore.Questions.AbandonedExpired), ["channel_abandoned", "channel_abandoned"] },
        { nameof(PostgresMerchantStore.Questions.AboveHeight), ["channel_deposit_height", "channel_spend_height"] },
        { nameof(PostgresMerchantStore.Questions.MinedAfter), ["channel_mined"] },
        { nameof(PostgresMerchantStore.Questions.UnminedAfter), ["channel_unmined"] },
        { nameof(PostgresMerchantStore.Questions.OpenAfter), ["channel_open"] },
        { nameof(PostgresMerchantStore.Questions.FeeShortfall), ["channel_fee"] },
    };

    [PostgresFact]
    public async Task No_question_of_the_watcher_touches_idle_channels()
    {
        await (await Postgres.OpenAsync()).DisposeAsync();
        var fields = typeof(PostgresMerchantStore.Questions).GetFields().ToDictionary(it => it.Name, it => (string)it.GetRawConstantValue()!);
        Assert.Equal(fields.Keys.Order(), Questions.Select(it => (string)it[0]).Order());
        await using var db = new NpgsqlConnection(Postgres.ConnectionString);
        await db.OpenAsync();
        await db.ExecuteAsync(IdleChannels);
        foreach (var row in Questions)
        {
            var question = fields[(string)row[0]];
            var plan = (await db.QueryAsync<string>(
                $"EXPLAIN (COSTS OFF) {(question.StartsWith("SELECT", StringComparison.Ordinal) ? question : $"SELECT * FROM {question}")}",
                new
                {
                    txid = new string('f', 64), vout = 0L, Time = 1_999_999_999L, Height = 4_990L, fee = 300L, UntilTime = 2_000_000_001L, UntilHeight = 4_995L, channel = 4_990L, TimeThreshold = (long)Expiry.TimeThreshold,
                    after = question.Contains("payout_index", StringComparison.Ordinal) ? (object)4_990L : "ff",
                })).ToList();

            // "Index Scan using channel_due on channel", or "Bitmap Index Scan on channel_due" below "Bitmap Heap Scan on channel".
            var used = plan.Where(it => it.Contains("Scan", StringComparison.Ordinal) && !it.Contains("Bitmap Heap", StringComparison.Ordinal))
                .Select(it => it.Contains(" using ", StringComparison.Ordinal) ? it.Split(" using ")[1].Split(' ')[0] : it.Split("Bitmap Index Scan on ")[^1]);
            Assert.True(((string[])row[1]).SequenceEqual(used), string.Join('\n', plan));
        }
    }

    [PostgresFact]
    public async Task A_payment_touches_no_index()
    {
        await using var store = await Postgres.OpenAsync();
        var deposit = StoreSample.DepositTransaction("coin");
        var added = ((AddOutcome.Added)await store.AddAsync(index => StoreSample.Merchant(deposit, index, new MerchantState.Open()), deposit, CancellationToken.None)).Channel;
        var chain = new PayableChannel(added).With(StoreSample.Paid(1));
        Assert.True(await store.TryWritePaymentAsync(chain, CancellationToken.None));   // the first one does: the channel is paid from then on
        for (var total = 2; total <= 5; total++) Assert.True(await store.TryWritePaymentAsync(chain = chain.With(StoreSample.Paid(total)), CancellationToken.None));
        await store.DisposeAsync();   // the server's own counts come as a connection ends

        for (var waited = 0; await Postgres.AskAsync<long>("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relid = 'channel'::regclass") < 5 && waited < 500; waited++) await Task.Delay(20);
        Assert.Equal(5, await Postgres.AskAsync<long>("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relid = 'channel'::regclass"));
        Assert.Equal(4, await Postgres.AskAsync<long>("SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = 'channel'::regclass"));
    }
}

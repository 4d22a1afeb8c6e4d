using BtcChannels.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace BtcChannels.Tests.Storage;

/// <summary>Stores of before there was a paywall, and the runs of one that is opened again and again.</summary>
public sealed class MerchantUpgradeTests : IDisposable
{
    private readonly DataFolder _folder = new();

    private static CancellationToken Ct => CancellationToken.None;

    private static KeptAnswer Answer => new(RequestKey.Of("key"), new byte[32], 200, "", null, 1);

    public void Dispose() => _folder.Dispose();

    private Task<SqliteMerchantStore> OpenAsync() => SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    private static async Task<MerchantChannel> AddPaidAsync(IMerchantStore store)
    {
        var deposit = StoreSample.DepositTransaction("coin");
        return Assert.IsType<AddOutcome.Added>(await store.AddAsync(index => StoreSample.Merchant(deposit, index, new MerchantState.Open()) with { Balance = StoreSample.Paid(70, 69_000) }, deposit, Ct)).Channel;
    }

    private static async Task AssertGoesOnAsync(IMerchantStore store, MerchantChannel before)
    {
        Assert.Equal(Described.Of(before), Described.Of(await store.FindAsync(before.Id, Ct)));
        var reserved = new PayableChannel(before).With(new Balance(before.Balance.Newest, before.Balance.Spent, Reservations.Parse("1:1000")));
        Assert.True(await store.TryWritePaymentAsync(reserved, Ct));
        Assert.True(await store.TryWriteAnsweredAsync(reserved.With(new Balance(before.Balance.Newest, new MilliSatoshi(70_000))), Answer, Ct));
        Assert.NotNull(await store.FindAnswerAsync(before.Id, Answer.Key, Ct));
    }

    [Fact]
    public async Task A_file_of_before_goes_on()
    {
        MerchantChannel before;
        await using (var store = await OpenAsync()) before = await AddPaidAsync(store);
        // The scripts up to then, and the rows in them.
        var columns = string.Join(", ", MerchantRow.All.Names.Split(", ").Where(it => it is not ("reserved" or "two1_day" or "two1_unredeemed")));
        File.Move(_folder.File("merchant.db"), _folder.File("new.db"));
        using (var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _folder.File("merchant.db"), Pooling = false }.ToString()))
        {
            db.Open();
            foreach (var script in StoreFormat.Merchant.Scripts.Take(4)) db.Execute(script);
            db.Execute($"""
                ATTACH DATABASE @other AS new;
                PRAGMA application_id = {StoreFormat.Merchant.ApplicationId};
                CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), schema_version INTEGER NOT NULL, genesis TEXT NOT NULL, seed_fingerprint TEXT);
                INSERT INTO meta SELECT id, 4, genesis, seed_fingerprint FROM new.meta;
                INSERT INTO channel ({columns}) SELECT {columns} FROM new.channel;
                INSERT INTO deposit SELECT * FROM new.deposit;
                UPDATE payout_counter SET next = 1;
                DETACH DATABASE new;
                """, new { other = _folder.File("new.db") });
        }

        await using var again = await OpenAsync();
        Assert.Equal(1, again.Run);
        await AssertGoesOnAsync(again, before);
    }

    [PostgresFact]
    public async Task A_database_of_before_goes_on()
    {
        await using var postgres = await TestPostgres.MakeAsync();
        MerchantChannel before;
        await using (var store = await postgres.OpenAsync()) before = await AddPaidAsync(store);
        await postgres.ExecuteAsync("DROP TABLE answer, run, history, token; ALTER TABLE channel DROP COLUMN reserved, DROP COLUMN two1_day, DROP COLUMN two1_unredeemed; UPDATE btcchannels_merchant SET schema_version = 1");

        await using var again = await postgres.OpenAsync();
        await AssertGoesOnAsync(again, before);
    }

    [Fact]
    public async Task Each_opening_is_a_run_with_a_higher_number_and_those_before_it_are_over()
    {
        var runs = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            await using var store = await OpenAsync();
            runs.Add(store.Run);
            Assert.True(store.IsLive(store.Run));
            Assert.DoesNotContain(runs.SkipLast(1), store.IsLive);
        }
        Assert.Equal([1, 2, 3, 4], runs);
    }

    [Fact]
    public async Task A_run_that_ended_in_a_power_cut_is_not_numbered_again()
    {
        await using var store = await OpenAsync();
        using var copy = _folder.Snapshot("merchant.db");
        await using var after = await SqliteMerchantStore.OpenAsync(copy.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);
        Assert.Equal(store.Run + 1, after.Run);
    }

    [Theory]
    [InlineData("reserved = 'x'")]
    [InlineData("reserved = ''")]
    [InlineData("reserved = '1:0'")]
    [InlineData("reserved = '1:1 1:1'")]
    [InlineData("reserved = '1:1001'")]
    [InlineData("reserved = '1:9223372036854775807 2:9223372036854775807'")]
    [InlineData("reserved = '1:1', is_paid = 0, authorized = NULL, signature = NULL, spent = 0")]
    public async Task A_reservation_that_could_not_have_been_written_is_told(string damage)
    {
        MerchantChannel added;
        await using (var store = await OpenAsync()) added = await AddPaidAsync(store);
        _folder.Execute("merchant.db", $"PRAGMA ignore_check_constraints = ON; UPDATE channel SET {damage}");

        await using var again = await OpenAsync();
        await Assert.ThrowsAsync<StoreCorruptException>(() => again.FindAsync(added.Id, Ct));
        await Assert.ThrowsAsync<StoreCorruptException>(async () =>
        {
            await foreach (var _ in again.PayableAsync(Ct)) { }
        });
    }

    [Theory]
    [InlineData("status = 3000000000")]
    [InlineData("request = zeroblob(31)")]
    public async Task An_answer_that_could_not_have_been_written_is_told(string damage)
    {
        MerchantChannel added;
        await using (var store = await OpenAsync())
        {
            added = await AddPaidAsync(store);
            Assert.True(await store.TryWriteAnsweredAsync(new PayableChannel(added).With(StoreSample.Paid(71)), Answer, Ct));
        }
        _folder.Execute("merchant.db", $"PRAGMA ignore_check_constraints = ON; UPDATE answer SET {damage}");

        await using var again = await OpenAsync();
        await Assert.ThrowsAsync<StoreCorruptException>(() => again.FindAnswerAsync(added.Id, Answer.Key, Ct));
    }
}

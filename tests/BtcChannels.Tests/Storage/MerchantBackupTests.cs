using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

public sealed class MerchantBackupTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly DataFolder _copy = new();

    private static CancellationToken Ct => CancellationToken.None;

    public void Dispose()
    {
        _folder.Dispose();
        _copy.Dispose();
    }

    private static Task<SqliteMerchantStore> OpenAsync(DataFolder folder) => SqliteMerchantStore.OpenAsync(folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    private StoreTotals Make(Network? network = null) => MerchantBackup.Make(_folder.Path, _copy.Path, network ?? StoreSample.Network, DataFolder.Fingerprint);

    private static async Task<MerchantChannel> AddAsync(SqliteMerchantStore store, string coin)
    {
        var deposit = StoreSample.DepositTransaction(coin);
        return Assert.IsType<AddOutcome.Added>(await store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct)).Channel;
    }

    [Fact]
    public async Task While_payments_are_written_every_one_that_was_acknowledged_before_is_in_it()
    {
        await using var store = await OpenAsync(_folder);
        var added = await AddAsync(store, "coin");
        Assert.True(await store.TryWriteAsync(added with { State = new MerchantState.Open() }, 1, Ct));
        var (paid, acknowledged, ended) = (new PayableChannel(added with { Version = 2, State = new MerchantState.Open() }), 0L, false);
        var paying = Task.Run(async () =>
        {
            for (var total = 1L; !Volatile.Read(ref ended); total++)
            {
                paid = paid.With(StoreSample.Paid(total));
                Assert.True(await store.TryWritePaymentAsync(paid, Ct));
                Volatile.Write(ref acknowledged, total);
            }
        });
        while (Volatile.Read(ref acknowledged) < 10) await Task.Yield();
        var before = Volatile.Read(ref acknowledged);

        var totals = Make();

        var after = Volatile.Read(ref acknowledged) + 1;
        Volatile.Write(ref ended, true);
        await paying;
        Assert.InRange(totals.Authorized.Satoshi, before, after);
        await using var copy = await OpenAsync(_copy);
        Assert.Equal(totals.Authorized, (await copy.FindAsync(added.Id, Ct))!.Balance.Authorized);
        Assert.Equal(Described.Of(paid.Balance), Described.Of((await store.FindAsync(added.Id, Ct))!.Balance));
    }

    [Fact]
    public async Task Histories_are_in_it()
    {
        await using var store = await OpenAsync(_folder);
        var added = await AddAsync(store, "coin");
        var note = new HistoryNote(HistoryKind.Open, 5, 6);
        Assert.True(await store.TryWriteAsync(added with { State = new MerchantState.Open() }, 1, [note], Ct));

        Make();

        await using var copy = await OpenAsync(_copy);
        Assert.Equal([Unnoted.Opened, note], await copy.HistoryAsync(added.Id, Ct));
    }

    [Fact]
    public async Task It_is_a_data_folder_that_nobody_else_can_read()
    {
        if (OperatingSystem.IsWindows()) return;   // folders there inherit the owner's access list
        await using var store = await OpenAsync(_folder);

        Make();

        Assert.Equal(["merchant.db", "seed"], Directory.GetFiles(_copy.Path).Select(Path.GetFileName).Order());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_copy.Path));
        foreach (var file in Directory.GetFiles(_copy.Path)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(await File.ReadAllBytesAsync(_folder.Seed), await File.ReadAllBytesAsync(_copy.Seed));
    }

    [Fact]
    public async Task It_works_after_a_crash_too_and_changes_nothing()
    {
        await using var store = await OpenAsync(_folder);
        await AddAsync(store, "coin");
        using var crashed = _folder.Snapshot("merchant.db");
        var before = await File.ReadAllBytesAsync(crashed.File("merchant.db"));
        var log = await File.ReadAllBytesAsync(crashed.File("merchant.db-wal"));

        Assert.Equal(1, MerchantBackup.Make(crashed.Path, _copy.Path, StoreSample.Network, DataFolder.Fingerprint).Channels);

        Assert.Equal(before, await File.ReadAllBytesAsync(crashed.File("merchant.db")));
        Assert.Equal(log, await File.ReadAllBytesAsync(crashed.File("merchant.db-wal")));
    }

    [Fact]
    public async Task A_damaged_store_makes_no_backup()
    {
        await using (var store = await OpenAsync(_folder))
            for (var i = 0; i < 50; i++) await AddAsync(store, $"{i}");
        _folder.Execute("merchant.db", "PRAGMA ignore_check_constraints = ON; UPDATE channel SET version = 0 WHERE payout_index = 7");

        Assert.Throws<StoreCorruptException>(() => Make());

        Assert.False(File.Exists(_copy.File("merchant.db")));
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_left_alone()
    {
        await using var store = await OpenAsync(_folder);
        Make();
        var before = await File.ReadAllBytesAsync(_copy.File("merchant.db"));
        await AddAsync(store, "coin");

        Assert.Throws<StoreMismatchException>(() => Make());

        Assert.Equal(before, await File.ReadAllBytesAsync(_copy.File("merchant.db")));
    }

    [Fact]
    public async Task Another_seed_or_network_makes_no_backup()
    {
        await (await OpenAsync(_folder)).DisposeAsync();
        Assert.Throws<StoreMismatchException>(() => Make(Network.Main));
        Directory.Delete(_copy.Path, recursive: true);
        await File.WriteAllTextAsync(_folder.Seed, new string('7', 64));

        Assert.Throws<StoreMismatchException>(() => Make());

        Assert.False(File.Exists(_copy.File("merchant.db")));
    }

    [Fact]
    public void Where_nothing_is_nothing_is_made()
    {
        Assert.Throws<StoreMismatchException>(() => Make());

        Assert.False(Directory.Exists(_copy.Path));
        Assert.False(Directory.Exists(_folder.Path));
    }
}

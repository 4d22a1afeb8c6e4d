using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

/// <summary>Payments of one channel that wait for the same commit: what comes of each is as if they had been written one by one.</summary>
public sealed class JoinedPaymentsTests : IAsyncLifetime, IDisposable
{
    private static readonly Moment s_now = new(1_800_000_000, new ChainTip(900, StoreSample.Hash("tip"), 1_799_996_400), 1_800_000_000);

    private readonly DataFolder _folder = new();
    private SqliteMerchantStore _store = null!;

    private static CancellationToken Ct => CancellationToken.None;

    public async Task InitializeAsync() => _store = await SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task They_are_one_write_of_the_last()
    {
        var channel = await AddAsync("coin");
        List<Task<bool>> writes;
        using (await Halt.AtAsync(_store.File))
        {
            writes = Pay(new PayableChannel(channel), 1, 100).Select(it => _store.TryWritePaymentAsync(it, Ct)).ToList();
            Assert.Equal(1, _store.Backlog.Waiting);
        }

        Assert.All(await Task.WhenAll(writes), Assert.True);
        Assert.Equal((100, 101L), await BalanceAsync(channel));
    }

    [Fact]
    public async Task Channels_are_not_mixed_up()
    {
        var channels = new List<MerchantChannel>();
        for (var i = 0; i < 10; i++) channels.Add(await AddAsync($"{i}"));
        List<Task<bool>> writes;
        using (await Halt.AtAsync(_store.File))
        {
            // One payment of each, then the next of each.
            var chains = channels.Select((it, i) => Pay(new PayableChannel(it), 10 * i, 5).ToList()).ToList();
            writes = Enumerable.Range(0, 5).SelectMany(round => chains.Select(it => _store.TryWritePaymentAsync(it[round], Ct))).ToList();
            Assert.Equal(10, _store.Backlog.Waiting);
        }

        Assert.All(await Task.WhenAll(writes), Assert.True);
        for (var i = 0; i < 10; i++) Assert.Equal(((10 * i) + 4, 6L), await BalanceAsync(channels[i]));
    }

    [Fact]
    public async Task What_was_judged_by_another_version_joins_nothing_and_fails_alone()
    {
        var channel = await AddAsync("coin");
        var good = Pay(new PayableChannel(channel), 10, 2).ToList();
        var stale = new PayableChannel(channel with { Version = 2 }).With(StoreSample.Paid(50));   // the right number, upon another balance
        Task<bool>[] writes;
        using (await Halt.AtAsync(_store.File)) writes = [_store.TryWritePaymentAsync(good[0], Ct), _store.TryWritePaymentAsync(stale, Ct), _store.TryWritePaymentAsync(good[1], Ct)];

        var written = await Task.WhenAll(writes);
        Assert.Equal([true, false, true], written);
        Assert.Equal((11, 3L), await BalanceAsync(channel));
    }

    [Fact]
    public async Task A_close_between_them_sees_the_first_of_them_or_all()
    {
        var channel = await AddAsync("coin");
        var paid = Pay(new PayableChannel(channel), 10, 2).ToList();
        Task<bool> first, close, second;
        using (await Halt.AtAsync(_store.File))
        {
            first = _store.TryWritePaymentAsync(paid[0], Ct);
            close = _store.TryWriteAsync(channel with { State = new MerchantState.Closing(StoreSample.Close) }, 1, Ct);
            second = _store.TryWritePaymentAsync(paid[1], Ct);
        }

        Assert.Equal((true, false, true), (await first, await close, await second));
        Assert.Equal((11, 3L), await BalanceAsync(channel));
    }

    [Fact]
    public async Task The_first_payments_note_is_kept_with_the_version_it_tells_of()
    {
        var channel = await AddAsync("coin");
        var first = new PayableChannel(channel).With(StoreSample.Paid(5), s_now);
        Task<bool>[] writes;
        using (await Halt.AtAsync(_store.File)) writes = [_store.TryWritePaymentAsync(first, Ct), _store.TryWritePaymentAsync(first.With(StoreSample.Paid(6), s_now), Ct)];

        var written = await Task.WhenAll(writes);
        Assert.Equal([true, true], written);
        Assert.Equal([Unnoted.Opened, new HistoryNote(HistoryKind.FirstPayment, s_now.Clock, 900, Money.Satoshis(5))], await _store.HistoryAsync(channel.Id, Ct));
        Assert.Equal((6, 3L), await BalanceAsync(channel));
    }

    [Fact]
    public async Task One_that_may_be_given_up_is_written_for_itself()
    {
        var channel = await AddAsync("coin");
        var paid = Pay(new PayableChannel(channel), 1, 2).ToList();
        using var gone = new CancellationTokenSource();
        Task<bool> kept, given;
        using (await Halt.AtAsync(_store.File))
        {
            kept = _store.TryWritePaymentAsync(paid[0], Ct);
            given = _store.TryWritePaymentAsync(paid[1], gone.Token);
            await gone.CancelAsync();
        }

        Assert.True(await kept);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal((1, 2L), await BalanceAsync(channel));
    }

    [Fact]
    public async Task A_disk_that_fails_fails_them_all_and_nothing_joins_them_afterwards()
    {
        var channel = await AddAsync("coin");
        var paid = Pay(new PayableChannel(channel), 1, 3).ToList();
        ReadOnly disk;
        Task<bool>[] refused;
        using (await Halt.AtAsync(_store.File))
        {
            disk = new ReadOnly(_store.File);
            refused = [_store.TryWritePaymentAsync(paid[0], Ct), _store.TryWritePaymentAsync(paid[1], Ct)];
        }

        using (disk)
        {
            foreach (var write in refused) await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        }

        Assert.False(await _store.TryWritePaymentAsync(paid[2], Ct));
        Assert.True(await _store.TryWritePaymentAsync(paid[0], Ct));
        Assert.Equal((1, 2L), await BalanceAsync(channel));
    }

    private static IEnumerable<PayableChannel> Pay(PayableChannel from, long total, int count)
    {
        for (var next = from; count > 0; count--) yield return next = next.With(StoreSample.Paid(total++));
    }

    private async Task<MerchantChannel> AddAsync(string coin)
    {
        var deposit = StoreSample.DepositTransaction(coin);
        var added = await _store.AddAsync(index => StoreSample.Merchant(deposit, index) with { State = new MerchantState.Open() }, deposit, Ct);
        return Assert.IsType<AddOutcome.Added>(added).Channel;
    }

    private async Task<(long Authorized, long Version)> BalanceAsync(MerchantChannel channel)
    {
        var stored = Assert.IsType<MerchantChannel>(await _store.FindAsync(channel.Id, Ct));
        return (stored.Balance.Authorized.Satoshi, stored.Version);
    }
}

using BtcChannels.AspNetCore.Admin;
using BtcChannels.Storage;
using BtcChannels.Tests.AspNetCore.Paywall;
using BtcChannels.Tests.Storage;

namespace BtcChannels.Tests.AspNetCore.Admin;

/// <summary>Which channels have fallen idle, and what it costs to find out.</summary>
public sealed class IdleChannelsTests : IAsyncLifetime, IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly ManualClock _clock = new();
    private readonly Dictionary<string, int> _asked = [];
    private SqliteMerchantStore _inner = null!;
    private IMerchantStore _store = null!;
    private IdleChannels _idle = null!;

    private static CancellationToken Ct => CancellationToken.None;

    public async Task InitializeAsync()
    {
        _inner = await SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);
        (_store, var spy) = SpiedStore.Of(_inner);
        spy.Instead = (call, _) =>
        {
            _asked[call] = _asked.GetValueOrDefault(call) + 1;
            return null;
        };
        _idle = new IdleChannels(_store, _clock);
    }

    public async Task DisposeAsync() => await _inner.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    private async Task<PayableChannel> OpenAsync(string coin, Func<MerchantChannel, MerchantChannel>? change = null)
    {
        var deposit = StoreSample.DepositTransaction(coin);
        MerchantChannel Build(uint index)
        {
            var open = StoreSample.Merchant(deposit, index, new MerchantState.Open()) with { DepositHeight = 5, Balance = StoreSample.Paid(1_000) };
            return change is null ? open : change(open);
        }
        return new(Assert.IsType<AddOutcome.Added>(await _inner.AddAsync(Build, deposit, Ct)).Channel);
    }

    private async Task<IEnumerable<ChannelId>> AfterAsync(TimeSpan time, int most = 1_000)
    {
        _clock.Advance(time);
        return await _idle.FindAsync(most, Ct);
    }

    [Fact]
    public async Task Who_is_not_due_is_not_looked_at()
    {
        for (var i = 0; i < 20; i++) await OpenAsync($"{i}");
        var paid = await OpenAsync("busy");
        for (var i = 0; i < 59; i++) Assert.Empty(await AfterAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal((1, 0), (_asked["PayableAsync"], _asked.GetValueOrDefault("FindAsync")));

        Assert.True(await _inner.TryWritePaymentAsync(paid.With(StoreSample.Paid(1_001)), Ct));
        Assert.Equal(20, (await AfterAsync(TimeSpan.FromSeconds(20))).Count(it => it != paid.Id));
        var looks = _asked["FindAsync"];
        for (var i = 0; i < 58; i++) Assert.Empty(await AfterAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal((21, 21), (looks, _asked["FindAsync"]));
    }

    [Fact]
    public async Task One_that_is_paid_on_is_idle_ten_minutes_after_it_was_found_so()
    {
        var busy = await OpenAsync("busy");
        Assert.Empty(await AfterAsync(TimeSpan.Zero));
        Assert.True(await _inner.TryWritePaymentAsync(busy.With(StoreSample.Paid(1_001)), Ct));
        Assert.Empty(await AfterAsync(IdleChannels.Idle));
        Assert.Empty(await AfterAsync(IdleChannels.Idle - TimeSpan.FromSeconds(1)));
        Assert.Equal([busy.Id], await AfterAsync(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task What_there_is_nothing_to_close_for_or_something_under_way_on_stays()
    {
        await OpenAsync("unpaid", it => it with { Balance = Balance.Nothing });
        await OpenAsync("held", it => it with { IsHeld = true });
        await OpenAsync("served", it => it with { Balance = new Balance(it.Balance.Newest, MilliSatoshi.Zero, Reservations.Parse($"{_inner.Run}:5")) });
        var left = await OpenAsync("left behind", it => it with { Balance = new Balance(it.Balance.Newest, MilliSatoshi.Zero, Reservations.Parse($"{_inner.Run + 1}:5")) });
        Assert.Empty(await AfterAsync(TimeSpan.Zero));
        Assert.Equal([left.Id], await AfterAsync(IdleChannels.Idle));
    }

    [Fact]
    public async Task More_than_are_wanted_come_the_next_time()
    {
        for (var i = 0; i < 5; i++) await OpenAsync($"{i}");
        Assert.Empty(await AfterAsync(TimeSpan.Zero));
        var named = new List<ChannelId>();
        foreach (var count in (int[])[2, 2, 1])
        {
            var some = (await AfterAsync(named.Count == 0 ? IdleChannels.Idle : TimeSpan.FromSeconds(10), most: 2)).ToList();
            Assert.Equal(count, some.Count);
            named.AddRange(some);
        }
        Assert.Equal(5, named.Distinct().Count());
    }

    [Fact]
    public async Task What_opens_later_is_found_and_what_is_not_open_any_more_is_forgotten()
    {
        var closed = await OpenAsync("closed");
        Assert.Empty(await AfterAsync(TimeSpan.Zero));
        Assert.True(await _inner.TryWriteAsync((await _inner.FindAsync(closed.Id, Ct))! with { State = new MerchantState.Closing(StoreSample.Close) }, 1, Ct));
        var late = await OpenAsync("late");
        Assert.Empty(await AfterAsync(IdleChannels.Idle));
        Assert.Equal([late.Id], await AfterAsync(IdleChannels.Idle));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_makes_it_forget_nothing()
    {
        var (one, other) = (await OpenAsync("one"), await OpenAsync("other"));
        Assert.Empty(await AfterAsync(TimeSpan.Zero));
        var fails = true;
        ((SpiedStore)(object)_store).Instead = (call, _) => fails && call == "FindAsync" ? throw new StoreUnavailableException("away", null) : null;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AfterAsync(IdleChannels.Idle));
        fails = false;
        Assert.Equal([one.Id, other.Id], await AfterAsync(TimeSpan.FromSeconds(10)));
    }
}

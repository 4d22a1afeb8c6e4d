using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

public sealed class CustomerStoreTests : IAsyncLifetime, IDisposable
{
    private readonly DataFolder _folder = new();
    private CustomerStore? _store;

    public static TheoryData<string> EveryState => [.. StoreSample.CustomerStates.Keys];

    private static CancellationToken Ct => CancellationToken.None;

    private CustomerStore Store => _store!;

    public async Task InitializeAsync() => _store = await OpenAsync(TimeSpan.Zero);

    public async Task DisposeAsync() => await Store.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    private Task<CustomerStore> OpenAsync(TimeSpan wait, DataFolder? folder = null) =>
        CustomerStore.OpenAsync((folder ?? _folder).Path, StoreSample.Network, DataFolder.Fingerprint, wait, Ct);

    private async Task<CustomerChannel> AddAsync(Func<CustomerChannel, CustomerChannel>? change = null)
    {
        var channel = StoreSample.Customer(await Store.NextKeyIndexAsync(Ct));
        return await Store.AddAsync(change is null ? channel : change(channel), Ct);
    }

    [Fact]
    public void The_list_of_states_is_complete() => Assert.Equal(
        typeof(CustomerState).GetNestedTypes().Select(it => it.Name).Order(),
        StoreSample.CustomerStates.Values.Select(it => it.GetType().Name).Distinct().Order());

    [Theory, MemberData(nameof(EveryState))]
    public async Task A_channel_comes_back_as_it_was_added(string state)
    {
        var added = await AddAsync(it => it with { State = StoreSample.CustomerStates[state] });

        Assert.Equal(1, added.Version);
        Assert.Equal(Described.Of(added), Described.Of(await Store.FindAsync(added.Id, Ct)));
    }

    [Theory, MemberData(nameof(EveryState))]
    public async Task A_channel_comes_back_as_it_was_written(string state)
    {
        var next = await AddAsync() with
        {
            State = StoreSample.CustomerStates[state], Newest = StoreSample.Payment(70_000), Acknowledged = Money.Satoshis(69_999), DepositHeight = 0,
        };

        Assert.True(await Store.TryWriteAsync(next, 1, Ct));

        Assert.Equal(Described.Of(next with { Version = 2 }), Described.Of(await Store.FindAsync(next.Id, Ct)));
    }

    [Theory, MemberData(nameof(EveryState))]
    public async Task A_channel_can_go_back_from_any_state(string state)
    {
        var first = await AddAsync(it => it with { State = StoreSample.CustomerStates[state], Newest = StoreSample.Payment(1), DepositHeight = 5 });
        var next = first with { State = new CustomerState.Stranded(), Newest = null, DepositHeight = null };

        Assert.True(await Store.TryWriteAsync(next, 1, Ct));

        Assert.Equal(Described.Of(next with { Version = 2 }), Described.Of(await Store.FindAsync(next.Id, Ct)));
    }

    [Fact]
    public async Task A_deposit_that_moved_takes_its_channel_and_a_new_refund_along()
    {
        var first = await AddAsync(it => it with { Newest = StoreSample.Payment(90_000) });
        var next = first with
        {
            Deposit = new Deposit(StoreSample.Coin("moved"), Money.Satoshis(5_000)), Refund = StoreSample.DepositTransaction("moved"), State = new CustomerState.Stranded(),
        };

        Assert.True(await Store.TryWriteAsync(next, 1, Ct));

        Assert.Null(await Store.FindAsync(first.Id, Ct));
        Assert.Equal(Described.Of(next with { Version = 2 }), Described.Of(await Store.FindAsync(next.Id, Ct)));
    }

    [Fact]
    public async Task A_stale_version_writes_nothing()
    {
        var first = await AddAsync(it => it with { Newest = StoreSample.Payment(1) });
        Assert.True(await Store.TryWriteAsync(first with { DepositHeight = 10 }, 1, Ct));
        var before = Described.Of(await Store.FindAsync(first.Id, Ct));

        var stale = first with { DepositHeight = 11, Newest = StoreSample.Payment(2), Refund = StoreSample.DepositTransaction("another") };
        Assert.False(await Store.TryWriteAsync(stale, 1, Ct));
        Assert.False(await Store.TryWriteAsync(stale, 3, Ct));
        Assert.False(await Store.TryWritePaymentAsync(stale, 1, Ct));
        Assert.False(await Store.TryWritePaymentAsync(stale, 3, Ct));

        Assert.Equal(before, Described.Of(await Store.FindAsync(first.Id, Ct)));
    }

    [Fact]
    public async Task A_signature_is_stored_before_and_after_its_answer()
    {
        var first = await AddAsync(it => it with { State = new CustomerState.Active(StoreSample.PayTo(1)) });

        Assert.True(await Store.TryWritePaymentAsync(first with { Newest = StoreSample.Payment(800), DepositHeight = 5 }, 1, Ct));
        Assert.True((await Store.FindAsync(first.Id, Ct))!.HasUnanswered);
        Assert.True(await Store.TryWritePaymentAsync(first with { Newest = StoreSample.Payment(800), Acknowledged = Money.Satoshis(800) }, 2, Ct));

        var expected = first with { Newest = StoreSample.Payment(800), Acknowledged = Money.Satoshis(800), Version = 3 };
        Assert.Equal(Described.Of(expected), Described.Of(await Store.FindAsync(first.Id, Ct)));
    }

    [Fact]
    public async Task Keys_are_numbered_from_zero_and_never_twice()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Store.NextKeyIndexAsync(Ct))));
        using var copy = _folder.Snapshot("customer.db");
        await using var survivor = await OpenAsync(TimeSpan.Zero, copy);

        Assert.Equal(Enumerable.Range(0, 20).Select(it => (uint)it), taken.Order());
        Assert.Equal(20u, await survivor.NextKeyIndexAsync(Ct));
    }

    [Fact]
    public async Task A_key_serves_one_channel()
    {
        var first = await AddAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.AddAsync(StoreSample.Customer(first.KeyIndex), Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.AddAsync(StoreSample.Customer(first.KeyIndex + 1), Ct));

        Assert.Single(await Store.ListAsync(Ct));
    }

    [Fact]
    public async Task Final_channels_are_listed_but_not_worked_on()
    {
        foreach (var state in StoreSample.CustomerStates.Values) await AddAsync(it => it with { State = state });

        Assert.Equal(StoreSample.CustomerStates.Values.Select(Described.Of), (await Store.ListAsync(Ct)).Select(it => Described.Of(it.State)));
        Assert.Equal(
            StoreSample.CustomerStates.Values.Where(it => !it.IsFinal).Select(Described.Of), (await Store.UnfinishedAsync(Ct)).Select(it => Described.Of(it.State)));
    }

    [Fact]
    public async Task After_a_crash_the_refund_is_there()
    {
        var added = await AddAsync();
        using var copy = _folder.Snapshot("customer.db");

        await using var survivor = await OpenAsync(TimeSpan.Zero, copy);

        Assert.Equal(added.Refund.ToHex(), (await survivor.FindAsync(added.Id, Ct))!.Refund.ToHex());
    }

    [Fact]
    public async Task The_cursor_is_kept()
    {
        Assert.Null(await Store.GetCursorAsync(Ct));

        await Store.SetCursorAsync("first", new ChainTip(1, StoreSample.Hash("one"), 10), Ct);
        await Store.SetCursorAsync("second", new ChainTip(2, StoreSample.Hash("two"), 20), Ct);

        Assert.Equal(new StoredCursor("second", new ChainTip(2, StoreSample.Hash("two"), 20)), await Store.GetCursorAsync(Ct));
    }

    [Fact]
    public async Task An_action_waits_for_the_one_before_it()
    {
        var next = OpenAsync(TimeSpan.FromMinutes(1));
        Assert.False(next.IsCompleted);
        await Store.DisposeAsync();

        await using var opened = await next;

        Assert.Empty(await opened.ListAsync(Ct));
    }

    [Fact]
    public async Task An_action_waits_no_longer_than_told() => await Assert.ThrowsAsync<StoreLockedException>(() => OpenAsync(TimeSpan.FromMilliseconds(1)));

    [Fact]
    public async Task Another_network_and_another_seed_are_refused()
    {
        await Store.DisposeAsync();

        await Assert.ThrowsAsync<StoreMismatchException>(() => CustomerStore.OpenAsync(_folder.Path, Network.Main, DataFolder.Fingerprint, TimeSpan.Zero, Ct));
        await Assert.ThrowsAsync<StoreMismatchException>(() => CustomerStore.OpenAsync(_folder.Path, StoreSample.Network, _ => "another", TimeSpan.Zero, Ct));
    }
}

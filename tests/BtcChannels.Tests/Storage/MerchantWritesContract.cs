using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

public abstract class MerchantWritesContract : MerchantStoreContract
{
    [Fact]
    public void The_list_of_states_is_complete() => Assert.Equal(
        typeof(MerchantState).GetNestedTypes().Select(it => it.Name).Order(),
        StoreSample.MerchantStates.Values.Select(it => it.GetType().Name).Distinct().Order());

    [Fact]
    public void The_list_of_reasons_is_complete() => Assert.Equal(
        Enum.GetValues<AbandonReason>(),
        StoreSample.MerchantStates.Values.OfType<MerchantState.Abandoned>().Select(it => it.Reason).Distinct().Order());

    [Theory, MemberData(nameof(EveryState))]
    public async Task A_channel_comes_back_as_it_was_added(string state)
    {
        var added = await AddAsync(it => it with { State = StoreSample.MerchantStates[state], Balance = StoreSample.Paid(70_000, 69_999_001), DepositHeight = 812 }, state);

        Assert.Equal(Described.Of(added), Described.Of(await ReadAsync(added.Id)));
    }

    [Theory, MemberData(nameof(EveryState))]
    public async Task A_channel_comes_back_as_it_was_written(string state)
    {
        var next = await AddAsync(it => it, state) with { State = StoreSample.MerchantStates[state], Balance = StoreSample.Paid(70_000, 1), DepositHeight = 0 };

        Assert.True(await Store.TryWriteAsync(next, 1, Ct));

        Assert.Equal(Described.Of(next with { Version = 2 }), Described.Of(await ReadAsync(next.Id)));
    }

    [Theory, MemberData(nameof(EveryState))]
    public async Task A_channel_can_go_back_from_any_state(string state)
    {
        var first = await AddAsync(it => it with { State = StoreSample.MerchantStates[state], Balance = StoreSample.Paid(1), DepositHeight = 5 }, state);
        var next = first with { State = new MerchantState.Open(), Balance = Balance.Nothing, DepositHeight = null };

        Assert.True(await Store.TryWriteAsync(next, 1, Ct));

        Assert.Equal(Described.Of(next with { Version = 2 }), Described.Of(await ReadAsync(next.Id)));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(499_999_999u)]
    [InlineData(500_000_000u)]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    public async Task Every_expiry_comes_back(uint expiry)
    {
        var added = await AddAsync(it => it with { Terms = StoreSample.Terms(expiry) }, "coin");

        Assert.Equal(added.Terms, (await ReadAsync(added.Id)).Terms);
    }

    [Fact]
    public async Task Amounts_up_to_all_bitcoin_there_can_be_come_back()
    {
        const long All = 21_000_000L * 100_000_000;
        var deposit = StoreSample.DepositTransaction("rich");
        var channel = StoreSample.Merchant(deposit) with
        {
            Deposit = new Deposit(new OutPoint(deposit.GetHash(), uint.MaxValue), Money.Satoshis(All)), Balance = StoreSample.Paid(All - 346, (All - 346) * 1000),
        };

        var added = Assert.IsType<AddOutcome.Added>(await Store.AddAsync(_ => channel, deposit, Ct)).Channel;

        Assert.Equal(Described.Of(added), Described.Of(await ReadAsync(added.Id)));
    }

    [Fact]
    public async Task The_deposit_comes_back_with_its_witness()
    {
        var deposit = StoreSample.DepositTransaction("one", "two");
        deposit.Inputs[1].WitScript = new WitScript([[1, 2, 3], []]);
        var added = Assert.IsType<AddOutcome.Added>(await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct)).Channel;

        Assert.Equal(deposit.ToHex(), (await Store.FindDepositAsync(added.Id, Ct))?.ToHex());
        Assert.Equal(new[] { StoreSample.Coin("one"), StoreSample.Coin("two") }.ToHashSet(), (await Store.DepositInputsAsync(added.Id, Ct)).ToHashSet());
    }

    [Fact]
    public async Task A_stale_version_writes_nothing()
    {
        var first = await AddAsync(it => it with { Balance = StoreSample.Paid(1), State = new MerchantState.Open() }, "coin");
        Assert.True(await Store.TryWriteAsync(first with { DepositHeight = 10 }, 1, Ct));
        var before = Described.Of(await ReadAsync(first.Id));

        Assert.False(await Store.TryWriteAsync(first with { DepositHeight = 11 }, 1, Ct));
        Assert.False(await Store.TryWriteAsync(first with { DepositHeight = 11 }, 3, Ct));
        Assert.False(await Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(2), Version = 2 }), Ct));
        Assert.False(await Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(2), Version = 4 }), Ct));

        Assert.Equal(before, Described.Of(await ReadAsync(first.Id)));
    }

    [Fact]
    public async Task A_channel_that_was_never_added_is_not_written()
    {
        var channel = StoreSample.Merchant(StoreSample.DepositTransaction("unknown")) with { Balance = StoreSample.Paid(1) };

        Assert.False(await Store.TryWriteAsync(channel, 0, Ct));
        Assert.False(await Store.TryWritePaymentAsync(new(channel with { Version = 1 }), Ct));
        Assert.Null(await Store.FindAsync(channel.Id, Ct));
    }

    [Fact]
    public async Task Payments_change_the_balance_and_nothing_else()
    {
        var first = await AddAsync(it => it with { State = new MerchantState.Open(), DepositHeight = 100 }, "coin");

        Assert.True(await Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(5_000), DepositHeight = 7, Version = 2 }), Ct));
        Assert.True(await Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(5_001, 4_000_500), State = new MerchantState.Closing(StoreSample.Close), Version = 3 }), Ct));

        var expected = first with { Balance = StoreSample.Paid(5_001, 4_000_500), Version = 3 };
        Assert.Equal(Described.Of(expected), Described.Of(await ReadAsync(first.Id)));
    }

    [Theory, MemberData(nameof(EveryState))]
    public async Task A_payment_is_written_onto_an_open_channel_alone(string state)
    {
        var first = await AddAsync(it => it with { State = StoreSample.MerchantStates[state] }, state);

        Assert.Equal(first.State is MerchantState.Open, await Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(1), State = new MerchantState.Open(), Version = 2 }), Ct));

        Assert.Equal(first.State is MerchantState.Open ? 2 : 1, (await ReadAsync(first.Id)).Version);
    }

    [Theory]
    [InlineData(5_000, 0)]
    [InlineData(4_999, 0)]
    [InlineData(5_001, 2_999)]
    public async Task A_payment_never_lowers_what_is_authorized_or_spent(long total, long spentMilli)
    {
        var first = await AddAsync(it => it with { State = new MerchantState.Open(), Balance = StoreSample.Paid(5_000, 3_000) }, "coin");

        Assert.False(await Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(total, spentMilli), Version = 2 }), Ct));
        Assert.True(await Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(5_001, 3_000), Version = 2 }), Ct));
    }

    [Fact]
    public async Task A_payment_whose_forerunner_failed_is_not_written_onto_the_close_that_took_its_version()
    {
        var first = await AddAsync(it => it with { State = new MerchantState.Open(), Balance = StoreSample.Paid(5_000) }, "coin");
        var closing = first with { State = new MerchantState.Closing(StoreSample.Close) };

        var writes = await Task.WhenAll(
            Store.TryWriteAsync(closing, 1, Ct),
            Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(6_000), Version = 2 }), Ct),
            Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(7_000), Version = 3 }), Ct));

        Assert.Equal([true, false, false], writes);
        Assert.Equal(Described.Of(closing with { Version = 2 }), Described.Of(await ReadAsync(first.Id)));
    }

    [Fact]
    public async Task Of_payments_at_once_from_one_version_one_is_written()
    {
        var first = await AddAsync(it => it with { State = new MerchantState.Open() }, "coin");

        var written = await Task.WhenAll(Enumerable.Range(1, 20).Select(total => Task.Run(
            () => Store.TryWritePaymentAsync(new(first with { Balance = StoreSample.Paid(total), Version = 2 }), Ct))));

        var winner = Array.IndexOf(written, true) + 1;
        Assert.Single(written, it => it);
        Assert.Equal(Money.Satoshis(winner), (await ReadAsync(first.Id)).Balance.Authorized);
    }

    [Fact]
    public async Task Of_adds_at_once_for_one_outpoint_one_is_admitted()
    {
        var deposit = StoreSample.DepositTransaction("coin");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(
            () => Store.AddAsync(index => StoreSample.Merchant(deposit, index) with { Offer = StoreSample.Offer($"{number}") }, deposit, Ct))));

        var added = Assert.Single(outcomes.OfType<AddOutcome.Added>()).Channel;
        Assert.All(outcomes.Except(outcomes.OfType<AddOutcome.Added>()), it => Assert.Equal(Described.Of(added), Described.Of(Assert.IsType<AddOutcome.OutPointTaken>(it).Channel)));
    }

    [Fact]
    public async Task Of_adds_at_once_for_one_offer_one_is_admitted()
    {
        var deposits = Enumerable.Range(0, 20).Select(number => StoreSample.DepositTransaction($"{number}")).ToList();

        var outcomes = await Task.WhenAll(deposits.Select(deposit => Task.Run(
            () => Store.AddAsync(index => StoreSample.Merchant(deposit, index) with { Offer = StoreSample.Offer("one") }, deposit, Ct))));

        var added = Assert.Single(outcomes.OfType<AddOutcome.Added>()).Channel;
        Assert.All(outcomes.Except(outcomes.OfType<AddOutcome.Added>()), it => Assert.Equal(Described.Of(added), Described.Of(Assert.IsType<AddOutcome.OfferTaken>(it).Channel)));
    }

    [Fact]
    public async Task The_same_open_again_is_told_by_its_offer()
    {
        var deposit = StoreSample.DepositTransaction("coin");
        var added = Assert.IsType<AddOutcome.Added>(await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct)).Channel;

        var again = await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct);

        Assert.Equal(Described.Of(added), Described.Of(Assert.IsType<AddOutcome.OfferTaken>(again).Channel));
    }

    [Fact]
    public async Task Payout_indices_begin_at_zero_and_are_never_shared()
    {
        var deposits = Enumerable.Range(0, 30).Select(number => StoreSample.DepositTransaction($"{number}")).ToList();

        var outcomes = await Task.WhenAll(deposits.Select(deposit => Task.Run(() => Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct))));

        Assert.Equal(Enumerable.Range(0, 30).Select(it => (uint)it), outcomes.Cast<AddOutcome.Added>().Select(it => it.Channel.PayoutIndex).Order());
    }

    [Fact]
    public async Task Retries_use_no_payout_index_up()
    {
        var deposit = StoreSample.DepositTransaction("coin");
        for (var i = 0; i < 5; i++) await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct);

        Assert.Equal(1u, (await AddAsync(it => it, "other")).PayoutIndex);
    }

    [Fact]
    public async Task When_the_channel_cannot_be_built_nothing_is_stored()
    {
        var deposit = StoreSample.DepositTransaction("coin");
        var channel = StoreSample.Merchant(deposit);

        await Assert.ThrowsAsync<TimeoutException>(() => Store.AddAsync(_ => throw new TimeoutException(), deposit, Ct));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AddAsync(index => StoreSample.Merchant(deposit, index + 1), deposit, Ct));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AddAsync(_ => channel, StoreSample.DepositTransaction("another"), Ct));

        Assert.Null(await Store.FindAsync(channel.Id, Ct));
        Assert.Null(await Store.FindByOfferAsync(channel.Offer, Ct));
        Assert.Empty(await Store.CountsAsync(Ct));
    }

    [Fact]
    public async Task A_newer_channel_of_a_coin_supersedes_those_that_wait_for_it()
    {
        var waiting = await AddAsync(it => it, "a", "b");
        var other = await AddAsync(it => it, "z");
        await AddAsync(it => it with { DepositHeight = 5 }, "mined", "b");
        await AddAsync(it => it with { Balance = StoreSample.Paid(1) }, "paid", "b");
        await AddAsync(it => it with { State = new MerchantState.Abandoned(AbandonReason.Superseded) }, "abandoned", "b");
        await AddAsync(it => it with { State = new MerchantState.Open() }, "open", "b");

        var deposit = StoreSample.DepositTransaction("new", "b", "a");
        var added = Assert.IsType<AddOutcome.Added>(await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct));

        Assert.Equal([waiting.Id], added.Superseded);
        Assert.DoesNotContain(other.Id, added.Superseded);
    }

    [Fact]
    public async Task A_write_that_was_called_off_in_time_does_nothing()
    {
        var first = await AddAsync(it => it, "coin");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.TryWriteAsync(first with { DepositHeight = 3 }, 1, new CancellationToken(canceled: true)));

        Assert.Null((await ReadAsync(first.Id)).DepositHeight);
    }
}

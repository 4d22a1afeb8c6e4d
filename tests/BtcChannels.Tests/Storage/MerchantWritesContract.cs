using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

public abstract class MerchantWritesContract : MerchantStoreContract
{
    [ContractFact]
    public void The_list_of_states_is_complete() => Assert.Equal(
        typeof(MerchantState).GetNestedTypes().Select(it => it.Name).Order(),
        StoreSample.MerchantStates.Values.Select(it => it.GetType().Name).Distinct().Order());

    [ContractFact]
    public void The_list_of_reasons_is_complete() => Assert.Equal(
        Enum.GetValues<AbandonReason>(),
        StoreSample.MerchantStates.Values.OfType<MerchantState.Abandoned>().Select(it => it.Reason).Distinct().Order());

    [ContractTheory, MemberData(nameof(EveryState))]
    public async Task A_channel_comes_back_as_it_was_added(string state)
    {
        var added = await AddAsync(it => it with { State = StoreSample.MerchantStates[state], Balance = StoreSample.Paid(70_000, 69_999_001), DepositHeight = 812 }, state);

        Assert.Equal(Described.Of(added), Described.Of(await ReadAsync(added.Id)));
    }

    [ContractTheory, MemberData(nameof(EveryState))]
    public async Task A_channel_comes_back_as_it_was_written(string state)
    {
        var next = await AddAsync(it => it, state) with { State = StoreSample.MerchantStates[state], Balance = StoreSample.Paid(70_000, 1), DepositHeight = 0 };

        Assert.True(await Store.TryWriteAsync(next, 1, Ct));

        Assert.Equal(Described.Of(next with { Version = 2 }), Described.Of(await ReadAsync(next.Id)));
    }

    [ContractTheory, MemberData(nameof(EveryState))]
    public async Task A_channel_can_go_back_from_any_state(string state)
    {
        var first = await AddAsync(it => it with { State = StoreSample.MerchantStates[state], Balance = StoreSample.Paid(1), DepositHeight = 5 }, state);
        var next = first with { State = new MerchantState.Open(), Balance = Balance.Nothing, DepositHeight = null };

        Assert.True(await Store.TryWriteAsync(next, 1, Ct));

        Assert.Equal(Described.Of(next with { Version = 2 }), Described.Of(await ReadAsync(next.Id)));
    }

    [ContractTheory]
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

    [ContractFact]
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

    [ContractFact]
    public async Task The_deposit_comes_back_with_its_witness()
    {
        var deposit = StoreSample.DepositTransaction("one", "two");
        deposit.Inputs[1].WitScript = new WitScript([[1, 2, 3], []]);
        var added = Assert.IsType<AddOutcome.Added>(await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct)).Channel;

        Assert.Equal(deposit.ToHex(), (await Store.FindDepositAsync(added.Id, Ct))?.ToHex());
        Assert.Equal(new[] { StoreSample.Coin("one"), StoreSample.Coin("two") }.ToHashSet(), (await Store.DepositInputsAsync(added.Id, Ct)).ToHashSet());
    }

    [ContractFact]
    public async Task A_stale_version_writes_nothing()
    {
        var first = await AddAsync(it => it with { Balance = StoreSample.Paid(1), State = new MerchantState.Open() }, "coin");
        Assert.True(await Store.TryWriteAsync(first with { DepositHeight = 10 }, 1, Ct));
        var before = Described.Of(await ReadAsync(first.Id));

        Assert.False(await Store.TryWriteAsync(first with { DepositHeight = 11 }, 1, Ct));
        Assert.False(await Store.TryWriteAsync(first with { DepositHeight = 11 }, 3, Ct));
        Assert.False(await Store.TryWritePaymentAsync(new PayableChannel(first).With(StoreSample.Paid(2)), Ct));
        Assert.False(await Store.TryWritePaymentAsync(new PayableChannel(first with { Version = 3 }).With(StoreSample.Paid(2)), Ct));

        Assert.Equal(before, Described.Of(await ReadAsync(first.Id)));
    }

    [ContractFact]
    public async Task A_restored_store_holds_all_that_is_not_closed()
    {
        var open = await AddAsync(it => it with { State = new MerchantState.Open() }, "open");
        var pending = await AddAsync(it => it, "pending");
        var closing = await AddAsync(it => it with { State = new MerchantState.Closing(StoreSample.Close) }, "closing");

        Assert.Equal(2, await Store.HoldAllAsync(Ct));

        Assert.Equal(Described.Of(open with { IsHeld = true, Version = 2 }), Described.Of(await ReadAsync(open.Id)));
        Assert.Equal(Described.Of(pending with { IsHeld = true, Version = 2 }), Described.Of(await ReadAsync(pending.Id)));
        Assert.Equal(Described.Of(closing), Described.Of(await ReadAsync(closing.Id)));
        Assert.False(await Store.TryWritePaymentAsync(new PayableChannel(open with { IsHeld = true, Version = 2 }).With(StoreSample.Paid(1)), Ct));
        Assert.True(await Store.TryWriteAsync(open with { Balance = StoreSample.Paid(1) }, 2, Ct));
        Assert.False((await ReadAsync(open.Id)).IsHeld);
    }

    [ContractFact]
    public async Task A_channel_that_was_never_added_is_not_written()
    {
        var channel = StoreSample.Merchant(StoreSample.DepositTransaction("unknown"));

        Assert.False(await Store.TryWriteAsync(channel, 0, Ct));
        Assert.False(await Store.TryWritePaymentAsync(new PayableChannel(channel).With(StoreSample.Paid(1)), Ct));
        Assert.Null(await Store.FindAsync(channel.Id, Ct));
    }

    [ContractFact]
    public async Task Payments_change_the_balance_and_nothing_else()
    {
        var first = await AddAsync(it => it with { State = new MerchantState.Open(), DepositHeight = 100 }, "coin");

        Assert.True(await Store.TryWritePaymentAsync(new PayableChannel(first with { DepositHeight = 7 }).With(StoreSample.Paid(5_000)), Ct));
        Assert.True(await Store.TryWritePaymentAsync(
            new PayableChannel(first with { Balance = StoreSample.Paid(5_000), State = new MerchantState.Closing(StoreSample.Close), Version = 2 }).With(StoreSample.Paid(5_001, 4_000_500)), Ct));

        var expected = first with { Balance = StoreSample.Paid(5_001, 4_000_500), Version = 3 };
        Assert.Equal(Described.Of(expected), Described.Of(await ReadAsync(first.Id)));
    }

    [ContractFact]
    public async Task A_payment_whose_predecessor_lost_its_version_to_a_close_is_not_written()
    {
        var open = await AddAsync(it => it with { State = new MerchantState.Open(), Balance = StoreSample.Paid(1_000), DepositHeight = 100 }, "coin");
        var first = new PayableChannel(open).With(StoreSample.Paid(2_000));

        var close = Store.TryWriteAsync(open with { State = new MerchantState.Closing(StoreSample.Close) }, 1, Ct);
        var payment = Store.TryWritePaymentAsync(first, Ct);
        var successor = Store.TryWritePaymentAsync(first.With(StoreSample.Paid(3_000)), Ct);

        Assert.Equal((true, false, false), (await close, await payment, await successor));
        Assert.Equal((Money.Satoshis(1_000), 2L), ((await ReadAsync(open.Id)).Balance.Authorized, (await ReadAsync(open.Id)).Version));
    }

    [ContractTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_payment_whose_predecessor_lost_its_version_to_another_write_is_not_written(bool isPaid)
    {
        var open = await AddAsync(it => it with { State = new MerchantState.Open(), DepositHeight = 100, Balance = isPaid ? StoreSample.Paid(1_000) : it.Balance }, "coin");
        var first = new PayableChannel(open).With(StoreSample.Paid(2_000));
        var second = first.With(StoreSample.Paid(3_000));

        var other = Store.TryWriteAsync(open with { DepositHeight = 101 }, 1, Ct);
        var payment = Store.TryWritePaymentAsync(first, Ct);
        var successor = Store.TryWritePaymentAsync(second, Ct);

        Assert.Equal((true, false, false), (await other, await payment, await successor));
        Assert.Equal((open.Balance.Authorized, 2L), ((await ReadAsync(open.Id)).Balance.Authorized, (await ReadAsync(open.Id)).Version));
    }

    [ContractFact]
    public async Task Of_payments_at_once_from_one_version_one_is_written()
    {
        var first = await AddAsync(it => it with { State = new MerchantState.Open() }, "coin");

        var written = await Task.WhenAll(Enumerable.Range(1, 20).Select(total => Task.Run(
            () => Store.TryWritePaymentAsync(new PayableChannel(first).With(StoreSample.Paid(total)), Ct))));

        var winner = Array.IndexOf(written, true) + 1;
        Assert.Single(written, it => it);
        Assert.Equal(Money.Satoshis(winner), (await ReadAsync(first.Id)).Balance.Authorized);
    }

    [ContractFact]
    public async Task A_payment_may_build_on_one_that_waits()
    {
        var first = await AddAsync(it => it with { State = new MerchantState.Open() }, "coin");
        var (chain, writes) = (new PayableChannel(first), new List<Task<bool>>());
        for (var total = 1; total <= 100; total++) writes.Add(Store.TryWritePaymentAsync(chain = chain.With(StoreSample.Paid(total)), Ct));

        Assert.All(await Task.WhenAll(writes), Assert.True);

        Assert.Equal(Described.Of(first with { Balance = StoreSample.Paid(100), Version = 101 }), Described.Of(await ReadAsync(first.Id)));
    }

    [ContractFact]
    public async Task What_builds_on_a_payment_that_failed_fails_with_it()
    {
        var first = await AddAsync(it => it with { State = new MerchantState.Open() }, "coin");
        var lost = new PayableChannel(first).With(StoreSample.Paid(10));
        var onLost = lost.With(StoreSample.Paid(20));
        Assert.True(await Store.TryWriteAsync(first with { DepositHeight = 7 }, 1, Ct));

        var writes = await Task.WhenAll(Store.TryWritePaymentAsync(lost, Ct), Store.TryWritePaymentAsync(onLost, Ct));

        Assert.Equal([false, false], writes);
        Assert.Equal(Described.Of(first with { DepositHeight = 7, Version = 2 }), Described.Of(await ReadAsync(first.Id)));
    }

    [ContractFact]
    public async Task Of_two_chains_of_payments_at_once_one_is_written()
    {
        var first = await AddAsync(it => it with { State = new MerchantState.Open() }, "coin");
        var (one, other) = (new PayableChannel(first).With(StoreSample.Paid(10)), new PayableChannel(first).With(StoreSample.Paid(11)));

        var writes = await Task.WhenAll(
            Store.TryWritePaymentAsync(one, Ct), Store.TryWritePaymentAsync(other, Ct),
            Store.TryWritePaymentAsync(other.With(StoreSample.Paid(12)), Ct), Store.TryWritePaymentAsync(one.With(StoreSample.Paid(15)), Ct));

        Assert.Equal([true, false, false, true], writes);
        Assert.Equal(Money.Satoshis(15), (await ReadAsync(first.Id)).Balance.Authorized);
    }

    [ContractFact]
    public async Task A_stale_payment_leaves_its_neighbours_alone()
    {
        var channels = new List<MerchantChannel>();
        for (var i = 0; i < 10; i++) channels.Add(await AddAsync(it => it with { State = new MerchantState.Open() }, $"{i}"));
        for (var i = 0; i < 10; i += 2) Assert.True(await Store.TryWriteAsync(channels[i] with { DepositHeight = 7 }, 1, Ct));

        var writes = await Task.WhenAll(channels.Select(it => Store.TryWritePaymentAsync(new PayableChannel(it).With(StoreSample.Paid(9)), Ct)));

        Assert.Equal(Enumerable.Range(0, 10).Select(i => i % 2 == 1), writes);
        foreach (var (channel, i) in channels.Select((it, i) => (it, i)))
            Assert.Equal(i % 2 == 1 ? 9 : 0, (await ReadAsync(channel.Id)).Balance.Authorized.Satoshi);
    }

    [ContractTheory, MemberData(nameof(EveryState))]
    public async Task Only_an_open_channel_takes_a_payment(string state)
    {
        var channel = await AddAsync(it => it with { State = StoreSample.MerchantStates[state] }, state);

        Assert.Equal(state == "open", await Store.TryWritePaymentAsync(new PayableChannel(channel).With(StoreSample.Paid(9)), Ct));
    }

    [ContractFact]
    public async Task Of_adds_at_once_for_one_outpoint_one_is_admitted()
    {
        var deposit = StoreSample.DepositTransaction("coin");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(
            () => Store.AddAsync(index => StoreSample.Merchant(deposit, index) with { Offer = StoreSample.Offer($"{number}") }, deposit, Ct))));

        var added = Assert.Single(outcomes.OfType<AddOutcome.Added>()).Channel;
        Assert.All(outcomes.Except(outcomes.OfType<AddOutcome.Added>()), it => Assert.Equal(Described.Of(added), Described.Of(Assert.IsType<AddOutcome.OutPointTaken>(it).Channel)));
    }

    [ContractFact]
    public async Task Of_adds_at_once_for_one_offer_one_is_admitted()
    {
        var deposits = Enumerable.Range(0, 20).Select(number => StoreSample.DepositTransaction($"{number}")).ToList();

        var outcomes = await Task.WhenAll(deposits.Select(deposit => Task.Run(
            () => Store.AddAsync(index => StoreSample.Merchant(deposit, index) with { Offer = StoreSample.Offer("one") }, deposit, Ct))));

        var added = Assert.Single(outcomes.OfType<AddOutcome.Added>()).Channel;
        Assert.All(outcomes.Except(outcomes.OfType<AddOutcome.Added>()), it => Assert.Equal(Described.Of(added), Described.Of(Assert.IsType<AddOutcome.OfferTaken>(it).Channel)));
    }

    [ContractFact]
    public async Task The_same_open_again_is_told_by_its_offer()
    {
        var deposit = StoreSample.DepositTransaction("coin");
        var added = Assert.IsType<AddOutcome.Added>(await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct)).Channel;

        var again = await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct);

        Assert.Equal(Described.Of(added), Described.Of(Assert.IsType<AddOutcome.OfferTaken>(again).Channel));
    }

    [ContractFact]
    public async Task Payout_indices_begin_at_zero_and_are_never_shared()
    {
        var deposits = Enumerable.Range(0, 30).Select(number => StoreSample.DepositTransaction($"{number}")).ToList();

        var outcomes = await Task.WhenAll(deposits.Select(deposit => Task.Run(() => Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct))));

        Assert.Equal(Enumerable.Range(0, 30).Select(it => (uint)it), outcomes.Cast<AddOutcome.Added>().Select(it => it.Channel.PayoutIndex).Order());
    }

    [ContractFact]
    public async Task Retries_use_no_payout_index_up()
    {
        var deposit = StoreSample.DepositTransaction("coin");
        for (var i = 0; i < 5; i++) await Store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct);

        Assert.Equal(1u, (await AddAsync(it => it, "other")).PayoutIndex);
    }

    [ContractFact]
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

    [ContractFact]
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

    [ContractFact]
    public async Task A_write_that_was_called_off_in_time_does_nothing()
    {
        var first = await AddAsync(it => it, "coin");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.TryWriteAsync(first with { DepositHeight = 3 }, 1, new CancellationToken(canceled: true)));

        Assert.Null((await ReadAsync(first.Id)).DepositHeight);
    }
}

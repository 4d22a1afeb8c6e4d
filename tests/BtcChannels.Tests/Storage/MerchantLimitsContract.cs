using BtcChannels.Storage;
using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

/// <summary>What a store counts so that it can be bounded.</summary>
public abstract class MerchantLimitsContract : MerchantStoreContract
{
    private static readonly Money Bound = Money.Satoshis(10_000L);

    private Task<MerchantChannel> OpenUnminedAsync(string coin) => AddAsync(it => it with { State = new MerchantState.Open() }, coin);

    private Task<UnminedPayment> PayAsync(MerchantChannel channel, long total) =>
        Store.TryWriteUnminedPaymentAsync(Paid(channel, total), Bound, Ct);

    // One version on, upon the balance that the channel has.
    private static PayableChannel Paid(MerchantChannel channel, long total) => new PayableChannel(channel).With(StoreSample.Paid(total));

    [ContractFact]
    public async Task Payments_on_unmined_deposits_are_written_up_to_the_bound()
    {
        var (one, two) = (await OpenUnminedAsync("one"), await OpenUnminedAsync("two"));

        Assert.Equal(UnminedPayment.Written, await PayAsync(one, 6_000));
        Assert.Equal(UnminedPayment.OverBound, await PayAsync(two, 4_001));
        Assert.Equal(UnminedPayment.Written, await PayAsync(two, 4_000));
        Assert.Equal(UnminedPayment.OverBound, await PayAsync(await ReadAsync(one.Id), 6_001));
        Assert.Equal((6_000, 4_000), ((await ReadAsync(one.Id)).Balance.Authorized.Satoshi, (await ReadAsync(two.Id)).Balance.Authorized.Satoshi));
    }

    [ContractFact]
    public async Task One_that_is_behind_is_told_so_before_the_bound_is()
    {
        var one = await OpenUnminedAsync("one");
        Assert.Equal(UnminedPayment.Written, await PayAsync(one, 9_000));

        Assert.Equal(UnminedPayment.Behind, await PayAsync(one, 11_000));
        Assert.Equal(UnminedPayment.Behind, await PayAsync(one, 9_001));
    }

    [ContractFact]
    public async Task What_is_mined_counts_no_more_and_what_is_lost_counts_until_it_is_over()
    {
        var (mined, lost, other) = (await OpenUnminedAsync("mined"), await OpenUnminedAsync("lost"), await OpenUnminedAsync("other"));
        Assert.Equal(UnminedPayment.Written, await PayAsync(mined, 5_000));
        Assert.Equal(UnminedPayment.Written, await PayAsync(lost, 5_000));
        Assert.True(await Store.TryWriteAsync(await ReadAsync(mined.Id) with { DepositHeight = 100 }, 2, Ct));
        Assert.True(await Store.TryWriteAsync(await ReadAsync(lost.Id) with { State = new MerchantState.Abandoned(AbandonReason.DoubleSpent) }, 2, Ct));

        Assert.Equal(UnminedPayment.OverBound, await PayAsync(other, 5_001));
        Assert.Equal(UnminedPayment.Written, await PayAsync(other, 5_000));

        Assert.True(await Store.TryWriteAsync(await ReadAsync(lost.Id) with { State = new MerchantState.Abandoned(AbandonReason.DoubleSpent, IsOver: true) }, 3, Ct));
        Assert.Equal(UnminedPayment.Written, await PayAsync(await ReadAsync(other.Id), 10_000));
    }

    [ContractFact]
    public async Task Payments_at_once_never_pass_the_bound()
    {
        var channels = new List<MerchantChannel>();
        for (var i = 0; i < 20; i++) channels.Add(await OpenUnminedAsync($"{i}"));

        var outcomes = await Task.WhenAll(channels.Select(channel => Task.Run(() => PayAsync(channel, 3_000))));

        Assert.Equal(3, outcomes.Count(it => it == UnminedPayment.Written));
        Assert.Equal(17, outcomes.Count(it => it == UnminedPayment.OverBound));
    }

    [ContractFact]
    public void No_stream_of_payments_blocks_and_double_spends_brings_what_is_at_risk_above_the_bound()
    {
        var steps = from channel in Gen.Choose(0, 4)
                    from what in Gen.Frequency((6, Gen.Constant("pay")), (1, Gen.Constant("mine")), (1, Gen.Constant("unmine")), (1, Gen.Constant("lose")), (1, Gen.Constant("end")))
                    from more in Gen.Choose(1, 4_000)
                    select (Channel: channel, What: what, More: more);
        var run = 0;
        Prop.ForAll(steps.ArrayOf().Resize(40).ToArbitrary(), stream => PlayAsync($"run {run++}", stream).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private async Task PlayAsync(string run, (int Channel, string What, int More)[] stream)
    {
        var ids = new List<ChannelId>();
        for (var i = 0; i < 5; i++) ids.Add((await OpenUnminedAsync($"{run} {i}")).Id);
        foreach (var (number, what, more) in stream)
        {
            var channel = await ReadAsync(ids[number]);
            var before = await AtRiskAsync();
            switch (what)
            {
                case "pay" when channel is { State: MerchantState.Open, DepositHeight: null } && channel.Balance.Authorized.Satoshi + more <= channel.Capacity.Satoshi:
                    var total = channel.Balance.Authorized.Satoshi + more;
                    var expected = before + more > Bound.Satoshi ? UnminedPayment.OverBound : UnminedPayment.Written;
                    Assert.Equal(expected, await PayAsync(channel, total));
                    Assert.True(await AtRiskAsync() <= Math.Max(before, Bound.Satoshi));
                    break;
                case "mine":
                    await Store.TryWriteAsync(channel with { DepositHeight = 100 }, channel.Version, Ct);
                    break;
                case "unmine":
                    await Store.TryWriteAsync(channel with { DepositHeight = null }, channel.Version, Ct);
                    break;
                case "lose":
                    await Store.TryWriteAsync(channel with { DepositHeight = null, State = new MerchantState.Abandoned(AbandonReason.DoubleSpent) }, channel.Version, Ct);
                    break;
                case "end" when channel.State is MerchantState.Abandoned:
                    await Store.TryWriteAsync(channel with { State = new MerchantState.Abandoned(AbandonReason.DoubleSpent, IsOver: true) }, channel.Version, Ct);
                    break;
            }
        }
        // The next stream begins with nothing at risk.
        foreach (var id in ids)
        {
            var channel = await ReadAsync(id);
            await Store.TryWriteAsync(channel with { DepositHeight = 100, State = new MerchantState.Open() }, channel.Version, Ct);
        }

        async Task<long> AtRiskAsync()
        {
            var sum = 0L;
            foreach (var id in ids)
                if (await ReadAsync(id) is { DepositHeight: null, State.IsFinal: false } risky) sum += risky.Balance.Authorized.Satoshi;
            return sum;
        }
    }

    [ContractFact]
    public async Task What_waits_for_its_deposit_is_told()
    {
        var pending = await AddAsync(it => it, "pending");
        var unmined = await OpenUnminedAsync("unmined");
        await AddAsync(it => it with { DepositHeight = 100 }, "mined");
        await AddAsync(it => it with { DepositHeight = 100, State = new MerchantState.Open() }, "open");
        await AddAsync(it => it with { State = new MerchantState.Abandoned(AbandonReason.DeadlinePassed) }, "given up");

        Assert.Equal(new[] { pending.Id, unmined.Id }.ToHashSet(), (await Store.AwaitedAsync(Ct)).ToHashSet());
    }

    [ContractFact]
    public async Task What_comes_within_the_margin_soon_is_told_by_the_time_that_is_left()
    {
        var now = new Moment(1_800_000_000, new ChainTip(1_000, uint256.One, 1_799_996_400), 1_800_000_000);
        async Task AddPaidAsync(string name, long expiry, MerchantState? state = null) =>
            await AddAsync(it => it with { Terms = StoreSample.Terms((uint)expiry), State = state ?? new MerchantState.Open(), Balance = StoreSample.Paid(1_000) }, name);
        var margin = now.Clock + 3_600;
        await AddPaidAsync("due", margin);
        await AddPaidAsync("next", margin + 1);
        await AddPaidAsync("at the end", margin + 600);
        await AddPaidAsync("later", margin + 601);
        await AddPaidAsync("due by height", 1_006);
        await AddPaidAsync("by height", 1_007);
        await AddPaidAsync("later by height", 1_008);
        await AddPaidAsync("closing", margin + 5, new MerchantState.Closing(StoreSample.Close));
        await AddAsync(it => it with { Terms = StoreSample.Terms((uint)margin + 5), State = new MerchantState.Open() }, "unpaid");

        Assert.Equal([1L, 600L, 600L], await Store.DueSoonAsync(now, TimeSpan.FromHours(1), TimeSpan.FromMinutes(10), Ct));
    }
}

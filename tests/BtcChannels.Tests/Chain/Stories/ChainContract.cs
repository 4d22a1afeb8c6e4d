using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.ChainStories;

/// <summary>What a merchant relies on in any chain backend, as stories of deposits, closes and refunds. Each runs against every backend that there is.</summary>
public abstract class ChainContract
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly HashSet<(bool IsPaid, OutPoint OutPoint, uint256 By)> _known = [];

    protected abstract Task<IStoryWorld> StartAsync();

    [Fact]
    public async Task A_deposit_is_seen_in_the_mempool_then_in_its_block_and_told_once()
    {
        await using var world = await StartAsync();
        var (chain, at) = await BeginAsync(world);
        var (address, deposit) = await DepositAsync(world);
        Assert.IsType<MempoolVerdict.Acceptable>(await chain.TestAsync(deposit, s_ct));
        await AwaitAsync(chain, address, deposit);
        var outPoint = address.OutPointIn(deposit);
        Assert.Null(await chain.GetUnspentAsync(outPoint, s_ct));

        await world.RelayAsync(deposit);
        Assert.Null((await chain.GetUnspentAsync(outPoint, s_ct))!.Height);
        Assert.IsType<MempoolVerdict.Acceptable>(await chain.TestAsync(deposit, s_ct));
        var block = await world.MineAsync();

        var told = Assert.IsType<ChainEvent.Connected>(Assert.Single(await DrainAsync(chain, at, world)));
        Assert.Equal((block, await world.HeightAsync()), (told.Block.Hash, told.Block.Height));
        var paid = Assert.Single(told.Matches.OfType<ChainMatch.Paid>());
        Assert.Equal((outPoint, 100_000), (paid.OutPoint, paid.Output.Value.Satoshi));
        Assert.Equal(deposit.ToHex(), paid.Transaction.ToHex());
        Assert.Equal(deposit.Inputs.Select(it => it.PrevOut), told.Matches.OfType<ChainMatch.Spent>().Select(it => it.OutPoint));
        Assert.Equal(told.Block, await chain.GetTipAsync(s_ct));
        Assert.Equal(told.Block.Height, (await chain.GetUnspentAsync(outPoint, s_ct))!.Height);
        await world.MineAsync();
        Assert.Empty(Assert.IsType<ChainEvent.Connected>(Assert.Single(await DrainAsync(chain, told.Cursor, world))).Matches);
        Assert.Equal(told.Block.Height, (await chain.GetUnspentAsync(outPoint, s_ct))!.Height);
    }

    [Fact]
    public async Task A_deposit_and_its_spend_in_one_block_are_told_in_order()
    {
        await using var world = await StartAsync();
        var (chain, at) = await BeginAsync(world);
        var (address, deposit) = await DepositAsync(world);
        await AwaitAsync(chain, address, deposit);
        var spend = address.Spend(deposit);
        await world.RelayAsync(deposit);
        await world.RelayAsync(spend);
        await world.MineExactlyAsync(deposit, spend);

        var told = Assert.IsType<ChainEvent.Connected>(Assert.Single(await DrainAsync(chain, at, world)));
        var outPoint = address.OutPointIn(deposit);
        var paid = told.Matches.ToList().FindIndex(it => it is ChainMatch.Paid paid && paid.OutPoint == outPoint);
        var spent = told.Matches.ToList().FindIndex(it => it is ChainMatch.Spent spent && spent.OutPoint == outPoint);
        Assert.True(paid >= 0 && spent > paid, $"{paid}, {spent}");
    }

    [Fact]
    public async Task A_reorganised_deposit_goes_with_its_block_and_comes_with_another()
    {
        await using var world = await StartAsync();
        var (chain, at) = await BeginAsync(world);
        var (address, deposit) = await DepositAsync(world);
        await AwaitAsync(chain, address, deposit);
        await world.RelayAsync(deposit);
        uint256[] old = [await world.MineAsync(), await world.MineAsync()];
        var before = await DrainAsync(chain, at, world);
        var come = await world.ReorganizeAsync(2, 3);

        var events = await DrainAsync(chain, before[^1].Cursor, world);
        Assert.Equal(old.Reverse(), events.Take(2).Select(it => Assert.IsType<ChainEvent.Disconnected>(it).Block.Hash));
        Assert.Equal(come, events.Skip(2).Select(it => Assert.IsType<ChainEvent.Connected>(it).Block.Hash));
        Assert.All(events.Skip(2), it => Assert.Empty(MatchesOf(it)));
        Assert.Null((await chain.GetUnspentAsync(address.OutPointIn(deposit), s_ct))!.Height);

        await world.MineAsync();
        var again = Assert.Single(await DrainAsync(chain, events[^1].Cursor, world));
        Assert.Equal(address.OutPointIn(deposit), Assert.Single(MatchesOf(again).OfType<ChainMatch.Paid>()).OutPoint);
        Assert.Equal(await world.HeightAsync(), (await chain.GetUnspentAsync(address.OutPointIn(deposit), s_ct))!.Height);
    }

    [Fact]
    public async Task A_double_spent_deposit_is_gone_at_once_and_its_spender_is_told_with_the_block()
    {
        await using var world = await StartAsync();
        var (chain, at) = await BeginAsync(world);
        var (address, deposit) = await DepositAsync(world);
        await AwaitAsync(chain, address, deposit);
        await world.RelayAsync(deposit);
        Assert.NotNull(await chain.GetUnspentAsync(address.OutPointIn(deposit), s_ct));

        var other = await world.DoubleSpendAsync(deposit);
        await world.RelayAsync(other);
        Assert.Null(await chain.GetUnspentAsync(address.OutPointIn(deposit), s_ct));
        Assert.IsType<BroadcastOutcome.Conflicts>(await chain.BroadcastAsync(deposit, s_ct));
        await world.MineAsync();

        var told = Assert.Single(await DrainAsync(chain, at, world));
        var spent = Assert.Single(MatchesOf(told).OfType<ChainMatch.Spent>());
        Assert.Equal((deposit.Inputs[0].PrevOut, other.GetHash()), (spent.OutPoint, spent.Transaction.GetHash()));
        Assert.Empty(MatchesOf(told).OfType<ChainMatch.Paid>());
        Assert.IsType<BroadcastOutcome.InputsMissing>(await chain.BroadcastAsync(deposit, s_ct));
    }

    [Fact]
    public async Task A_deposit_that_is_double_spent_by_a_reorganisation_has_its_spender_told()
    {
        await using var world = await StartAsync();
        var (chain, at) = await BeginAsync(world);
        var (address, deposit) = await DepositAsync(world);
        var other = await world.DoubleSpendAsync(deposit);
        await AwaitAsync(chain, address, deposit);
        await world.RelayAsync(deposit);
        await world.MineAsync();
        var before = await DrainAsync(chain, at, world);
        await world.ReorganizeAsync(1, 2, other);

        var events = await DrainAsync(chain, before[^1].Cursor, world);
        Assert.IsType<ChainEvent.Disconnected>(events[0]);
        Assert.Equal(other.GetHash(), Assert.Single(MatchesOf(events[1]).OfType<ChainMatch.Spent>()).Transaction.GetHash());
        Assert.Null(await chain.GetUnspentAsync(address.OutPointIn(deposit), s_ct));
    }

    [Fact]
    public async Task A_close_is_broadcast_replaced_mined_and_reorganised()
    {
        await using var world = await StartAsync();
        var (chain, address, deposit, at) = await OpenAsync(world);
        var (cheap, close) = (address.Spend(deposit, fee: 1_000), address.Spend(deposit, fee: 5_000));

        Assert.IsType<BroadcastOutcome.InMempool>(await chain.BroadcastAsync(cheap, s_ct));
        Assert.IsType<BroadcastOutcome.InMempool>(await chain.BroadcastAsync(cheap, s_ct));
        Assert.IsType<BroadcastOutcome.InMempool>(await chain.BroadcastAsync(close, s_ct));
        Assert.IsType<BroadcastOutcome.Conflicts>(await chain.BroadcastAsync(cheap, s_ct));
        Assert.Null(await chain.GetUnspentAsync(address.OutPointIn(deposit), s_ct));
        await world.MineAsync();
        var mined = Assert.Single(await DrainAsync(chain, at, world));
        Assert.Equal(close.GetHash(), Assert.Single(MatchesOf(mined).OfType<ChainMatch.Spent>()).Transaction.GetHash());
        Assert.IsType<BroadcastOutcome.InChain>(await chain.BroadcastAsync(close, s_ct));
        Assert.IsType<BroadcastOutcome.InputsMissing>(await chain.BroadcastAsync(cheap, s_ct));

        await world.ReorganizeAsync(1, 2);
        var events = await DrainAsync(chain, mined.Cursor, world);
        Assert.IsType<ChainEvent.Disconnected>(events[0]);
        Assert.IsType<BroadcastOutcome.InMempool>(await chain.BroadcastAsync(close, s_ct));
        await world.MineAsync();
        Assert.Equal(close.GetHash(), Assert.Single(MatchesOf(Assert.Single(await DrainAsync(chain, events[^1].Cursor, world))).OfType<ChainMatch.Spent>()).Transaction.GetHash());
    }

    [Fact]
    public async Task A_refund_waits_for_its_time_and_is_told_when_it_is_mined()
    {
        await using var world = await StartAsync();
        var (chain, address, deposit, at) = await OpenAsync(world);
        var refund = address.Spend(deposit, lockTime: checked((uint)await world.HeightAsync() + 1));

        Assert.IsType<BroadcastOutcome.NotFinal>(await chain.BroadcastAsync(refund, s_ct));
        Assert.Equal(new MempoolVerdict.Unacceptable("non-final"), await chain.TestAsync(refund, s_ct));
        await world.MineAsync();
        Assert.IsType<BroadcastOutcome.InMempool>(await chain.BroadcastAsync(refund, s_ct));
        await world.MineAsync();
        Assert.Equal(refund.GetHash(), Assert.Single(MatchesOf((await DrainAsync(chain, at, world))[^1]).OfType<ChainMatch.Spent>()).Transaction.GetHash());
    }

    [Fact]
    public async Task Too_little_fee_and_missing_coins_are_told_apart()
    {
        await using var world = await StartAsync();
        var (chain, address, deposit, _) = await OpenAsync(world);
        Assert.IsType<BroadcastOutcome.FeeTooLow>(await chain.BroadcastAsync(address.Spend(deposit, fee: 1), s_ct));
        Assert.IsType<BroadcastOutcome.Invalid>(await chain.BroadcastAsync(address.Spend(deposit, fee: -1), s_ct));
        var unsent = await world.FundAsync(address.ScriptPubKey, 100_000);
        Assert.IsType<BroadcastOutcome.InputsMissing>(await chain.BroadcastAsync(address.Spend(unsent), s_ct));
        Assert.Equal(new MempoolVerdict.Unacceptable("missing-inputs"), await chain.TestAsync(address.Spend(unsent), s_ct));
    }

    [Fact]
    public async Task A_deposit_that_was_in_the_mempool_before_it_was_shown_is_found_when_it_is_mined()
    {
        await using var world = await StartAsync();
        var (chain, at) = await BeginAsync(world);
        var (address, deposit) = await DepositAsync(world);
        await world.RelayAsync(deposit);
        await AwaitAsync(chain, address, deposit);
        Assert.Null((await chain.GetUnspentAsync(address.OutPointIn(deposit), s_ct))!.Height);
        await world.MineAsync();

        var found = (await DrainAsync(chain, at, world)).SelectMany(MatchesOf).OfType<ChainMatch.Paid>().DistinctBy(it => it.OutPoint);
        Assert.Equal(address.OutPointIn(deposit), Assert.Single(found).OutPoint);
        await AssertSpendIsToldAsync(world, chain, address, deposit);
    }

    [Fact]
    public async Task A_deposit_that_was_mined_before_it_was_shown_is_there_and_its_spend_is_told()
    {
        await using var world = await StartAsync();
        var (chain, at) = await BeginAsync(world);
        var (address, deposit) = await DepositAsync(world);
        await world.RelayAsync(deposit);
        await world.MineAsync();
        await DrainAsync(chain, at, world);
        await AwaitAsync(chain, address, deposit);

        Assert.Equal(await world.HeightAsync(), (await chain.GetUnspentAsync(address.OutPointIn(deposit), s_ct))!.Height);
        Assert.IsType<MempoolVerdict.Acceptable>(await chain.TestAsync(deposit, s_ct));
        await AssertSpendIsToldAsync(world, chain, address, deposit);
    }

    [Fact]
    public async Task Blocks_that_came_while_nobody_listened_are_told_oldest_first_by_another_run()
    {
        await using var world = await StartAsync();
        var (_, address, deposit, at) = await OpenAsync(world);
        var close = address.Spend(deposit);
        await world.RelayAsync(close);
        uint256[] blocks = [await world.MineAsync(), await world.MineAsync(), await world.MineAsync()];

        var chain = world.AnotherRun();
        await chain.ResumeAsync(at, s_ct);
        await chain.WatchAsync(address.OutPointIn(deposit), s_ct);
        var events = await DrainAsync(chain, at, world);
        Assert.Equal(blocks, events.OfType<ChainEvent.Connected>().Select(it => it.Block.Hash));
        Assert.Equal(close.GetHash(), Assert.Single(MatchesOf(events[0])).Transaction.GetHash());
        Assert.All(events.Skip(1).OfType<ChainEvent.Connected>(), it => Assert.Empty(it.Matches));
    }

    [Fact]
    public async Task While_the_node_is_down_every_question_says_so_and_afterwards_none()
    {
        await using var world = await StartAsync();
        if (world.NoOutages is not null) return;
        var (chain, address, deposit, at) = await OpenAsync(world);
        var (other, shown) = await DepositAsync(world);
        await chain.EstimateFeeAsync(6, s_ct);
        await world.StopNodeAsync();
        Func<Task>[] questions =
        [
            () => chain.GetTipAsync(s_ct), () => chain.GetCursorAsync(s_ct), () => chain.GetUnspentAsync(address.OutPointIn(deposit), s_ct), () => chain.NextAsync(at, s_ct),
            () => chain.TestAsync(shown, s_ct), () => chain.BroadcastAsync(address.Spend(deposit), s_ct),
        ];
        foreach (var question in questions) await Assert.ThrowsAsync<ChainUnavailableException>(question);
        await chain.EstimateFeeAsync(6, s_ct);   // what it said last
        await world.StartNodeAsync();

        Assert.Equal(await world.HeightAsync(), (await chain.GetTipAsync(s_ct)).Height);
        Assert.Empty(await DrainAsync(chain, at, world));
        await AwaitAsync(chain, other, shown);
        await AssertSpendIsToldAsync(world, chain, address, deposit);
    }

    [Fact]
    public async Task What_happened_while_the_backend_was_down_is_told_afterwards()
    {
        await using var world = await StartAsync();
        if (world.NoOutages is not null) return;
        var (chain, address, deposit, at) = await OpenAsync(world);
        var close = address.Spend(deposit);
        await world.RelayAsync(close);
        await world.StopBackendAsync();
        await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.NextAsync(at, s_ct));
        await world.StartBackendAsync();
        await world.RelayAsync(close);
        var block = await world.MineAsync();

        var events = await DrainAsync(chain, at, world);
        Assert.Equal(block, Assert.Single(events.OfType<ChainEvent.Connected>()).Block.Hash);
        Assert.Equal(close.GetHash(), Assert.Single(events.SelectMany(MatchesOf).OfType<ChainMatch.Spent>().DistinctBy(it => it.OutPoint)).Transaction.GetHash());
    }

    [Fact]
    public async Task Where_the_node_has_no_estimate_there_is_none()
    {
        await using var world = await StartAsync();
        Assert.Null(await world.Chain.EstimateFeeAsync(6, s_ct));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => world.Chain.EstimateFeeAsync(0, s_ct));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => world.Chain.EstimateFeeAsync(1_009, s_ct));
    }

    [Fact]
    public async Task A_cursor_of_another_backend_is_a_mismatch()
    {
        await using var world = await StartAsync();
        await Assert.ThrowsAsync<ChainMismatchException>(() => world.Chain.ResumeAsync(new ChainCursor("elsewhere"), s_ct));
    }

    protected static async Task<(IChain Chain, ChainCursor At)> BeginAsync(IStoryWorld world) => (world.Chain, await world.Chain.GetCursorAsync(s_ct));

    protected static async Task<(OpenAddress Address, Transaction Deposit)> DepositAsync(IStoryWorld world)
    {
        var address = new OpenAddress();
        return (address, await world.FundAsync(address.ScriptPubKey, 100_000));
    }

    /// <summary>As a merchant does before he answers whoever shows a deposit.</summary>
    protected static async Task AwaitAsync(IChain chain, OpenAddress address, Transaction deposit)
    {
        await chain.ExpectAsync(deposit, address.ScriptPubKey, s_ct);
        await chain.WatchAsync(address.ScriptPubKey, s_ct);
        await chain.WatchAsync(address.OutPointIn(deposit), s_ct);
        foreach (var input in deposit.Inputs) await chain.WatchAsync(input.PrevOut, s_ct);
    }

    /// <summary>A deposit in a block, with all told until then.</summary>
    protected async Task<(IChain Chain, OpenAddress Address, Transaction Deposit, ChainCursor At)> OpenAsync(IStoryWorld world)
    {
        var (chain, at) = await BeginAsync(world);
        var (address, deposit) = await DepositAsync(world);
        await AwaitAsync(chain, address, deposit);
        await world.RelayAsync(deposit);
        await world.MineAsync();
        return (chain, address, deposit, (await DrainAsync(chain, at, world))[^1].Cursor);
    }

    protected async Task<List<ChainEvent>> DrainAsync(IChain chain, ChainCursor cursor, IStoryWorld world)
    {
        var events = new List<ChainEvent>();
        var height = await world.HeightAsync();
        // Some backends are told of a block a moment after it was mined.
        for (var patience = 100; patience > 0; patience--)
        {
            while (await chain.NextAsync(cursor, s_ct) is { } next)
            {
                if (IsNews(next)) events.Add(next);
                cursor = next.Cursor;
            }
            if ((await chain.GetTipAsync(s_ct)).Height == height && await chain.NextAsync(cursor, s_ct) is null) break;
            await chain.WaitAsync(s_ct);
        }
        return events;
    }

    /// <summary>What is told as found may have been told before: a merchant does not mind, and neither does a story.</summary>
    private bool IsNews(ChainEvent told)
    {
        if (told is ChainEvent.Disconnected) _known.Clear();
        var news = MatchesOf(told).Count(it => _known.Add((it is ChainMatch.Paid, it is ChainMatch.Paid paid ? paid.OutPoint : ((ChainMatch.Spent)it).OutPoint, it.Transaction.GetHash())));
        return told is not ChainEvent.Found || news > 0;
    }

    protected static IReadOnlyList<ChainMatch> MatchesOf(ChainEvent told) => told switch
    {
        ChainEvent.Connected connected => connected.Matches,
        ChainEvent.Found found => found.Matches,
        _ => [],
    };

    private async Task AssertSpendIsToldAsync(IStoryWorld world, IChain chain, OpenAddress address, Transaction deposit)
    {
        var at = await chain.GetCursorAsync(s_ct);
        var close = address.Spend(deposit);
        Assert.IsType<BroadcastOutcome.InMempool>(await chain.BroadcastAsync(close, s_ct));
        await world.MineAsync();
        var spent = (await DrainAsync(chain, at, world)).SelectMany(MatchesOf).OfType<ChainMatch.Spent>().Where(it => it.OutPoint == address.OutPointIn(deposit)).DistinctBy(it => it.OutPoint);
        Assert.Equal(close.GetHash(), Assert.Single(spent).Transaction.GetHash());
    }
}

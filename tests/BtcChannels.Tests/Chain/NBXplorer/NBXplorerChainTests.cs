using BtcChannels.Chain;
using BtcChannels.ChainStories;
using NBitcoin;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>What is NBXplorer's own among the chain backends.</summary>
public sealed class NBXplorerChainTests
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    [SharedFact]
    public async Task A_block_that_extends_the_tip_costs_the_same_however_much_is_watched()
    {
        await using var world = await ReplayedWorld.StartAsync();
        var at = await SettleAsync(world, await world.Chain.GetCursorAsync(s_ct));
        var few = await CostOfBlockAsync(world, at);
        for (var i = 0; i < 500; i++) await world.Chain.WatchAsync(new OutPoint(uint256.One, i), s_ct);
        at = await SettleAsync(world, await world.Chain.GetCursorAsync(s_ct));
        Assert.Equal(few, await CostOfBlockAsync(world, at));
    }

    [SharedFact]
    public async Task A_customer_is_not_told_before_address_and_coins_are_tracked()
    {
        await using var world = await ReplayedWorld.StartAsync();
        var address = new OpenAddress();
        var deposit = await world.FundAsync(address.ScriptPubKey, 100_000);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => world.Chain.ExpectAsync(deposit, address.ScriptPubKey, s_ct));   // nobody knows the group yet
        await world.Chain.GetCursorAsync(s_ct);
        await world.Chain.ExpectAsync(deposit, address.ScriptPubKey, s_ct);
        var coin = world.Server.Node.FindUnspent(deposit.Inputs[0].PrevOut, withMempool: false)!.Value.Output.ScriptPubKey;
        var group = $"GROUP:{Assert.Single(world.Server.Index.Groups)}";
        Assert.All(new[] { address.ScriptPubKey, coin }, script => Assert.True(
            world.Server.Index.IsTracked(script, group) && world.Server.Index.IsTracked(script, $"ADDRESS:{script.GetDestinationAddress(Network.RegTest)}")));
        Assert.DoesNotContain(world.Server.Node.Mempool, it => it.GetHash() == deposit.GetHash());
    }

    [SharedFact]
    public async Task The_spender_of_a_coin_without_an_address_is_told_with_its_block()
    {
        await using var world = await ReplayedWorld.StartAsync();
        world.Server.Answers.IsExposed = true;
        var (coin, address, deposit) = FundFromBareKey(world);
        var at = await SettleAsync(world, await world.Chain.GetCursorAsync(s_ct));
        await world.Chain.ExpectAsync(deposit, address.ScriptPubKey, s_ct);
        await world.Chain.WatchAsync(coin, s_ct);
        var other = SpendElsewhere(coin);
        world.Server.Do(node => node.MineExactly(other));

        var told = Assert.IsType<ChainEvent.Connected>(await world.Chain.NextAsync(at, s_ct));
        Assert.Equal((coin, other.GetHash()), Assert.Single(told.Matches.OfType<ChainMatch.Spent>()) is var spent ? (spent.OutPoint, spent.Transaction.GetHash()) : default);
    }

    [SharedFact]
    public async Task The_spender_of_a_coin_without_an_address_is_found_by_a_later_run()
    {
        await using var world = await ReplayedWorld.StartAsync();
        world.Server.Answers.IsExposed = true;
        var (coin, address, deposit) = FundFromBareKey(world);
        var at = await world.Chain.GetCursorAsync(s_ct);
        await world.Chain.ExpectAsync(deposit, address.ScriptPubKey, s_ct);
        var other = SpendElsewhere(coin);
        var height = world.Server.Do(node => node.MineExactly(other).Height);
        for (var i = 0; i < 20; i++) world.Server.Do(node => node.MineExactly());
        at = await SettleAsync(world, at);

        var later = world.AnotherRun();
        await later.ResumeAsync(at, s_ct);
        await later.WatchAsync(coin, s_ct);
        ChainEvent? told = null;
        for (var tries = 0; told is null && tries < 5; tries++) told = await later.NextAsync(at, s_ct);
        var found = Assert.IsType<ChainEvent.Found>(told);
        Assert.Equal((height, other.GetHash()), (found.Height, Assert.IsType<ChainMatch.Spent>(Assert.Single(found.Matches)).Transaction.GetHash()));
        for (var tries = 0; tries < 5; tries++) Assert.Null(await later.NextAsync(found.Cursor, s_ct));
    }

    [SharedFact]
    public async Task A_deposit_of_a_coin_without_an_address_is_not_expected_where_blocks_cannot_be_read()
    {
        await using var world = await ReplayedWorld.StartAsync();
        var (_, address, deposit) = FundFromBareKey(world);
        await world.Chain.GetCursorAsync(s_ct);
        var refused = await Assert.ThrowsAsync<ChainUnavailableException>(() => world.Chain.ExpectAsync(deposit, address.ScriptPubKey, s_ct));
        Assert.Contains("NBXPLORER_EXPOSERPC=1", refused.Message, StringComparison.Ordinal);
    }

    [SharedFact]
    public async Task A_merchant_has_one_group_over_all_runs()
    {
        await using var world = await ReplayedWorld.StartAsync();
        var at = await world.Chain.GetCursorAsync(s_ct);
        await world.Chain.GetCursorAsync(s_ct);
        var later = world.AnotherRun();
        await later.ResumeAsync(at, s_ct);
        await later.GetCursorAsync(s_ct);
        Assert.Single(world.Server.Index.Groups);
    }

    [SharedFact]
    public async Task An_NBXplorer_that_does_not_know_the_group_is_not_followed()
    {
        await using var world = await ReplayedWorld.StartAsync();
        var at = await world.Chain.GetCursorAsync(s_ct);
        world.Server.Index.Groups.Clear();
        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => world.AnotherRun().ResumeAsync(at, s_ct));
        Assert.Contains("does not know group", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ChainMismatchException>(() => world.AnotherRun().ResumeAsync(new ChainCursor($"7:{uint256.One}"), s_ct));
    }

    [SharedFact]
    public async Task More_events_than_a_page_holds_are_all_told()
    {
        await using var world = await ReplayedWorld.StartAsync();
        var (address, deposit, at) = await OpenAsync(world);
        for (var i = 0; i < 250; i++) await world.MineAsync();
        var close = address.Spend(deposit);
        await world.RelayAsync(close);
        await world.MineAsync();
        var events = await DrainAsync(world.Chain, at);
        Assert.Equal(251, events.OfType<ChainEvent.Connected>().Count());
        Assert.Equal(close.GetHash(), SpendOf(events, address.OutPointIn(deposit)).Transaction.GetHash());
    }

    [SharedFact]
    public async Task A_spend_whose_events_never_came_is_found_by_looking()
    {
        var clock = new LeapingClock();
        await using var world = await ReplayedWorld.StartAsync(clock);
        var (address, deposit, at) = await OpenAsync(world);
        world.Server.Do(_ => world.Server.Index.IsMute = true);
        var close = address.Spend(deposit);
        await world.RelayAsync(close);
        var block = await world.MineAsync();
        Assert.Null(await world.Chain.NextAsync(at, s_ct));   // its event may only be late
        clock.Leap(TimeSpan.FromSeconds(10));

        var events = await DrainAsync(world.Chain, at);
        Assert.Equal(block, Assert.Single(events.OfType<ChainEvent.Connected>()).Block.Hash);
        Assert.Equal((close.GetHash(), world.Server.Node.Tip.Height), (SpendOf(events, address.OutPointIn(deposit)).Transaction.GetHash(), Assert.Single(events.OfType<ChainEvent.Found>()).Height));
    }

    [SharedFact]
    public async Task An_event_that_comes_after_its_block_was_told_is_told_as_found()
    {
        var clock = new LeapingClock();
        await using var world = await ReplayedWorld.StartAsync(clock);
        var (address, deposit, at) = await OpenAsync(world);
        await world.MineAsync();
        at = await SettleAsync(world, at);
        var other = new OpenAddress();
        var late = await world.FundAsync(other.ScriptPubKey, 100_000);
        await world.Chain.ExpectAsync(late, other.ScriptPubKey, s_ct);
        await world.RelayAsync(late);
        await world.MineAsync();
        at = await SettleAsync(world, at);
        await world.Chain.WatchAsync(other.ScriptPubKey, s_ct);
        await world.Chain.WatchAsync(other.OutPointIn(late), s_ct);
        var found = Assert.IsType<ChainEvent.Found>(await world.Chain.NextAsync(at, s_ct));
        Assert.Equal((other.OutPointIn(late), world.Server.Node.Tip.Height), (Assert.IsType<ChainMatch.Paid>(Assert.Single(found.Matches)).OutPoint, found.Height));
    }

    [SharedFact]
    public async Task Stale_data_is_never_served_as_fresh()
    {
        await using var world = await ReplayedWorld.StartAsync();
        await world.Chain.GetCursorAsync(s_ct);
        // Its node goes on, and it does not.
        for (var i = 0; i < 3; i++) world.Server.Node.Mine();
        Assert.Contains("caught up", (await Assert.ThrowsAsync<ChainUnavailableException>(() => world.Chain.GetTipAsync(s_ct))).Message, StringComparison.Ordinal);
        world.Server.Do(_ => true);
        Assert.Equal(world.Server.Node.Tip.Hash, (await world.Chain.GetTipAsync(s_ct)).Hash);
        // One block behind is no outage, but the tip is what it has dealt with.
        world.Server.Node.Mine();
        Assert.Equal(world.Server.Node.Tip.Previous, (await world.Chain.GetTipAsync(s_ct)).Hash);
        world.Server.Do(_ => true);
        // Its node lost a block, and nothing has come in its place.
        world.Server.Do(node => node.Invalidate(1));
        Assert.Contains("stands at block", (await Assert.ThrowsAsync<ChainUnavailableException>(() => world.Chain.GetTipAsync(s_ct))).Message, StringComparison.Ordinal);
    }

    [SharedFact]
    public async Task What_is_away_is_said_by_name()
    {
        await using var world = await ReplayedWorld.StartAsync();
        await world.StopNodeAsync();
        Assert.Contains("does not reach its bitcoind", (await Assert.ThrowsAsync<ChainUnavailableException>(() => world.Chain.GetTipAsync(s_ct))).Message, StringComparison.Ordinal);
        await world.StartNodeAsync();
        await world.StopBackendAsync();
        Assert.Contains("cannot be reached", (await Assert.ThrowsAsync<ChainUnavailableException>(() => world.Chain.GetTipAsync(s_ct))).Message, StringComparison.Ordinal);
    }

    [SharedFact]
    public async Task A_fee_is_the_estimate_and_while_nobody_answers_the_last_one_for_an_hour()
    {
        var clock = new LeapingClock();
        await using var world = await ReplayedWorld.StartAsync(clock);
        world.Server.Node.Estimate = 6m;
        Assert.Equal(new FeeRate(6m), await world.Chain.EstimateFeeAsync(6, s_ct));
        world.Server.Node.Estimate = 0.5m;
        Assert.Equal(new FeeRate(1m), await world.Chain.EstimateFeeAsync(2, s_ct));   // never below what is relayed
        await world.StopNodeAsync();
        Assert.Equal(new FeeRate(6m), await world.Chain.EstimateFeeAsync(6, s_ct));
        await world.StopBackendAsync();
        Assert.Equal(new FeeRate(6m), await world.Chain.EstimateFeeAsync(6, s_ct));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => world.Chain.EstimateFeeAsync(7, s_ct));
        clock.Leap(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => world.Chain.EstimateFeeAsync(6, s_ct));
    }

    [SharedFact]
    public async Task A_block_cuts_the_wait_short_and_nothing_depends_on_that()
    {
        await using var world = await ReplayedWorld.StartAsync();
        await using var patient = new NBXplorerChain(new NBXplorerOptions(world.Server.Url, PollInterval: TimeSpan.FromMinutes(5)), Network.RegTest, TimeProvider.System);
        await patient.GetCursorAsync(s_ct);
        var wait = patient.WaitAsync(s_ct);
        while (world.Server.Sockets == 0) await Task.Delay(5);
        for (var tries = 0; !wait.IsCompleted && tries < 500; tries++)
        {
            await world.MineAsync();
            await Task.WhenAny(wait, Task.Delay(20));
        }
        Assert.True(wait.IsCompletedSuccessfully);

        await world.StopBackendAsync();
        await using var hasty = new NBXplorerChain(new NBXplorerOptions(world.Server.Url, PollInterval: TimeSpan.FromMilliseconds(20)), Network.RegTest, TimeProvider.System);
        await hasty.WaitAsync(s_ct);
        using var given = new CancellationTokenSource();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient.WaitAsync(given.Token));
    }

    [SharedFact]
    public async Task Another_network_is_a_mismatch()
    {
        await using var world = await ReplayedWorld.StartAsync();
        await using var chain = new NBXplorerChain(new NBXplorerOptions(world.Server.Url), Network.Main, TimeProvider.System);
        Assert.Contains("Regtest", (await Assert.ThrowsAsync<ChainMismatchException>(() => chain.GetTipAsync(s_ct))).Message, StringComparison.Ordinal);
    }

    private static async Task<(OpenAddress Address, Transaction Deposit, ChainCursor At)> OpenAsync(ReplayedWorld world)
    {
        var at = await world.Chain.GetCursorAsync(s_ct);
        var address = new OpenAddress();
        var deposit = await world.FundAsync(address.ScriptPubKey, 100_000);
        await world.Chain.ExpectAsync(deposit, address.ScriptPubKey, s_ct);
        await world.Chain.WatchAsync(address.OutPointIn(deposit), s_ct);
        await world.RelayAsync(deposit);
        await world.MineAsync();
        return (address, deposit, await SettleAsync(world, at));
    }

    private static async Task<int> CostOfBlockAsync(ReplayedWorld world, ChainCursor at)
    {
        await world.MineAsync();
        var before = world.Server.Asked.Count;
        Assert.IsType<ChainEvent.Connected>(await world.Chain.NextAsync(at, s_ct));
        return world.Server.Asked.Count - before;
    }

    private static async Task<ChainCursor> SettleAsync(ReplayedWorld world, ChainCursor at)
    {
        // What is to be looked at again is looked at some at a time.
        for (var i = 0; i < 12; i++) at = (await DrainAsync(world.Chain, at)) is [.., var last] ? last.Cursor : at;
        return at;
    }

    private static async Task<List<ChainEvent>> DrainAsync(IChain chain, ChainCursor at)
    {
        var events = new List<ChainEvent>();
        while (await chain.NextAsync(at, s_ct) is { } next)
        {
            events.Add(next);
            at = next.Cursor;
        }
        return events;
    }

    private static (OutPoint Coin, OpenAddress Address, Transaction Deposit) FundFromBareKey(ReplayedWorld world)
    {
        using var key = new Key();
        var coin = world.Server.Do(node => node.NewCoin(Money.Satoshis(200_000L), key.PubKey.ScriptPubKey));
        var address = new OpenAddress();
        var deposit = Transaction.Create(Network.RegTest);
        deposit.Inputs.Add(coin);
        deposit.Outputs.Add(Money.Satoshis(100_000L), address.ScriptPubKey);
        return (coin, address, deposit);
    }

    private static Transaction SpendElsewhere(OutPoint coin)
    {
        var other = Transaction.Create(Network.RegTest);
        other.Inputs.Add(coin);
        other.Outputs.Add(Money.Satoshis(150_000L), new OpenAddress().ScriptPubKey);
        return other;
    }

    private static ChainMatch.Spent SpendOf(IEnumerable<ChainEvent> events, OutPoint outPoint) => events
        .SelectMany(it => it switch { ChainEvent.Connected connected => connected.Matches, ChainEvent.Found found => found.Matches, _ => [] })
        .OfType<ChainMatch.Spent>().First(it => it.OutPoint == outPoint);
}

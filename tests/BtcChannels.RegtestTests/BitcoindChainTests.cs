using BtcChannels.Chain;
using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.RegtestTests;

public sealed class BitcoindChainTests(FundedNode fixture) : IClassFixture<FundedNode>
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly RegtestNode _node = fixture.Node;
    private readonly BitcoindChain _chain = ChainOn(fixture.Node);

    [Fact]
    public async Task The_tip_is_the_nodes_with_height_hash_and_median_time()
    {
        var mined = await _node.MineAsync(2);

        Assert.Equal(new ChainTip(await _node.Rpc.GetBlockCountAsync(), mined[^1], await _node.MedianTimeAsync()), await _chain.GetTipAsync(s_ct));
    }

    [Fact]
    public async Task An_output_is_unspent_from_the_mempool_on_until_something_there_spends_it()
    {
        var coin = await new OpenScript().FundAsync(_node);
        Assert.Null(await _chain.GetUnspentAsync(coin.OutPoint, s_ct));

        await _chain.BroadcastAsync(coin.Funding, s_ct);
        var unconfirmed = await _chain.GetUnspentAsync(coin.OutPoint, s_ct);
        Assert.Equal((100_000, coin.Funding.Outputs[coin.Index].ScriptPubKey), (unconfirmed!.Output.Value.Satoshi, unconfirmed.Output.ScriptPubKey));
        Assert.Null(unconfirmed.Height);

        await _node.MineAsync();
        var height = await _node.Rpc.GetBlockCountAsync();
        Assert.Equal(height, (await _chain.GetUnspentAsync(coin.OutPoint, s_ct))!.Height);
        await _node.MineAsync(2);
        Assert.Equal(height, (await _chain.GetUnspentAsync(coin.OutPoint, s_ct))!.Height);

        await _chain.BroadcastAsync(coin.Spend(), s_ct);
        Assert.Null(await _chain.GetUnspentAsync(coin.OutPoint, s_ct));
    }

    [Fact]
    public async Task A_deposit_and_its_spend_are_told_with_their_blocks_oldest_first()
    {
        var script = new OpenScript();
        var coin = await script.FundAsync(_node);
        var spend = coin.Spend();
        await _chain.WatchAsync(script.ScriptPubKey, s_ct);
        await _chain.WatchAsync(coin.OutPoint, s_ct);
        var start = await _chain.GetCursorAsync(s_ct);
        uint256[] blocks = [await _node.MineExactlyAsync(coin.Funding), await _node.MineExactlyAsync(), await _node.MineExactlyAsync(spend)];

        var events = await DrainAsync(_chain, start);

        Assert.Equal(blocks, events.Select(told => Assert.IsType<ChainEvent.Connected>(told).Block.Hash));
        var paid = Assert.IsType<ChainMatch.Paid>(Assert.Single(MatchesOf(events[0])));
        Assert.Equal((coin.OutPoint, 100_000), (paid.OutPoint, paid.Output.Value.Satoshi));
        Assert.Equal(coin.Funding.ToHex(), paid.Transaction.ToHex());
        Assert.Empty(MatchesOf(events[1]));
        var spent = Assert.IsType<ChainMatch.Spent>(Assert.Single(MatchesOf(events[2])));
        Assert.Equal((coin.OutPoint, spend.ToHex()), (spent.OutPoint, spent.Transaction.ToHex()));
        Assert.Equal(await _chain.GetTipAsync(s_ct), events[2].Block);
        Assert.Equal(await _chain.GetCursorAsync(s_ct), events[2].Cursor);
    }

    [Fact]
    public async Task A_deposit_and_its_spend_in_one_block_are_told_in_order()
    {
        var script = new OpenScript();
        var coin = await script.FundAsync(_node);
        await _chain.WatchAsync(script.ScriptPubKey, s_ct);
        var start = await _chain.GetCursorAsync(s_ct);
        await _node.MineExactlyAsync(coin.Funding, coin.Spend());

        var matches = MatchesOf(Assert.Single(await DrainAsync(_chain, start)));

        Assert.Collection(
            matches,
            first => Assert.Equal(coin.OutPoint, Assert.IsType<ChainMatch.Paid>(first).OutPoint),
            second => Assert.Equal(coin.OutPoint, Assert.IsType<ChainMatch.Spent>(second).OutPoint));
    }

    [Fact]
    public async Task A_reorganisation_is_told_as_blocks_that_go_newest_first_and_then_those_that_come()
    {
        var script = new OpenScript();
        var coin = await script.FundAsync(_node);
        var spend = coin.Spend();
        await _chain.WatchAsync(script.ScriptPubKey, s_ct);
        await _chain.WatchAsync(coin.OutPoint, s_ct);
        var start = await _chain.GetCursorAsync(s_ct);
        uint256[] old = [await _node.MineExactlyAsync(coin.Funding), await _node.MineExactlyAsync(), await _node.MineExactlyAsync(spend)];
        var before = await DrainAsync(_chain, start);
        var come = await _node.ReorganizeAsync(3, 4, coin.Funding);

        var events = await DrainAsync(_chain, before[^1].Cursor);

        Assert.Equal(old.Reverse(), events.Take(3).Select(told => Assert.IsType<ChainEvent.Disconnected>(told).Block.Hash));
        Assert.Equal(before.Select(told => told.Block).Reverse(), events.Take(3).Select(told => told.Block));
        Assert.Equal(start, events[2].Cursor);
        Assert.Equal(come, events.Skip(3).Select(told => Assert.IsType<ChainEvent.Connected>(told).Block.Hash));
        Assert.Equal(coin.OutPoint, Assert.IsType<ChainMatch.Paid>(Assert.Single(MatchesOf(events[3]))).OutPoint);
        Assert.All(events.Skip(4), told => Assert.Empty(MatchesOf(told)));
        Assert.Equal(await _chain.GetCursorAsync(s_ct), events[^1].Cursor);
    }

    [Fact]
    public async Task A_chain_that_only_got_shorter_is_told_too()
    {
        var start = await _chain.GetCursorAsync(s_ct);
        await _node.MineAsync(2);
        var before = await DrainAsync(_chain, start);
        await _node.ReorganizeAsync(2, 0);

        var events = await DrainAsync(_chain, before[^1].Cursor);

        Assert.Equal(2, events.Count);
        Assert.All(events, told => Assert.IsType<ChainEvent.Disconnected>(told));
        Assert.Equal(start, events[^1].Cursor);
    }

    [Fact]
    public async Task Following_goes_on_over_a_restart_of_the_node()
    {
        var script = new OpenScript();
        var coin = await script.FundAsync(_node);
        await _chain.WatchAsync(script.ScriptPubKey, s_ct);
        var start = await _chain.GetCursorAsync(s_ct);
        await _node.MineExactlyAsync();
        var before = Assert.Single(await DrainAsync(_chain, start));

        await _node.RestartAsync();
        var block = await _node.MineExactlyAsync(coin.Funding);

        var after = Assert.Single(await DrainAsync(_chain, before.Cursor));
        Assert.Equal(block, after.Block.Hash);
        Assert.IsType<ChainMatch.Paid>(Assert.Single(MatchesOf(after)));
    }

    [Fact]
    public async Task While_the_node_is_down_every_question_says_so_and_afterwards_none()
    {
        var coin = await new OpenScript().FundAsync(_node);
        var cursor = await _chain.GetCursorAsync(s_ct);
        await _node.KillAsync();
        try
        {
            Func<Task>[] questions =
            [
                () => _chain.GetTipAsync(s_ct), () => _chain.GetCursorAsync(s_ct), () => _chain.GetUnspentAsync(coin.OutPoint, s_ct), () => _chain.NextAsync(cursor, s_ct),
                () => _chain.TestAsync(coin.Funding, s_ct), () => _chain.BroadcastAsync(coin.Funding, s_ct), () => _chain.EstimateFeeAsync(6, s_ct),
            ];
            foreach (var question in questions)
                Assert.Contains(_node.RpcUri.ToString(), (await Assert.ThrowsAsync<ChainUnavailableException>(question)).Message, StringComparison.Ordinal);
        }
        finally
        {
            await _node.StartAgainAsync();
        }

        Assert.Equal(await _node.Rpc.GetBlockCountAsync(), (await _chain.GetTipAsync(s_ct)).Height);
        Assert.Equal(cursor, await _chain.GetCursorAsync(s_ct));
        Assert.IsType<BroadcastOutcome.InMempool>(await _chain.BroadcastAsync(coin.Funding, s_ct));
    }

    [Fact]
    public async Task A_cursor_on_a_block_that_went_stale_before_a_restart_still_finds_its_way()
    {
        var start = await _chain.GetCursorAsync(s_ct);
        var stale = await _node.MineAsync(2);
        var cursor = (await DrainAsync(_chain, start))[^1].Cursor;
        var come = await _node.ReorganizeAsync(2, 3);
        await _node.RestartAsync();

        var events = await DrainAsync(ChainOn(_node), cursor);

        Assert.Equal([stale[1], stale[0], .. come], events.Select(told => told.Block.Hash));
        Assert.Equal(2, events.Count(told => told is ChainEvent.Disconnected));
    }

    [Fact]
    public async Task A_cursor_that_this_node_never_had_is_unavailable_in_clear_words()
    {
        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => _chain.NextAsync(new ChainCursor($"3:{uint256.One}"), s_ct));

        Assert.Contains("use the node that was followed before", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pruned_block_that_was_not_followed_is_unavailable_in_clear_words()
    {
        await using var pruning = await RegtestNode.StartAsync(new RegtestNodeOptions
        {
            FundedWallet = false,
            Configuration = new Dictionary<string, string> { ["prune"] = "1", ["fastprune"] = "1" },
        });
        var chain = ChainOn(pruning);
        var start = await chain.GetCursorAsync(s_ct);
        await pruning.Rpc.SendCommandAsync("generatetodescriptor", 700, "raw(51)");
        await pruning.Rpc.SendCommandAsync("pruneblockchain", 400);

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.NextAsync(start, s_ct));

        Assert.Contains("has pruned block", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_of_another_network_is_a_mismatch()
    {
        var chain = new BitcoindChain(new BitcoindOptions(_node.RpcUri, _node.CookieFile), Network.Main, TimeProvider.System);

        var e = await Assert.ThrowsAsync<ChainMismatchException>(() => chain.GetTipAsync(s_ct));

        Assert.Contains(Network.RegTest.GenesisHash.ToString(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Regtest_has_no_fee_estimate() => Assert.Null(await _chain.EstimateFeeAsync(6, s_ct));

    [Fact]
    public async Task A_transaction_is_in_the_mempool_each_time_it_is_broadcast_and_then_in_the_chain()
    {
        var coin = await new OpenScript().FundAsync(_node);

        Assert.IsType<BroadcastOutcome.InMempool>(await _chain.BroadcastAsync(coin.Funding, s_ct));
        Assert.IsType<BroadcastOutcome.InMempool>(await _chain.BroadcastAsync(coin.Funding, s_ct));
        Assert.Contains(coin.Funding.GetHash(), await _node.Rpc.GetRawMempoolAsync());
        await _node.MineAsync();
        Assert.IsType<BroadcastOutcome.InChain>(await _chain.BroadcastAsync(coin.Funding, s_ct));
    }

    [Fact]
    public async Task A_transaction_in_the_chain_whose_outputs_are_spent_there_has_its_inputs_missing()
    {
        var coin = await ConfirmedCoinAsync();
        var back = new OpenScript();
        var spend = coin.Spend(to: back.ScriptPubKey);
        await _chain.BroadcastAsync(spend, s_ct);
        await _node.MineAsync();
        Assert.IsType<BroadcastOutcome.InChain>(await _chain.BroadcastAsync(spend, s_ct));

        await _chain.BroadcastAsync(back.CoinOf(spend).Spend(), s_ct);
        await _node.MineAsync();

        Assert.IsType<BroadcastOutcome.InputsMissing>(await _chain.BroadcastAsync(spend, s_ct));
    }

    [Fact]
    public async Task A_spend_of_what_is_not_there_has_its_inputs_missing()
    {
        var unknown = await new OpenScript().FundAsync(_node);
        Assert.IsType<BroadcastOutcome.InputsMissing>(await _chain.BroadcastAsync(unknown.Spend(), s_ct));

        var spent = await ConfirmedCoinAsync();
        await _node.MineExactlyAsync(spent.Spend());
        Assert.IsType<BroadcastOutcome.InputsMissing>(await _chain.BroadcastAsync(spent.Spend(), s_ct));
    }

    [Fact]
    public async Task A_double_spend_conflicts_unless_it_pays_more()
    {
        var coin = await ConfirmedCoinAsync();
        var first = coin.Spend(fee: 2_000);

        Assert.IsType<BroadcastOutcome.InMempool>(await _chain.BroadcastAsync(first, s_ct));
        Assert.IsType<BroadcastOutcome.Conflicts>(await _chain.BroadcastAsync(coin.Spend(fee: 1_000), s_ct));
        Assert.IsType<BroadcastOutcome.InMempool>(await _chain.BroadcastAsync(coin.Spend(fee: 5_000), s_ct));
        Assert.IsType<BroadcastOutcome.Conflicts>(await _chain.BroadcastAsync(first, s_ct));
    }

    [Fact]
    public async Task A_lock_time_ahead_is_not_final_until_the_block_before_it()
    {
        var coin = await ConfirmedCoinAsync();
        var height = (await _chain.GetTipAsync(s_ct)).Height;
        var locked = coin.Spend(lockTime: checked((uint)height + 1));

        Assert.IsType<BroadcastOutcome.NotFinal>(await _chain.BroadcastAsync(locked, s_ct));
        Assert.Equal(new MempoolVerdict.Unacceptable("non-final"), await _chain.TestAsync(locked, s_ct));
        await _node.MineAsync();
        Assert.IsType<BroadcastOutcome.InMempool>(await _chain.BroadcastAsync(locked, s_ct));
    }

    [Fact]
    public async Task Too_little_fee_is_told_apart()
    {
        var coin = await ConfirmedCoinAsync();

        Assert.IsType<BroadcastOutcome.FeeTooLow>(await _chain.BroadcastAsync(coin.Spend(fee: 1), s_ct));
    }

    [Fact]
    public async Task A_fee_above_the_limit_that_the_command_has_by_itself_goes_through()
    {
        var coin = await ConfirmedCoinAsync(50_000_000);
        var generous = coin.Spend(fee: 40_000_000);

        Assert.IsType<MempoolVerdict.Acceptable>(await _chain.TestAsync(generous, s_ct));
        Assert.IsType<BroadcastOutcome.InMempool>(await _chain.BroadcastAsync(generous, s_ct));
    }

    [Fact]
    public async Task What_no_node_relays_is_invalid_with_the_nodes_reason()
    {
        var coin = await ConfirmedCoinAsync();
        var dust = coin.Spend(output: 100);
        var nonStandard = coin.Spend(to: new Script(OpcodeType.OP_1, OpcodeType.OP_DROP, OpcodeType.OP_1));
        var unlocked = coin.Spend();
        unlocked.Inputs[0].ScriptSig = new Script(OpcodeType.OP_1);
        var inflated = coin.Spend(fee: -1);

        foreach (var (transaction, word) in new[] { (dust, "dust"), (nonStandard, "scriptpubkey"), (unlocked, "script-verify"), (inflated, "bad-txns-in-belowout") })
        {
            Assert.Contains(word, Assert.IsType<BroadcastOutcome.Invalid>(await _chain.BroadcastAsync(transaction, s_ct)).Reason, StringComparison.Ordinal);
            Assert.Contains(word, Assert.IsType<MempoolVerdict.Unacceptable>(await _chain.TestAsync(transaction, s_ct)).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_signature_for_another_transaction_is_invalid()
    {
        using var key = new Key();
        var target = key.GetScriptPubKey(ScriptPubKeyType.Legacy);
        var coin = await ConfirmedCoinAsync();
        var toKey = coin.Spend(to: target);
        await _chain.BroadcastAsync(toKey, s_ct);
        var spend = Transaction.Create(Network.RegTest);
        spend.Inputs.Add(new OutPoint(toKey, 0));
        spend.Outputs.Add(Money.Satoshis(90_000), new OpenScript().ScriptPubKey);
        spend.Inputs[0].ScriptSig = Sign(uint256.One);

        Assert.IsType<BroadcastOutcome.Invalid>(await _chain.BroadcastAsync(spend, s_ct));
        spend.Inputs[0].ScriptSig = Sign(spend.GetSignatureHash(target, 0, SigHash.All));
        Assert.IsType<BroadcastOutcome.InMempool>(await _chain.BroadcastAsync(spend, s_ct));

        Script Sign(uint256 hash) => new(Op.GetPushOp(new TransactionSignature(key.Sign(hash), SigHash.All).ToBytes()), Op.GetPushOp(key.PubKey.ToBytes()));
    }

    [Fact]
    public async Task A_test_accepts_what_the_node_would_take_has_or_had_mined()
    {
        var coin = await new OpenScript().FundAsync(_node);

        Assert.IsType<MempoolVerdict.Acceptable>(await _chain.TestAsync(coin.Funding, s_ct));
        Assert.Null(await _chain.GetUnspentAsync(coin.OutPoint, s_ct));
        await _chain.BroadcastAsync(coin.Funding, s_ct);
        Assert.IsType<MempoolVerdict.Acceptable>(await _chain.TestAsync(coin.Funding, s_ct));
        await _node.MineAsync();
        Assert.IsType<MempoolVerdict.Acceptable>(await _chain.TestAsync(coin.Funding, s_ct));
        // With an empty cache the node knows its own transaction no more, only its outputs.
        await _node.RestartAsync();
        Assert.IsType<MempoolVerdict.Acceptable>(await _chain.TestAsync(coin.Funding, s_ct));
    }

    [Fact]
    public async Task A_test_refuses_what_spends_something_unknown()
    {
        var unknown = await new OpenScript().FundAsync(_node);

        Assert.Equal(new MempoolVerdict.Unacceptable("missing-inputs"), await _chain.TestAsync(unknown.Spend(), s_ct));
    }

    private static BitcoindChain ChainOn(RegtestNode node) => new(new BitcoindOptions(node.RpcUri, node.CookieFile), Network.RegTest, TimeProvider.System);

    private static async Task<List<ChainEvent>> DrainAsync(BitcoindChain chain, ChainCursor cursor)
    {
        var events = new List<ChainEvent>();
        while (await chain.NextAsync(cursor, s_ct) is { } next)
        {
            events.Add(next);
            cursor = next.Cursor;
        }
        return events;
    }

    private static IReadOnlyList<ChainMatch> MatchesOf(ChainEvent told) => Assert.IsType<ChainEvent.Connected>(told).Matches;

    private async Task<OpenCoin> ConfirmedCoinAsync(long satoshi = 100_000)
    {
        var coin = await new OpenScript().FundAsync(_node, satoshi);
        Assert.IsType<BroadcastOutcome.InMempool>(await _chain.BroadcastAsync(coin.Funding, s_ct));
        await _node.MineAsync();
        return coin;
    }
}

using System.Text.Json;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain;

public class FollowingTests
{
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private static readonly uint256 s_base = uint256.Parse(new string('b', 64));

    [Fact]
    public async Task Matches_come_in_the_order_of_transactions_with_inputs_first()
    {
        var watchedCoin = new OutPoint(uint256.Parse(new string('c', 64)), 1);
        var deposit = Samples.Spend(null, Samples.OtherScript, Samples.SomeScript);
        var close = Samples.Spend(watchedCoin, Samples.SomeScript);
        await using var node = FakeNode.Start();
        var chain = node.Chain();
        await chain.WatchAsync(Samples.SomeScript, s_ct);
        await chain.WatchAsync(watchedCoin, s_ct);
        Serve(node, Samples.Coinbase(Samples.OtherScript), close, deposit);

        var connected = Assert.IsType<ChainEvent.Connected>(await chain.NextAsync(Cursor(), s_ct));

        Assert.Collection(
            connected.Matches,
            first => Assert.Equal(watchedCoin, Assert.IsType<ChainMatch.Spent>(first).OutPoint),
            second => Assert.Equal(new OutPoint(close, 0), Assert.IsType<ChainMatch.Paid>(second).OutPoint),
            third => Assert.Equal(new OutPoint(deposit, 1), Assert.IsType<ChainMatch.Paid>(third).OutPoint));
        Assert.Equal([close.GetHash(), close.GetHash(), deposit.GetHash()], connected.Matches.Select(match => match.Transaction.GetHash()));
    }

    [Fact]
    public async Task A_spend_of_what_the_same_block_paid_is_found_though_only_the_script_is_watched()
    {
        var deposit = Samples.Spend(null, Samples.SomeScript);
        var refund = Samples.Spend(new OutPoint(deposit, 0), Samples.OtherScript);
        await using var node = FakeNode.Start();
        var chain = node.Chain();
        await chain.WatchAsync(Samples.SomeScript, s_ct);
        Serve(node, Samples.Coinbase(Samples.OtherScript), deposit, refund);

        var connected = Assert.IsType<ChainEvent.Connected>(await chain.NextAsync(Cursor(), s_ct));

        Assert.Equal(2, connected.Matches.Count);
        Assert.Equal(refund.GetHash(), Assert.IsType<ChainMatch.Spent>(connected.Matches[1]).Transaction.GetHash());
    }

    [Fact]
    public async Task A_coinbase_can_pay_a_watched_script_and_spends_nothing()
    {
        await using var node = FakeNode.Start();
        var chain = node.Chain();
        await chain.WatchAsync(Samples.SomeScript, s_ct);
        await chain.WatchAsync(new OutPoint(uint256.Zero, uint.MaxValue), s_ct);
        Serve(node, Samples.Coinbase(Samples.SomeScript));

        var connected = Assert.IsType<ChainEvent.Connected>(await chain.NextAsync(Cursor(), s_ct));

        Assert.IsType<ChainMatch.Paid>(Assert.Single(connected.Matches));
    }

    [Fact]
    public async Task What_is_no_longer_watched_is_not_found()
    {
        var coin = new OutPoint(uint256.One, 0);
        await using var node = FakeNode.Start();
        var chain = node.Chain();
        await chain.WatchAsync(Samples.SomeScript, s_ct);
        await chain.WatchAsync(Samples.SomeScript, s_ct);
        await chain.WatchAsync(coin, s_ct);
        await chain.UnwatchAsync(Samples.SomeScript, s_ct);
        await chain.UnwatchAsync(coin, s_ct);
        await chain.UnwatchAsync(coin, s_ct);
        Serve(node, Samples.Coinbase(Samples.OtherScript), Samples.Spend(coin, Samples.SomeScript));

        Assert.Empty(Assert.IsType<ChainEvent.Connected>(await chain.NextAsync(Cursor(), s_ct)).Matches);
    }

    [Fact]
    public async Task A_block_brings_its_height_hash_and_median_time_and_the_cursor_behind_it()
    {
        await using var node = FakeNode.Start();
        var hash = Serve(node, Samples.Coinbase(Samples.OtherScript));

        var connected = Assert.IsType<ChainEvent.Connected>(await node.Chain().NextAsync(Cursor(), s_ct));

        Assert.Equal(new ChainTip(8, hash, 1_700_000_800), connected.Block);
        Assert.Equal(new ChainCursor($"8:{hash}"), connected.Cursor);
    }

    [Fact]
    public async Task At_the_tip_there_is_nothing()
    {
        await using var node = FakeNode.Start();
        node.Answer("getblockheader", Header(7, s_base, previous: uint256.One, next: null));

        Assert.Null(await node.Chain().NextAsync(Cursor(), s_ct));
    }

    [Fact]
    public async Task A_stale_block_goes_and_the_cursor_moves_to_its_parent()
    {
        await using var node = FakeNode.Start();
        node.Answer("getblockheader", Header(7, s_base, previous: uint256.One, next: null, confirmations: -1));

        Assert.Equal(
            new ChainEvent.Disconnected(new ChainCursor($"6:{uint256.One}"), new ChainTip(7, s_base, 1_700_000_700)),
            await node.Chain().NextAsync(Cursor(), s_ct));
    }

    [Fact]
    public async Task A_block_that_does_not_follow_the_cursor_is_no_answer()
    {
        await using var node = FakeNode.Start();
        var (hex, hash) = Samples.Block(uint256.One, Samples.Coinbase());
        node.Answer("getblockheader", asked => asked[0].GetString() == s_base.ToString() ? Header(7, s_base, uint256.One, hash) : Header(8, hash, s_base, null));
        node.Answer("getblock", FakeNode.Quote(hex));

        await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().NextAsync(Cursor(), s_ct));
    }

    [Fact]
    public async Task Another_block_than_the_one_asked_for_is_no_answer()
    {
        await using var node = FakeNode.Start();
        Serve(node, Samples.Coinbase(Samples.OtherScript));
        var other = Samples.Block(uint256.One, Samples.Coinbase());
        node.Answer("getblock", FakeNode.Quote(other.Hex));

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().NextAsync(Cursor(), s_ct));

        Assert.Contains(other.Hash.ToString(), e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"zz\"")]
    [InlineData("\"00\"")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task A_block_that_does_not_parse_is_no_answer(string block)
    {
        await using var node = FakeNode.Start();
        Serve(node, Samples.Coinbase(Samples.OtherScript));
        node.Answer("getblock", block);

        await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().NextAsync(Cursor(), s_ct));
    }

    [Fact]
    public async Task A_block_that_is_cut_short_is_no_answer()
    {
        await using var node = FakeNode.Start();
        var (hex, hash) = Samples.Block(s_base, Samples.Coinbase());
        node.Answer("getblockheader", asked => asked[0].GetString() == s_base.ToString() ? Header(7, s_base, uint256.One, hash) : Header(8, hash, s_base, null));
        node.Answer("getblock", FakeNode.Quote(hex[..^10]));

        await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().NextAsync(Cursor(), s_ct));
    }

    [Fact]
    public async Task A_pruned_block_is_named_with_what_to_do()
    {
        await using var node = FakeNode.Start();
        var hash = Serve(node, Samples.Coinbase(Samples.OtherScript));
        node.Fail("getblock", -1, "Block not available (pruned data)");

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().NextAsync(Cursor(), s_ct));

        Assert.Contains($"has pruned block {hash}", e.Message, StringComparison.Ordinal);
        Assert.Contains("getblockfrompeer", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, "wait if it is catching up")]
    [InlineData(7, "it never saw it")]
    public async Task A_cursor_that_the_node_does_not_know_is_unavailable_in_words_that_say_why(int tip, string words)
    {
        await using var node = FakeNode.Start();
        node.Answer("getblockchaininfo", FakeNode.ChainInfo(tip));
        node.Fail("getblockheader", -5, "Block not found");

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().NextAsync(Cursor(), s_ct));

        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Contains(s_base.ToString(), e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("7:")]
    [InlineData("-1:aa")]
    [InlineData("x:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    [InlineData("7:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb:7")]
    public async Task A_cursor_of_another_kind_is_refused(string text)
    {
        await using var node = FakeNode.Start();

        await Assert.ThrowsAsync<ChainMismatchException>(() => node.Chain().NextAsync(new ChainCursor(text), s_ct));
    }

    [Fact]
    public async Task A_follower_without_history_begins_at_the_tip()
    {
        await using var node = FakeNode.Start();

        Assert.Equal(new ChainCursor($"7:{FakeNode.TipHash}"), await node.Chain().GetCursorAsync(s_ct));
    }

    private static ChainCursor Cursor() => new($"7:{s_base}");

    /// <summary>The node has a block with these transactions on that of the cursor.</summary>
    private static uint256 Serve(FakeNode node, params Transaction[] transactions)
    {
        var (hex, hash) = Samples.Block(s_base, transactions);
        node.Answer("getblockheader", asked => asked[0].GetString() == s_base.ToString() ? Header(7, s_base, uint256.One, hash) : Header(8, hash, s_base, null));
        node.Answer("getblock", FakeNode.Quote(hex));
        return hash;
    }

    private static string Header(int height, uint256 hash, uint256 previous, uint256? next, int confirmations = 1)
    {
        var header = new Dictionary<string, object>
        {
            ["hash"] = hash.ToString(),
            ["height"] = height,
            ["confirmations"] = confirmations,
            ["mediantime"] = 1_700_000_000 + (height * 100),
            ["previousblockhash"] = previous.ToString(),
        };
        if (next is not null) header["nextblockhash"] = next.ToString();
        return JsonSerializer.Serialize(header);
    }
}

using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.RegtestTests;

/// <summary>The real server on a disk that takes nothing, and at a node that is slow, hangs or lags behind the network.</summary>
public sealed class FaultStories
{
    private static readonly TimeSpan s_duration = TimeSpan.FromDays(3);
    private static readonly TimeSpan s_margin = TimeSpan.FromDays(1);

    [Fact]
    public async Task On_a_disk_that_is_full_payments_are_refused_and_after_a_kill_all_that_were_answered_are_there()
    {
        await using var world = await World.StartAsync();
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(1_000L));
        // A little goes in still.
        await world.Merchant.LimitFilesAsync(new FileInfo(Path.Combine(world.Merchant.Folder, "merchant.db-wal")).Length + 50_000);
        var acknowledged = 1_000L;
        string answer;
        while ((answer = await customer.PayAsync(acknowledged + 1)) == "ok") acknowledged++;

        Assert.True(answer == "store-unavailable", $"{answer}:\n{string.Join('\n', world.Merchant.Log)}");
        Assert.InRange(acknowledged, 1_002, 2_000);
        Assert.Equal(acknowledged, (await customer.StatusAsync()).AuthorizedSat);
        await world.Merchant.KillAsync();
        await world.Merchant.StartAgainAsync();   // there is room again
        Assert.Equal(acknowledged, (await customer.StatusAsync()).AuthorizedSat);
        Assert.Equal("ok", await customer.PayAsync(acknowledged + 1));
        Assert.Equal(acknowledged + 1, (await customer.CloseAsync()).Answer!.ToMerchantSat);
        await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
    }

    [Fact]
    public async Task On_a_disk_that_is_read_only_nothing_is_paid_or_closed_and_all_goes_on_by_itself_when_it_can_be_written()
    {
        await using var world = await World.StartAsync();
        var (customer, due) = (world.NewCustomer(), world.NewCustomer());
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration * 2);
        await due.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(1_000L));
        Assert.Equal("ok", await due.PayAsync(3_000L));
        await world.Merchant.LimitFilesAsync(0);

        Assert.Equal("store-unavailable", await customer.PayAsync(2_000L));
        Assert.Equal("store-unavailable", (await customer.CloseAsync()).Outcome);
        await world.Node.MineUntilMedianTimeAsync(due.Terms.Expiry.Value - (long)s_margin.TotalSeconds);
        await world.Merchant.WaitForLogAsync("Waiting: ", TimeSpan.FromSeconds(20));
        Assert.Equal("store-unavailable", await customer.PayAsync(2_000L));
        Assert.Equal(1_000, (await customer.StatusAsync()).AuthorizedSat);
        Assert.Empty(await world.Node.Rpc.GetRawMempoolAsync());   // a close is on disk before it is sent

        await world.Merchant.LimitFilesAsync(null);
        Assert.Equal("ok", await customer.PayAsync(2_000L));
        Assert.Equal(3_000, PaidTo(await world.WaitForSpendInMempoolAsync(due.Deposit.OutPoint), due));
        Assert.Equal(2_000, (await customer.CloseAsync()).Answer!.ToMerchantSat);
    }

    [Fact]
    public async Task At_a_node_that_is_slow_or_hangs_payments_go_on_and_what_is_due_is_closed_as_soon_as_it_answers()
    {
        await using var node = await RegtestNode.StartAsync();
        using var line = new LoadBalancer();
        line.LeadTo([node.RpcUri]);
        await using var merchant = await MerchantProcess.StartAsync(node, new Dictionary<string, string> { ["NodeUrl"] = line.Address.ToString() });
        line.Delay = TimeSpan.FromMilliseconds(200);
        using var customer = new HandmadeCustomer(merchant.Origin, node.Wallet);
        await customer.OpenAsync(node, capacity: 100_000L, s_duration);

        line.Delay = Timeout.InfiniteTimeSpan;
        for (var total = 1_000L; total <= 5_000; total += 1_000) Assert.Equal("ok", await customer.PayAsync(total));
        await node.MineUntilMedianTimeAsync(customer.Terms.Expiry.Value - (long)s_margin.TotalSeconds);
        Assert.Equal("ok", await customer.PayAsync(6_000L));   // neither his node nor his clock has said that it is time
        Assert.Empty(await node.Rpc.GetRawMempoolAsync());

        line.Delay = TimeSpan.FromMilliseconds(50);
        line.Break(() => true);
        await customer.WaitForStateAsync("closing");
        for (var waited = 0; waited < 600 && (await node.Rpc.GetRawMempoolAsync()).Length == 0; waited++) await Task.Delay(50);
        await node.MineAsync();
        var closed = await customer.WaitForStateAsync("closed");
        Assert.Equal(6_000, closed.Spend!.ToMerchantSat);
    }

    [Fact]
    public async Task A_node_that_lags_behind_the_network_is_believed_until_it_catches_up_and_then_all_is_dealt_with_at_once()
    {
        await using var world = await World.StartAsync();
        await using var network = await RegtestNode.StartAsync(new() { FundedWallet = false });
        var (customer, late) = (world.NewCustomer(), world.NewCustomer());
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        await late.PrepareAsync(100_000L, s_duration * 2);
        Assert.Equal(System.Net.HttpStatusCode.OK, await late.ShowAsync());
        await BringAsync(world.Node, network);

        // From here on the network goes on without the merchant's node.
        await network.Rpc.SendRawTransactionAsync(late.DepositTransaction);
        await network.MineUntilMedianTimeAsync(customer.Terms.Expiry.Value - (long)s_margin.TotalSeconds);
        Assert.Equal("ok", await customer.PayAsync(5_000L));
        Assert.Equal("channel-pending", await late.PayAsync(1_000L));

        await world.Node.MoveTimeAsync(network.MockTime!.Value);   // else the blocks are from the future
        await BringAsync(network, world.Node);
        var close = await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
        Assert.Equal(5_000, PaidTo(close, customer));
        await late.WaitForStateAsync("open");
        Assert.Equal("ok", await late.PayAsync(1_000L));
        await network.Rpc.SendRawTransactionAsync(close);
        await network.MineAsync();
        await BringAsync(network, world.Node);
        await customer.WaitForStateAsync("closed");
    }

    private static long PaidTo(Transaction close, HandmadeCustomer customer) => close.Outputs.Single(it => it.ScriptPubKey == customer.PayoutScript).Value.Satoshi;

    /// <summary>The blocks that one node has and another, on the same chain, has not.</summary>
    private static async Task BringAsync(RegtestNode from, RegtestNode to)
    {
        var end = await from.Rpc.GetBlockCountAsync();
        for (var height = await to.Rpc.GetBlockCountAsync() + 1; height <= end; height++)
        {
            var hash = await from.Rpc.GetBlockHashAsync(height);
            var block = (await from.Rpc.SendCommandAsync("getblock", hash.ToString(), 0)).ResultString;
            await to.Rpc.SendCommandAsync("submitblock", block.Trim('"'));
            Assert.Equal(hash, await to.Rpc.GetBestBlockHashAsync());
        }
    }
}

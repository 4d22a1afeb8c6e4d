using System.Net;
using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.RegtestTests;

/// <summary>What a merchant lives through: the server program as a process of its own, on a real node, with a customer who may do anything.</summary>
public sealed class MerchantStories
{
    private static readonly TimeSpan s_margin = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_duration = TimeSpan.FromHours(3);

    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["CloseMargin"] = "0.01:00:00", ["MinUse"] = "0.01:00:00", ["MaxDuration"] = "10.00:00:00",
    };

    [Fact]
    public async Task A_channel_is_opened_paid_closed_and_buried_and_everyone_has_his_share()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(300L));
        Assert.Equal("ok", await customer.PayAsync(1_000L));

        var (outcome, close) = await customer.CloseAsync();
        Assert.Equal(("ok", 1_000L, 99_000L), (outcome, close!.ToMerchantSat, close.ToCustomerSat));
        Assert.Equal("channel-closed", await customer.PayAsync(2_000L));
        await world.Node.MineAsync();
        var status = await customer.WaitForStateAsync("closed");
        Assert.Equal(close.CloseTxid, status.Spend!.Txid);
        Assert.False(status.Spend.Buried);

        var (spend, _) = (await world.FindSpendAsync(customer.Deposit.OutPoint))!.Value;
        Assert.Equal(Money.Satoshis(1_000), PaidTo(spend, customer.PayoutScript));
        Assert.Equal(Money.Satoshis(99_000), PaidTo(spend, customer.Script));
        Assert.Equal(customer.Terms.CloseFee, customer.Deposit.Value - spend.TotalOut);

        await world.Node.MineAsync(5);
        await world.WaitUntilMerchantHasCaughtUpAsync();
        Assert.True((await UntilAsync(customer.StatusAsync, it => it.Spend!.Buried)).Spend!.Buried);
    }

    [Fact]
    public async Task The_merchant_closes_by_himself_at_the_margin_and_not_a_second_before()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(5_000L));
        var margin = customer.Terms.Expiry.Value - (long)s_margin.TotalSeconds;

        await world.Node.MineUntilMedianTimeAsync(margin - 2);
        Assert.Equal(margin - 1, await world.Node.MedianTimeAsync());
        await world.WaitUntilMerchantHasCaughtUpAsync();
        Assert.Equal("ok", await customer.PayAsync(6_000L));
        Assert.Equal("open", (await customer.StatusAsync()).State);

        await world.Node.MineUntilMedianTimeAsync(margin - 1);
        await customer.WaitForStateAsync("closing");
        Assert.Equal("channel-closed", await customer.PayAsync(7_000L));
        await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
        await world.Node.MineAsync();
        Assert.Equal(6_000, (await customer.WaitForStateAsync("closed")).Spend!.ToMerchantSat);
    }

    [Fact]
    public async Task The_refund_is_refused_up_to_the_last_block_before_median_time_allows_it_and_accepted_from_the_next_on()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        var expiry = customer.Terms.Expiry;
        var refund = customer.Refund(fee: 1_000L);

        await world.Node.MoveTimeAsync(DateTimeOffset.FromUnixTimeSeconds(expiry.Value + 1));
        var refused = 0;
        while (!expiry.IsRefundableAfter(await TipAsync(world.Node)))
        {
            Assert.Equal("non-final", (await world.Node.Rpc.TestMempoolAcceptAsync(refund)).RejectReason);
            refused++;
            await world.Node.MineAsync();
        }
        Assert.True(refused > 1);
        Assert.Equal(expiry.Value + 1, await world.Node.MedianTimeAsync());
        await world.Node.Rpc.SendRawTransactionAsync(refund);
        await world.Node.MineAsync();
        var status = await customer.WaitForStateAsync("refunded");
        Assert.Equal(refund.GetHash().ToString(), status.Spend!.Txid);
        Assert.DoesNotContain(world.Merchant.Log, line => line.Contains("lost", StringComparison.Ordinal));   // nothing was authorized
    }

    [Fact]
    public async Task A_reorganisation_that_removes_the_deposit_stops_payments_until_it_is_mined_again()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(4_000L));

        await world.Node.ReorganizeAsync(depth: 1, newBlocks: 2);
        await customer.WaitForStateAsync("pending");
        Assert.Equal("channel-pending", await customer.PayAsync(5_000L));
        Assert.Equal("ok", await customer.PayAsync(4_000L));   // the newest again

        await world.Node.MineAsync();
        await customer.WaitForStateAsync("open");
        Assert.Equal("ok", await customer.PayAsync(5_000L));
        Assert.Equal(5_000, (await customer.StatusAsync()).AuthorizedSat);
    }

    [Fact]
    public async Task A_reorganisation_that_removes_the_close_brings_it_back()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(4_000L));
        Assert.Equal("ok", (await customer.CloseAsync()).Outcome);
        await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
        await world.Node.MineAsync();
        await customer.WaitForStateAsync("closed");

        await world.Node.ReorganizeAsync(depth: 1, newBlocks: 2);
        await customer.WaitForStateAsync("closing");
        await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
        await world.Node.MineAsync();
        Assert.Equal(4_000, (await customer.WaitForStateAsync("closed")).Spend!.ToMerchantSat);
    }

    [Fact]
    public async Task A_deposit_that_is_double_spent_opens_nothing()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.PrepareAsync(100_000L, s_duration);
        Assert.Equal(HttpStatusCode.OK, await customer.ShowAsync());
        Assert.Equal("channel-pending", await customer.PayAsync(1_000L));

        await world.Node.MineExactlyAsync(await world.Node.DoubleSpendAsync(customer.DepositTransaction));
        await customer.WaitForStateAsync("abandoned");
        Assert.Equal("channel-closed", await customer.PayAsync(1_000L));
    }

    [Fact]
    public async Task A_deposit_that_is_double_spent_after_a_reorganisation_is_a_loss_and_is_shouted()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(4_000L));
        var conflict = await DoubleSpendOfMinedAsync(world, customer.DepositTransaction);

        await world.Node.ReorganizeAsync(depth: 1, newBlocks: 2, conflict);
        await customer.WaitForStateAsync("abandoned");
        await world.Merchant.WaitForLogAsync("4000 sat are lost (LostToDoubleSpend)", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task After_expiry_a_refund_that_pays_less_loses_the_race_against_the_close()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = await LetTheMerchantSleepPastExpiryAsync(world, refundFee: 500L);

        await world.Merchant.StartAgainAsync();
        await world.Merchant.WaitForLogAsync("is out", TimeSpan.FromSeconds(20));
        await world.Node.MineAsync();
        Assert.Equal(9_000, (await customer.WaitForStateAsync("closed")).Spend!.ToMerchantSat);
    }

    [Fact]
    public async Task After_expiry_a_refund_that_pays_more_wins_the_race_and_the_loss_is_shouted()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = await LetTheMerchantSleepPastExpiryAsync(world, refundFee: 5_000L);

        await world.Merchant.StartAgainAsync();
        await world.Merchant.WaitForLogAsync("the node did not take close", TimeSpan.FromSeconds(20));
        await world.Node.MineAsync();
        await customer.WaitForStateAsync("refunded");
        await world.Merchant.WaitForLogAsync("9000 sat are lost (LostToRefund)", TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("everything is paid")]
    [InlineData("what is left is one satoshi below dust, and goes to the fee")]
    [InlineData("what is left is just not dust")]
    public async Task A_close_leaves_out_what_would_be_dust(string which)
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        var threshold = StandardScript.DustThreshold(customer.Script).Satoshi;
        var left = which.StartsWith("everything", StringComparison.Ordinal) ? 0 : which.Contains("below", StringComparison.Ordinal) ? threshold - 1 : threshold;
        var (paid, change) = (100_000 - left, left < threshold ? 0 : left);
        Assert.Equal("ok", await customer.PayAsync(paid));
        Assert.Equal("ok", (await customer.CloseAsync()).Outcome);

        await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
        await world.Node.MineAsync();
        await customer.WaitForStateAsync("closed");
        var (spend, _) = (await world.FindSpendAsync(customer.Deposit.OutPoint))!.Value;
        Assert.Equal(Money.Satoshis(paid), PaidTo(spend, customer.PayoutScript));
        Assert.Equal(Money.Satoshis(change), PaidTo(spend, customer.Script));
        Assert.Equal(change == 0 ? 1 : 2, spend.Outputs.Count);
        Assert.Equal(customer.Terms.CloseFee.Satoshi + 100_000 - paid - change, (customer.Deposit.Value - spend.TotalOut).Satoshi);
    }

    [Fact]
    public async Task With_nothing_paid_a_close_at_zero_gives_the_customer_everything()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 50_000L, s_duration);
        Assert.Equal("nothing-authorized", (await customer.CloseAsync()).Outcome);
        Assert.Equal("ok", (await customer.CloseAsync(customer.Sign(0L))).Outcome);

        await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
        await world.Node.MineAsync();
        Assert.Equal(50_000, (await customer.WaitForStateAsync("closed")).Spend!.ToCustomerSat);
    }

    [Fact]
    public async Task A_merchant_killed_in_the_middle_of_a_stream_has_every_payment_that_he_answered()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 1_000_000L, s_duration);
        var answered = 0L;
        var stream = Task.Run(async () =>
        {
            for (var total = 1_000L; ; total++)
            {
                if (await customer.PayAsync(total) != "ok") throw new InvalidOperationException("The merchant refused a payment");
                answered = total;
            }
        });
        while (Volatile.Read(ref answered) < 1_100) await Task.Delay(5);
        await world.Merchant.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => stream);

        await world.Merchant.StartAgainAsync();
        var status = await customer.StatusAsync();
        Assert.InRange(status.AuthorizedSat, answered, answered + 1);   // one more may be on disk without its answer
        Assert.Equal("ok", await customer.PayAsync(answered + 1));      // which the customer repairs by sending it again
        Assert.Equal(answered + 1, (await customer.CloseAsync()).Answer!.ToMerchantSat);
        await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
    }

    [OwnNodeFact]
    public async Task A_merchant_killed_in_the_middle_of_a_close_goes_on_with_it()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(4_000L));
        await world.Node.StopAsync();
        Assert.Equal("ok", (await customer.CloseAsync()).Outcome);   // stored, but there is no node to send it to
        await world.Merchant.KillAsync();

        world.Merchant.Launch();                                     // the node is down at start, too
        await world.Merchant.WaitForLogAsync("Now listening on", TimeSpan.FromSeconds(20));
        await world.Node.StartAgainAsync();
        var close = await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
        Assert.Equal(Money.Satoshis(4_000), PaidTo(close, customer.PayoutScript));
    }

    [OwnNodeFact]
    public async Task While_the_node_is_away_payments_go_on_and_nothing_opens()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        var late = world.NewCustomer();
        await late.PrepareAsync(100_000L, s_duration);

        await world.Node.StopAsync();
        Assert.Equal("ok", await customer.PayAsync(4_000L));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await late.ShowAsync());
        await world.Node.StartAgainAsync();
        await UntilAsync(late.ShowAsync, it => it == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_deposit_that_is_out_already_is_found()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.PrepareAsync(100_000L, s_duration);
        await world.Node.Rpc.SendRawTransactionAsync(customer.DepositTransaction);
        await world.Node.MineAsync(3);
        await world.WaitUntilMerchantHasCaughtUpAsync();
        Assert.Equal(HttpStatusCode.OK, await customer.ShowAsync());
        await customer.WaitForStateAsync("open");
    }

    [Fact]
    public async Task At_the_lowest_fee_that_can_be_offered_the_node_takes_the_largest_close()
    {
        await using var world = await World.StartAsync(new Dictionary<string, string>(s_settings) { ["MinFeeRate"] = "1" });
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration, script: new Script((byte[])[0x00, 32, .. new byte[32]]));
        Assert.Equal("ok", await customer.PayAsync(4_000L));
        var (outcome, answer) = await customer.CloseAsync();
        Assert.Equal(("ok", (long)ChannelTransactions.LargestCloseVirtualSize), (outcome, answer!.FeeSat));
        var close = await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
        Assert.InRange(close.GetVirtualSize(), ChannelTransactions.CloseVirtualSize + 1, ChannelTransactions.LargestCloseVirtualSize);
    }

    [Fact]
    public async Task A_close_whose_id_a_third_party_changed_is_a_close_all_the_same()
    {
        await using var world = await World.StartAsync(s_settings);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(4_000L));
        Assert.Equal("ok", (await customer.CloseAsync()).Outcome);
        var close = await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);

        // Any number but zero selects the merchant's branch, and no signature covers the selector.
        var ops = close.Inputs[0].ScriptSig.ToOps().ToArray();
        ops[2] = OpcodeType.OP_2;
        var changed = close.Clone();
        changed.Inputs[0].ScriptSig = new Script(ops);
        await world.Node.MineExactlyAsync(changed);

        var status = await customer.WaitForStateAsync("closed");
        Assert.Equal(changed.GetHash().ToString(), status.Spend!.Txid);
        Assert.NotEqual(status.CloseTxid, status.Spend.Txid);
        Assert.Equal(4_000, status.Spend.ToMerchantSat);
    }

    private static async Task<HandmadeCustomer> LetTheMerchantSleepPastExpiryAsync(World world, Money refundFee)
    {
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(9_000L));
        await world.Merchant.KillAsync();
        await world.Node.MineUntilMedianTimeAsync(customer.Terms.Expiry.Value);
        await world.Node.Rpc.SendRawTransactionAsync(customer.Refund(refundFee));
        return customer;
    }

    /// <summary>The coins of a mined deposit are no more in the node's view, so the conflict is made while the block is undone.</summary>
    private static async Task<Transaction> DoubleSpendOfMinedAsync(World world, Transaction deposit)
    {
        var tip = await world.Node.Rpc.GetBestBlockHashAsync();
        await world.Node.Rpc.InvalidateBlockAsync(tip);
        var conflict = await world.Node.DoubleSpendAsync(deposit);
        await world.Node.Rpc.SendCommandAsync("reconsiderblock", tip.ToString());
        return conflict;
    }

    private static async Task<ChainTip> TipAsync(RegtestNode node) =>
        new(await node.Rpc.GetBlockCountAsync(), await node.Rpc.GetBestBlockHashAsync(), await node.MedianTimeAsync());

    private static Money PaidTo(Transaction transaction, Script script) =>
        transaction.Outputs.Where(output => output.ScriptPubKey == script).Select(output => output.Value).Sum();

    private static async Task<T> UntilAsync<T>(Func<Task<T>> read, Predicate<T> isReached)
    {
        for (var tries = 0; tries < 300; tries++, await Task.Delay(100))
            if (await read() is var value && isReached(value)) return value;
        throw new TimeoutException("It never came to that");
    }
}

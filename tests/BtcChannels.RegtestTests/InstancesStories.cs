using BtcChannels.Regtest;

namespace BtcChannels.RegtestTests;

/// <summary>Two server processes of one merchant on a real PostgreSQL and a real node.</summary>
public sealed class InstancesStories
{
    private const string TakesWatch = "This instance follows the chain from now on";

    private static readonly TimeSpan s_duration = TimeSpan.FromDays(3);

    // Half a minute of the lease, and half a minute for the rest of it.
    private static readonly TimeSpan s_takeover = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_channel_is_opened_at_one_instance_paid_at_both_and_closed_at_either()
    {
        await using var world = await World.StartBalancedAsync(instances: 2);
        foreach (var closing in world.Instances)
        {
            var customer = world.NewCustomer();
            customer.Address = world.Instances[0].Origin;
            await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
            for (var total = 1_000L; total <= 6_000; total += 1_000)
            {
                customer.Address = world.Instances[(int)(total / 1_000 % 2)].Origin;
                Assert.Equal("ok", await customer.PayAsync(total));
            }
            customer.Address = closing.Origin;
            var (outcome, answer) = await customer.CloseAsync();

            Assert.Equal(("ok", 6_000), (outcome, answer!.ToMerchantSat));
            foreach (var instance in world.Instances)
            {
                customer.Address = instance.Origin;
                Assert.Equal("channel-closed", await customer.PayAsync(7_000L));
                Assert.Equal(answer.CloseTxid, (await customer.CloseAsync()).Answer!.CloseTxid);
            }
            Assert.Equal(answer.CloseTxid, (await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint)).GetHash().ToString());
            await world.Node.MineAsync();
            await customer.WaitForStateAsync("closed");
        }
    }

    [Fact]
    public async Task When_the_instance_that_watches_is_killed_the_other_closes_what_is_due_within_a_minute_and_one_close_goes_out()
    {
        await using var world = await World.StartBalancedAsync(instances: 2);
        var customer = world.NewCustomer();
        await customer.OpenAsync(world.Node, capacity: 100_000L, s_duration);
        Assert.Equal("ok", await customer.PayAsync(5_000L));
        var watching = Assert.Single(world.Instances, it => it.Log.Any(line => line.Contains(TakesWatch, StringComparison.Ordinal)));
        var other = Assert.Single(world.Instances, it => it != watching);

        await watching.KillAsync();
        await world.Node.MineUntilMedianTimeAsync(customer.Terms.Expiry.Value - (long)TimeSpan.FromDays(1).TotalSeconds);
        await other.WaitUntilCaughtUpAsync(s_takeover);
        Assert.Equal("expiry-too-near", await customer.PayAsync(6_000L));   // whoever watches
        var close = await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint, s_takeover);

        Assert.Contains(other.Log, line => line.Contains(TakesWatch, StringComparison.Ordinal));
        Assert.Equal(5_000, close.Outputs.Single(it => it.ScriptPubKey == customer.PayoutScript).Value.Satoshi);
        await watching.StartAgainAsync();   // which sends nothing of its own
        await world.Node.MineAsync();
        await customer.WaitForStateAsync("closed");
        await world.WaitUntilMerchantHasCaughtUpAsync();
        var sent = world.Instances.SelectMany(it => it.Log).Where(line => line.Contains("close ", StringComparison.Ordinal) && line.Contains(customer.Id.ToString(), StringComparison.Ordinal));
        Assert.All(sent, line => Assert.Contains(close.GetHash().ToString(), line, StringComparison.Ordinal));
        Assert.Equal(close.GetHash(), (await world.FindSpendAsync(customer.Deposit.OutPoint))!.Value.Transaction.GetHash());
    }
}

using System.Net;
using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.RegtestTests;

/// <summary>A merchant who takes payments before the deposit is mined, within a bound, and customers who take their deposit back.</summary>
public sealed class ZeroConfirmationStories
{
    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["Confirmations"] = "0", ["MaxUnminedSat"] = "10000", ["CloseMargin"] = "0.01:00:00", ["MinUse"] = "0.01:00:00", ["MaxDuration"] = "10.00:00:00",
    };

    [Fact]
    public async Task Double_spends_of_unconfirmed_deposits_lose_the_bound_at_most()
    {
        await using var world = await World.StartAsync(s_settings);
        var lost = 0L;
        for (var i = 0; i < 3; i++)
        {
            var thief = await OpenUnminedAsync(world);
            var outcome = await thief.PayAsync(6_000L);
            if (outcome == "ok") lost += 6_000;
            else Assert.Equal("unmined-limit-reached", outcome);
            var replacement = await world.Node.DoubleSpendAsync(thief.DepositTransaction);
            await world.Node.Rpc.SendRawTransactionAsync(replacement);
            await world.Node.MineAsync();
            await thief.WaitForStateAsync("abandoned");
        }
        Assert.Equal(6_000, lost);

        var honest = await OpenUnminedAsync(world);
        Assert.Equal("unmined-limit-reached", await honest.PayAsync(6_000L));
        Assert.Equal("ok", await honest.PayAsync(4_000L));
        await world.Node.MineAsync();
        for (var tries = 0; (await honest.StatusAsync()).DepositHeight is null && tries < 300; tries++) await Task.Delay(100);
        Assert.Equal("ok", await honest.PayAsync(90_000L));
    }

    private static async Task<HandmadeCustomer> OpenUnminedAsync(World world)
    {
        var customer = world.NewCustomer();
        await customer.PrepareAsync(100_000L, TimeSpan.FromHours(3));
        Assert.Equal(HttpStatusCode.OK, await customer.ShowAsync());
        Assert.Equal("channel-pending", await customer.PayAsync(1_000L));
        await world.Node.Rpc.SendRawTransactionAsync(customer.DepositTransaction);
        Assert.Equal(HttpStatusCode.OK, await customer.ShowAsync());   // the same again: the merchant looks for the deposit
        await customer.WaitForStateAsync("open");
        return customer;
    }
}

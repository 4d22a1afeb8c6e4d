using System.Net;
using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.RegtestTests;

/// <summary>Hundreds of channels that reach the margin together, on a real node.</summary>
public sealed class CrowdStories
{
    private const int Crowd = 200;

    // A wallet's own chain of unmined transactions may have 25.
    private const int PerBlock = 20;

    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["CloseMargin"] = "0.01:00:00", ["MinUse"] = "0.01:00:00", ["MaxDuration"] = "10.00:00:00", ["ClosesPerRound"] = "120", ["OpensPerMinute"] = "100000", ["PendingFromAddress"] = "1000",
    };

    [Fact]
    public async Task All_of_a_crowd_are_closed_though_the_merchant_dies_in_the_middle()
    {
        await using var world = await World.StartAsync(s_settings);
        var script = (await world.Node.Wallet.GetNewAddressAsync()).ScriptPubKey;
        var customers = new List<HandmadeCustomer>();
        for (var i = 0; i < Crowd; i++)
        {
            var customer = world.NewCustomer();
            customers.Add(customer);
            await customer.PrepareAsync(100_000L, TimeSpan.FromHours(3), script);
            Assert.Equal(HttpStatusCode.OK, await customer.ShowAsync());
            await world.Node.Rpc.SendRawTransactionAsync(customer.DepositTransaction);
            if (i % PerBlock == PerBlock - 1) await world.Node.MineAsync();
        }
        await world.WaitUntilMerchantHasCaughtUpAsync();
        for (var i = 0; i < Crowd; i++) Assert.Equal("ok", await customers[i].PayAsync(1_000L + i));

        await world.Node.MineUntilMedianTimeAsync(customers.Max(it => (long)it.Terms.Expiry.Value) - 3_600);
        await world.WaitForSpendInMempoolAsync(customers[^1].Deposit.OutPoint);   // worth most
        await world.Merchant.KillAsync();
        await world.Merchant.StartAgainAsync();
        foreach (var customer in customers) await world.WaitForSpendInMempoolAsync(customer.Deposit.OutPoint);
        await world.Node.MineAsync();
        for (var i = 0; i < Crowd; i++) Assert.Equal(1_000 + i, (await customers[i].WaitForStateAsync("closed")).Spend!.ToMerchantSat);
    }
}

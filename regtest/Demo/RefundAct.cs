using NBitcoin;

namespace BtcChannels.Demo;

/// <summary>A merchant vanishes; the customer takes the refund after expiry.</summary>
internal static class RefundAct
{
    private static readonly Money s_capacity = Money.Satoshis(60_000);
    private static readonly Money s_paid = Money.Satoshis(2_000);

    public static async Task<Settlement> PlayAsync(Stage stage)
    {
        Tell.Title("3. A merchant vanishes, and the customer takes the refund after expiry");
        await using var merchant = await stage.HireMerchantAsync();
        var channel = await stage.OpenAsync(merchant.Origin, s_capacity);
        var paid = (await stage.Customer.PayAsync(channel.Id, s_paid)).OrThrow();
        await merchant.KillAsync();
        Tell.Line($"  {Tell.Sat(paid.Authorized)} paid, and the merchant is gone; time passes until expiry");

        await stage.Node.MineUntilMedianTimeAsync(channel.Terms.Expiry.Value);
        await stage.Customer.SyncAsync();   // what btcchannels watch does: the refund goes out by itself
        await stage.MineSpendAsync(paid);
        var settlement = await Settlement.ReadAsync(stage.Node, paid);
        Tell.Show(settlement);
        var refund = paid.Refund.TotalOut;
        settlement.Check(Money.Zero, refund, paid.Deposit.Value - refund);
        return settlement;
    }
}

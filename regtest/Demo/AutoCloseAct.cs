using NBitcoin;

namespace BtcChannels.Demo;

/// <summary>A customer pays and is heard of no more; the merchant closes by himself before expiry.</summary>
internal static class AutoCloseAct
{
    private static readonly Money s_capacity = Money.Satoshis(50_000);
    private static readonly Money s_paid = Money.Satoshis(12_345);

    public static async Task<Settlement> PlayAsync(Stage stage)
    {
        Tell.Title("2. A customer is heard of no more, and the merchant closes before expiry");
        var channel = await stage.OpenAsync(stage.Merchant.Origin, s_capacity);
        var left = (await stage.Customer.PayAsync(channel.Id, s_paid)).OrThrow();
        var margin = channel.Terms.Expiry.Value - (long)Stage.CloseMargin.TotalSeconds;
        Tell.Line($"  {Tell.Sat(left.Authorized)} paid; time passes until {Stage.CloseMargin.TotalHours:0} h before expiry");
        await stage.Node.MineUntilMedianTimeAsync(margin - 1);

        await stage.MineSpendAsync(left);
        var settlement = await Settlement.ReadAsync(stage.Node, left);
        Tell.Show(settlement);
        if (channel.Terms.Expiry.IsRefundableAfter(await TipAsync(stage))) throw new WrongSumException("The close came only after expiry");
        settlement.Check(s_paid, s_capacity - s_paid, channel.Terms.CloseFee);
        return settlement;
    }

    private static async Task<ChainTip> TipAsync(Stage stage) =>
        new(await stage.Node.Rpc.GetBlockCountAsync(), await stage.Node.Rpc.GetBestBlockHashAsync(), await stage.Node.MedianTimeAsync());
}

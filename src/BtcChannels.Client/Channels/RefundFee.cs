using NBitcoin;

namespace BtcChannels.Client;

/// <summary>What refunds pay the miners.</summary>
internal static class RefundFee
{
    private const int FeeTargetBlocks = 6;
    private const int PubKeyHashScriptLength = 25;

    // What was signed by itself never pays more than a quarter; by hand more can be chosen.
    private const int LargestShare = 4;

    private static readonly FeeRate s_floor = new(Money.Satoshis(3_000));

    /// <summary>What a channel's refund pays now.</summary>
    public static Money Of(CustomerChannel channel) => channel.Deposit.Value - channel.Refund.TotalOut;

    public static Money At(FeeRate rate, Script customerScript) =>
        rate.GetFee(ChannelTransactions.RefundVirtualSize - PubKeyHashScriptLength + customerScript.Length);

    /// <summary>At today's estimate, with a floor, and never more than a quarter of the deposit.</summary>
    public static async Task<Money> TodayAsync(Chain.IChain chain, Money deposit, Script customerScript, CancellationToken ct)
    {
        var estimate = await chain.EstimateFeeAsync(FeeTargetBlocks, ct) ?? s_floor;
        return Money.Min(At(FeeRate.Max(estimate, s_floor), customerScript), Most(deposit));
    }

    public static Money Most(Money deposit) => deposit / LargestShare;
}

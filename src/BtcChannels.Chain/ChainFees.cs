using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>The fee rate of a transaction that somebody sends now.</summary>
public static class ChainFees
{
    // Where the node has no estimate; and above the other no estimate is believed.
    private static readonly FeeRate s_default = new(Money.Satoshis(3_000L));
    private static readonly FeeRate s_highest = new(Money.Satoshis(1_000_000L));

    /// <summary>The wanted rate, or else the estimate, at most 1,000 sat/vB, or else 3 sat/vB; never below 1 sat/vB.</summary>
    /// <param name="blocks">How soon it is to be mined; 1 to 1,008.</param>
    /// <exception cref="ChainUnavailableException">See <see cref="IChain"/>.</exception>
    public static async Task<FeeRate> ChooseFeeRateAsync(this IChain chain, FeeRate? wanted, int blocks, CancellationToken ct) =>
        FeeRate.Max(MerchantPolicy.MinRelayFeeRate, wanted ?? FeeRate.Min(await chain.EstimateFeeAsync(blocks, ct) ?? s_default, s_highest));
}

namespace NBitcoin.RPC;

public class EstimateSmartFeeResponse
{
    public FeeRate FeeRate { get; set; }

    /// <summary>The target, in blocks, that the estimate is for: at least the one that was asked for.</summary>
    public int Blocks { get; set; }
}

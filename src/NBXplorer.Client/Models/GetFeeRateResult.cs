using NBitcoin;

namespace NBXplorer.Models;

public class GetFeeRateResult
{
    public FeeRate FeeRate { get; set; }

    /// <summary>What the node really estimated for.</summary>
    public int BlockCount { get; set; }
}

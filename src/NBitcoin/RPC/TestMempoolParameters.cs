namespace NBitcoin.RPC;

public class TestMempoolParameters
{
    /// <summary>Above it the transaction is refused; null for the node's own bound (0.10 BTC per 1,000 vbytes).</summary>
    public FeeRate MaxFeeRate { get; set; }
}

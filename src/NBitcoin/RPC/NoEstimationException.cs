namespace NBitcoin.RPC;

/// <summary>The node has seen too few transactions to estimate a fee, which is always so on regtest.</summary>
public class NoEstimationException : Exception
{
    /// <param name="nblock">The confirmation target that was asked for, in blocks.</param>
    public NoEstimationException(int nblock)
        : base($"The node has no fee estimate for confirmation within {nblock} blocks")
    {
    }
}

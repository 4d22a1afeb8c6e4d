namespace NBitcoin.RPC;

/// <summary>Options of fundrawtransaction; null leaves one to the node.</summary>
public class FundRawTransactionOptions
{
    public BitcoinAddress ChangeAddress { get; set; }

    /// <summary>The index of the change output; random where null.</summary>
    public int? ChangePosition { get; set; }

    public bool IncludeWatching { get; set; }

    /// <summary>Keeps the chosen coins from further use until they are unlocked or the node restarts.</summary>
    public bool LockUnspents { get; set; }

    public FeeRate FeeRate { get; set; }

    /// <summary>Indices of outputs that pay the fee, in equal parts; null adds the fee to the inputs.</summary>
    public int[] SubtractFeeFromOutputs { get; set; }
}

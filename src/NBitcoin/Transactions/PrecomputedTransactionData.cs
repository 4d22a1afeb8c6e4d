namespace NBitcoin;

/// <summary>What the BIP143 signature hashes of a transaction's inputs have in common. It does not follow changes of the transaction.</summary>
public class PrecomputedTransactionData
{
    public PrecomputedTransactionData(Transaction tx)
    {
        ArgumentNullException.ThrowIfNull(tx);
        HashPrevouts = SignatureHash.HashPrevouts(tx);
        HashSequence = SignatureHash.HashSequence(tx);
        HashOutputs = SignatureHash.HashOutputs(tx);
    }

    /// <summary>Of all outpoints that are spent.</summary>
    public uint256 HashPrevouts { get; set; }

    /// <summary>Of all inputs' sequences.</summary>
    public uint256 HashSequence { get; set; }

    /// <summary>Of all outputs.</summary>
    public uint256 HashOutputs { get; set; }
}

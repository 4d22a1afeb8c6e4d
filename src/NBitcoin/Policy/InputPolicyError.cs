namespace NBitcoin.Policy;

/// <summary>What speaks against one input.</summary>
public class InputPolicyError : TransactionPolicyError
{
    public InputPolicyError(string message, IndexedTxIn txIn) : base(message)
    {
        ArgumentNullException.ThrowIfNull(txIn);
        (OutPoint, InputIndex) = (txIn.PrevOut, txIn.Index);
    }

    public OutPoint OutPoint { get; }

    public uint InputIndex { get; }
}

namespace NBitcoin.Policy;

/// <summary>Several inputs spend the same output.</summary>
public class DuplicateInputPolicyError : TransactionPolicyError
{
    /// <param name="duplicated">Those inputs, at least one.</param>
    public DuplicateInputPolicyError(IndexedTxIn[] duplicated)
        : base($"Inputs {string.Join(", ", duplicated.Select(input => input.Index))} spend the same output") =>
        (OutPoint, InputIndices) = (duplicated[0].PrevOut, [.. duplicated.Select(input => input.Index)]);

    public OutPoint OutPoint { get; }

    public uint[] InputIndices { get; }
}

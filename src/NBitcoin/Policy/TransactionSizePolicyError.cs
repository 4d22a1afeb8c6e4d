namespace NBitcoin.Policy;

public class TransactionSizePolicyError : TransactionPolicyError
{
    public TransactionSizePolicyError(int actualSize, int maximumSize) : base($"The transaction has {actualSize} vB: {maximumSize} is the most") =>
        (ActualSize, MaximumSize) = (actualSize, maximumSize);

    /// <summary>In virtual bytes.</summary>
    public int ActualSize { get; }

    /// <summary>In virtual bytes.</summary>
    public int MaximumSize { get; }
}

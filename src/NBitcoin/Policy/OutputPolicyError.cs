namespace NBitcoin.Policy;

/// <summary>What speaks against one output.</summary>
public class OutputPolicyError : TransactionPolicyError
{
    public OutputPolicyError(string message, int outputIndex) : base(message) => OutputIndex = outputIndex;

    public int OutputIndex { get; }
}

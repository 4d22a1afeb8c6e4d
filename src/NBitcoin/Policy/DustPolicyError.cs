namespace NBitcoin.Policy;

/// <summary>An output is worth less than it costs to spend.</summary>
public class DustPolicyError : TransactionPolicyError
{
    public DustPolicyError(Money value, Money dust) : base($"An output of {value} is dust: {dust} is the least") => (Value, DustThreshold) = (value, dust);

    public Money Value { get; }

    /// <summary>The least that is no dust.</summary>
    public Money DustThreshold { get; }
}

namespace NBitcoin.Policy;

public class FeeTooHighPolicyError : TransactionPolicyError
{
    public FeeTooHighPolicyError(Money fees, Money max) : base($"The fee of {fees} is too high: {max} is the most") => (Fee, ExpectedMaxFee) = (fees, max);

    public Money Fee { get; }

    /// <summary>The most for the size.</summary>
    public Money ExpectedMaxFee { get; }
}

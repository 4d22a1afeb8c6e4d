namespace NBitcoin.Policy;

public class FeeTooLowPolicyError : TransactionPolicyError
{
    public FeeTooLowPolicyError(Money fees, Money min) : base($"The fee of {fees} is too low: {min} is the least") => (Fee, ExpectedMinFee) = (fees, min);

    public Money Fee { get; }

    /// <summary>The least fee for the size.</summary>
    public Money ExpectedMinFee { get; }
}

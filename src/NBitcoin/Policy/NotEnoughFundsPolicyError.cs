namespace NBitcoin.Policy;

/// <summary>The outputs are worth more than the inputs.</summary>
public class NotEnoughFundsPolicyError : TransactionPolicyError
{
    public NotEnoughFundsPolicyError() : this("The outputs are worth more than the inputs")
    {
    }

    public NotEnoughFundsPolicyError(string message) : base(message)
    {
    }

    public NotEnoughFundsPolicyError(string message, IMoney missing) : base($"{message}: {missing} is missing") => Missing = missing;

    /// <summary>How much; null if that was not said.</summary>
    public IMoney Missing { get; }
}

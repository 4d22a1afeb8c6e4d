namespace NBitcoin.Policy;

/// <summary>What speaks against a transaction.</summary>
public class TransactionPolicyError
{
    private readonly string _message;

    public TransactionPolicyError() : this("The transaction is not standard")
    {
    }

    public TransactionPolicyError(string message) => _message = message;

    /// <summary>The reason in words, for people: their wording may change.</summary>
    public override string ToString() => _message;
}

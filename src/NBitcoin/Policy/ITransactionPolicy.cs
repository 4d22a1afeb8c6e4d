namespace NBitcoin.Policy;

/// <summary>Says what speaks against a transaction.</summary>
public interface ITransactionPolicy
{
    /// <summary>All that speaks against it; empty if nothing does.</summary>
    /// <param name="spentCoins">What the inputs spend, in any order; more than that does no harm.</param>
    TransactionPolicyError[] Check(Transaction transaction, ICoin[] spentCoins);
}

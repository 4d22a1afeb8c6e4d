namespace NBitcoin;

/// <summary>What <see cref="Transaction.Check"/> finds, in the order of its rules.</summary>
public enum TransactionCheckResult
{
    Success = 0,
    NoInput = 1,
    NoOutput = 2,
    NegativeOutput = 3,
    OutputTooLarge = 4,
    OutputTotalTooLarge = 5,
    TransactionTooLarge = 6,
    DuplicateInputs = 7,
    NullInputPrevOut = 8,
    CoinbaseScriptTooLarge = 9,
}

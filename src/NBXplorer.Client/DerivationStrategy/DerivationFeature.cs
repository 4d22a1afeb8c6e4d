namespace NBXplorer.DerivationStrategy;

/// <summary>What an address of a wallet is for.</summary>
public enum DerivationFeature
{
    Deposit = 0,
    Change = 1,
    Direct = 2,
    Custom = 3,
}

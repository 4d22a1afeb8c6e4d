namespace NBitcoin;

/// <summary>Units of an amount, each worth its value in satoshi.</summary>
public enum MoneyUnit
{
    Satoshi = 1,
    Bit = 100,
    MilliBTC = 100_000,
    BTC = 100_000_000,
}

namespace NBitcoin;

/// <summary>Whether a transaction is serialized with its witnesses (BIP144).</summary>
[Flags]
public enum TransactionOptions : uint
{
    None = 0,
    Witness = 1 << 30,
    All = Witness,
}

namespace NBitcoin;

/// <summary>Something that is written in base 58 with a prefix for its type and network.</summary>
public interface IBase58Data : IBitcoinString
{
    Base58Type Type { get; }
}

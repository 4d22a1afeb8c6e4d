namespace NBitcoin;

/// <summary>Something that is written in bech32 or bech32m.</summary>
public interface IBech32Data : IBitcoinString
{
    Bech32Type Type { get; }
}

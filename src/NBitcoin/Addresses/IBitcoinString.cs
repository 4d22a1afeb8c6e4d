namespace NBitcoin;

/// <summary>Something whose text belongs to one network.</summary>
public interface IBitcoinString
{
    Network Network { get; }
}

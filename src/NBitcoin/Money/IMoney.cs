namespace NBitcoin;

/// <summary>An amount of some currency; amounts of different currencies are not compatible.</summary>
public interface IMoney : IComparable, IComparable<IMoney>, IEquatable<IMoney>
{
    IMoney Add(IMoney money);

    IMoney Sub(IMoney money);

    IMoney Negate();

    bool IsCompatible(IMoney money);

    IEnumerable<IMoney> Split(int parts);
}

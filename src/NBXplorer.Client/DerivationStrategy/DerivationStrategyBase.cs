using System.Collections.ObjectModel;
using NBitcoin;

namespace NBXplorer.DerivationStrategy;

/// <summary>How a wallet's scripts follow from its keys; as text the scheme that a server tracks it by.</summary>
public abstract class DerivationStrategyBase
{
    internal DerivationStrategyBase(ReadOnlyDictionary<string, string> additionalOptions) => AdditionalOptions = additionalOptions ?? ReadOnlyDictionary<string, string>.Empty;

    public ReadOnlyDictionary<string, string> AdditionalOptions { get; }

    public abstract IEnumerable<ExtPubKey> GetExtPubKeys();

    internal abstract string Scheme { get; }

    public override bool Equals(object obj) => obj is DerivationStrategyBase other && Scheme == other.Scheme;

    public override int GetHashCode() => Scheme.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(DerivationStrategyBase a, DerivationStrategyBase b) => Equals(a, b);

    public static bool operator !=(DerivationStrategyBase a, DerivationStrategyBase b) => !Equals(a, b);

    public override string ToString() => Scheme;
}

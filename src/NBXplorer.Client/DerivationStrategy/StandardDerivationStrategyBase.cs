using System.Collections.ObjectModel;
using NBitcoin;

namespace NBXplorer.DerivationStrategy;

/// <summary>A wallet whose scripts follow from key paths.</summary>
public abstract class StandardDerivationStrategyBase : DerivationStrategyBase
{
    internal StandardDerivationStrategyBase(ReadOnlyDictionary<string, string> additionalOptions) : base(additionalOptions) { }

    /// <param name="keyPath">Below the wallet's key, such as <c>0/5</c>; nothing in it is hardened.</param>
    public abstract Derivation GetDerivation(KeyPath keyPath);
}

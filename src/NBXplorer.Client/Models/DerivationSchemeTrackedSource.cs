using NBXplorer.DerivationStrategy;

namespace NBXplorer.Models;

/// <summary>All addresses of a wallet.</summary>
public class DerivationSchemeTrackedSource : TrackedSource
{
    internal const string Prefix = "DERIVATIONSCHEME";

    public DerivationSchemeTrackedSource(DerivationStrategyBase derivationStrategy)
    {
        ArgumentNullException.ThrowIfNull(derivationStrategy);
        DerivationStrategy = derivationStrategy;
    }

    public DerivationStrategyBase DerivationStrategy { get; }

    public override string ToString() => $"{Prefix}:{DerivationStrategy}";

    public override string ToPrettyString() => DerivationStrategy.ToString();
}

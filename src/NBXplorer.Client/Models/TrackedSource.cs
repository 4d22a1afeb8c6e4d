using System.Diagnostics.CodeAnalysis;
using NBitcoin;
using NBXplorer.DerivationStrategy;

namespace NBXplorer.Models;

/// <summary>What a server tracks; as text <c>ADDRESS:...</c>, <c>DERIVATIONSCHEME:...</c> or <c>GROUP:...</c>.</summary>
public abstract class TrackedSource
{
    internal TrackedSource() { }

    public static AddressTrackedSource Create(BitcoinAddress address) => new(address);

    /// <exception cref="ArgumentException">The script has no address.</exception>
    public static AddressTrackedSource Create(Script scriptPubKey, Network network) =>
        new(scriptPubKey.GetDestinationAddress(network) ?? throw new ArgumentException("The script has no address", nameof(scriptPubKey)));

    public static DerivationSchemeTrackedSource Create(DerivationStrategyBase strategy) => new(strategy);

    /// <exception cref="FormatException">The text names nothing that is tracked.</exception>
    public static TrackedSource Parse(string str, NBXplorerNetwork network) =>
        TryParse(str, out var source, network) ? source : throw new FormatException("Not a tracked source");

    /// <summary>As <see cref="Parse"/>, with false for what it would refuse.</summary>
    public static bool TryParse(string str, [NotNullWhen(true)] out TrackedSource trackedSource, NBXplorerNetwork network)
    {
        ArgumentNullException.ThrowIfNull(str);
        trackedSource = null;
        try
        {
            trackedSource = str.Split(':', 2) switch
            {
                [AddressTrackedSource.Prefix, var address] => new AddressTrackedSource(BitcoinAddress.Create(address, network.NBitcoinNetwork)),
                [DerivationSchemeTrackedSource.Prefix, var scheme] => new DerivationSchemeTrackedSource(network.DerivationStrategyFactory.Parse(scheme)),
                [GroupTrackedSource.Prefix, { Length: > 0 } group] => new GroupTrackedSource(group),
                _ => null,
            };
        }
        catch (FormatException)
        {
            return false;
        }
        return trackedSource is not null;
    }

    /// <summary>Without the prefix.</summary>
    public virtual string ToPrettyString() => ToString();

    public override bool Equals(object obj) => obj is TrackedSource other && ToString() == other.ToString();

    public override int GetHashCode() => ToString()!.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(TrackedSource a, TrackedSource b) => Equals(a, b);

    public static bool operator !=(TrackedSource a, TrackedSource b) => !Equals(a, b);
}

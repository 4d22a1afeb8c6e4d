using NBitcoin;

namespace NBXplorer.Models;

/// <summary>One address.</summary>
public class AddressTrackedSource : TrackedSource, IDestination
{
    internal const string Prefix = "ADDRESS";

    public AddressTrackedSource(BitcoinAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Address = address;
    }

    public BitcoinAddress Address { get; }

    public Script ScriptPubKey => Address.ScriptPubKey;

    public override string ToString() => $"{Prefix}:{Address}";

    public override string ToPrettyString() => Address.ToString();
}

namespace NBitcoin;

/// <summary>Something that can be paid and has an address.</summary>
public interface IAddressableDestination : IDestination
{
    BitcoinAddress GetAddress(Network network);

    bool IsSupported(Network network);
}

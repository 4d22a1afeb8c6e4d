namespace NBitcoin;

/// <summary>An extended key with the network that its text is for.</summary>
public abstract class BitcoinExtKeyBase : Base58Data, IDestination
{
    internal BitcoinExtKeyBase(Base58Type type, byte[] data, Network network) : base(type, data, network)
    {
    }

    /// <summary>P2PK of the key.</summary>
    public abstract Script ScriptPubKey { get; }
}

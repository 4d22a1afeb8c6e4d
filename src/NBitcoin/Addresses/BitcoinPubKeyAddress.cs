namespace NBitcoin;

/// <summary>A P2PKH address.</summary>
public class BitcoinPubKeyAddress : BitcoinAddress, IBase58Data
{
    public BitcoinPubKeyAddress(KeyId keyId, Network network) : base(Base58(Base58Type.PUBKEY_ADDRESS, keyId.ToBytes(), network), keyId.ScriptPubKey, network) => Hash = keyId;

    /// <exception cref="FormatException">The text is no such address of that network.</exception>
    public BitcoinPubKeyAddress(string base58, Network expectedNetwork) : this(CreateAs<BitcoinPubKeyAddress>(base58, expectedNetwork).Hash, expectedNetwork)
    {
    }

    public KeyId Hash { get; }

    public Base58Type Type => Base58Type.PUBKEY_ADDRESS;
}

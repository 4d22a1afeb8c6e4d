namespace NBitcoin;

/// <summary>A P2WPKH address (BIP173).</summary>
public class BitcoinWitPubKeyAddress : BitcoinAddress, IBech32Data
{
    public BitcoinWitPubKeyAddress(WitKeyId segwitKeyId, Network network) : base(Segwit(0, segwitKeyId.ToBytes(), network), segwitKeyId.ScriptPubKey, network) => Hash = segwitKeyId;

    /// <exception cref="FormatException">The text is no such address of that network.</exception>
    public BitcoinWitPubKeyAddress(string bech32, Network expectedNetwork) : this(CreateAs<BitcoinWitPubKeyAddress>(bech32, expectedNetwork).Hash, expectedNetwork)
    {
    }

    public WitKeyId Hash { get; }

    public Bech32Type Type => Bech32Type.WITNESS_PUBKEY_ADDRESS;
}

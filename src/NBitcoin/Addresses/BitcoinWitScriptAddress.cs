namespace NBitcoin;

/// <summary>A P2WSH address (BIP173).</summary>
public class BitcoinWitScriptAddress : BitcoinAddress, IBech32Data
{
    public BitcoinWitScriptAddress(WitScriptId segwitScriptId, Network network) : base(Segwit(0, segwitScriptId.ToBytes(), network), segwitScriptId.ScriptPubKey, network) => Hash = segwitScriptId;

    /// <exception cref="FormatException">The text is no such address of that network.</exception>
    public BitcoinWitScriptAddress(string bech32, Network expectedNetwork) : this(CreateAs<BitcoinWitScriptAddress>(bech32, expectedNetwork).Hash, expectedNetwork)
    {
    }

    public WitScriptId Hash { get; }

    public Bech32Type Type => Bech32Type.WITNESS_SCRIPT_ADDRESS;
}

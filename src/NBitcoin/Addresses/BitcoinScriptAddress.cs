namespace NBitcoin;

/// <summary>A P2SH address (BIP16).</summary>
public class BitcoinScriptAddress : BitcoinAddress, IBase58Data
{
    public BitcoinScriptAddress(ScriptId scriptId, Network network) : base(Base58(Base58Type.SCRIPT_ADDRESS, scriptId.ToBytes(), network), scriptId.ScriptPubKey, network) => Hash = scriptId;

    /// <exception cref="FormatException">The text is no such address of that network.</exception>
    public BitcoinScriptAddress(string base58, Network expectedNetwork) : this(CreateAs<BitcoinScriptAddress>(base58, expectedNetwork).Hash, expectedNetwork)
    {
    }

    public ScriptId Hash { get; }

    public Base58Type Type => Base58Type.SCRIPT_ADDRESS;
}

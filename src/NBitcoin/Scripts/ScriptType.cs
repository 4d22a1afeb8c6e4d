namespace NBitcoin;

/// <summary>Forms of a scriptPubKey.</summary>
public enum ScriptType
{
    /// <summary>Any witness program (BIP141).</summary>
    Witness = 0,
    P2PKH = 1,
    P2SH = 2,
    P2WPKH = 4,
    P2WSH = 5,
    Taproot = 7,
}

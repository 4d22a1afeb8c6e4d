namespace NBitcoin;

/// <summary>The standard scripts that pay one key.</summary>
public enum ScriptPubKeyType
{
    /// <summary>P2PKH.</summary>
    Legacy = 0,

    /// <summary>P2WPKH (BIP141).</summary>
    Segwit = 1,

    /// <summary>P2WPKH inside P2SH (BIP141).</summary>
    SegwitP2SH = 2,
}

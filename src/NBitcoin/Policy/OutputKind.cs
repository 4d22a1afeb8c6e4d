namespace NBitcoin.Policy;

/// <summary>The forms of scriptPubKey that nodes tell apart (Bitcoin Core's TxoutType).</summary>
internal enum OutputKind
{
    NonStandard,
    Key,
    KeyHash,
    ScriptHash,
    Multisig,
    Data,
    WitnessKeyHash,
    WitnessScriptHash,
    Taproot,
    Anchor,

    /// <summary>A witness program of a version or length to come.</summary>
    WitnessUnknown,
}

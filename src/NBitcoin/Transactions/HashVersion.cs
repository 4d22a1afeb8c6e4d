namespace NBitcoin;

/// <summary>The rules by which a transaction is hashed for signing.</summary>
public enum HashVersion
{
    /// <summary>Those of inputs without a witness.</summary>
    Original = 0,

    /// <summary>BIP143.</summary>
    WitnessV0 = 1,

    /// <summary>BIP341, key path.</summary>
    Taproot = 2,

    /// <summary>BIP342.</summary>
    Tapscript = 3,
}

namespace NBitcoin;

/// <summary>How a coin's script is revealed.</summary>
public enum RedeemType
{
    /// <summary>By the scriptSig.</summary>
    P2SH = 0,

    /// <summary>By the witness.</summary>
    WitnessV0 = 1,
}

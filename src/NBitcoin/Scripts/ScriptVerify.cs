namespace NBitcoin;

/// <summary>Rules that a script is verified by: those of consensus, each since the block that brought it, and those that nodes add before they relay.</summary>
[Flags]
public enum ScriptVerify : uint
{
    None = 0,

    /// <summary>The script whose hash is paid to is run (BIP16).</summary>
    P2SH = 1,

    /// <summary>What every node has demanded for long.</summary>
    Mandatory = P2SH,

    /// <summary>Signatures are DER with a defined hash type, public keys compressed or uncompressed.</summary>
    StrictEnc = 2,

    /// <summary>Signatures are DER (BIP66).</summary>
    DerSig = 4,

    /// <summary>s is at most half the group order (BIP146).</summary>
    LowS = 8,

    /// <summary>The element that OP_CHECKMULTISIG takes and does not need is empty (BIP147).</summary>
    NullDummy = 16,

    /// <summary>A scriptSig does nothing but push (BIP62, rule 2).</summary>
    SigPushOnly = 32,

    /// <summary>Pushes and numbers are the shortest of their value (BIP62, rules 3 and 4).</summary>
    MinimalData = 64,

    /// <summary>The operations that do nothing yet are refused.</summary>
    DiscourageUpgradableNops = 128,

    /// <summary>The stack ends with one element (BIP62, rule 6). Wants <see cref="P2SH"/> and <see cref="Witness"/> with it.</summary>
    CleanStack = 256,

    /// <summary>BIP65.</summary>
    CheckLockTimeVerify = 512,

    /// <summary>BIP112.</summary>
    CheckSequenceVerify = 1024,

    /// <summary>BIP141. Wants <see cref="P2SH"/> with it.</summary>
    Witness = 2048,

    /// <summary>Spends of witness programs of versions to come are refused.</summary>
    DiscourageUpgradableWitnessProgram = 4096,

    /// <summary>What OP_IF and OP_NOTIF take is empty or 01, in witness scripts.</summary>
    MinimalIf = 8192,

    /// <summary>A signature that fails is empty (BIP146).</summary>
    NullFail = 16384,

    /// <summary>Public keys are compressed, in witness scripts (BIP143).</summary>
    WitnessPubkeyType = 32768,

    /// <summary>No OP_CODESEPARATOR and no signature within the script, outside witnesses.</summary>
    ConstScriptCode = 65536,

    /// <summary>Spends of taproot (BIP341) are verified. They are not implemented here, so that all of them are refused.</summary>
    Taproot = 131072,

    /// <summary>A rule of taproot.</summary>
    DiscourageUpgradableTaprootVersion = 262144,

    /// <summary>A rule of tapscript.</summary>
    DiscourageOpSuccess = 524288,

    /// <summary>A rule of tapscript.</summary>
    DiscourageUpgradablePubKeyType = 1048576,

    /// <summary>The rules of a block, without taproot's.</summary>
    Consensus = P2SH | DerSig | NullDummy | CheckLockTimeVerify | CheckSequenceVerify | Witness,

    /// <summary>The rules by which nodes relay. Bitcoin Core's are these, <see cref="WitnessPubkeyType"/> and <see cref="ConstScriptCode"/>.</summary>
    Standard = Consensus | StrictEnc | LowS | MinimalData | DiscourageUpgradableNops | CleanStack | DiscourageUpgradableWitnessProgram
        | MinimalIf | NullFail | Taproot | DiscourageUpgradableTaprootVersion | DiscourageOpSuccess | DiscourageUpgradablePubKeyType,
}

namespace NBitcoin;

/// <summary>Why a script or signature was refused.</summary>
public enum ScriptError
{
    OK = 0,

    /// <summary>What has no name here: a number of more than 4 bytes (5 for locks), or, by MinimalData, not the shortest of its value; or ConstScriptCode was broken.</summary>
    UnknownError = 1,

    /// <summary>The script ended without true on top, or, of a witness, with more than that where <see cref="ScriptVerify.CleanStack"/> is not asked for.</summary>
    EvalFalse = 2,
    OpReturn = 3,

    /// <summary>Above 10,000 bytes.</summary>
    ScriptSize = 4,

    /// <summary>Above 520 bytes.</summary>
    PushSize = 5,

    /// <summary>Above 201 operations; each key of OP_CHECKMULTISIG is one.</summary>
    OpCount = 6,

    /// <summary>Above 1,000 elements.</summary>
    StackSize = 7,

    /// <summary>Negative, or above the number of keys.</summary>
    SigCount = 8,

    /// <summary>Negative, or above 20.</summary>
    PubkeyCount = 9,
    Verify = 10,
    EqualVerify = 11,
    CheckMultiSigVerify = 12,
    CheckSigVerify = 13,
    NumEqualVerify = 14,

    /// <summary>No operation has this code, or the script ended within a push.</summary>
    BadOpCode = 15,
    DisabledOpCode = 16,

    /// <summary>The stack holds less than the operation takes.</summary>
    InvalidStackOperation = 17,
    InvalidAltStackOperation = 18,
    UnbalancedConditional = 19,
    NegativeLockTime = 20,

    /// <summary>Of BIP65 and BIP112: too early, of the other kind, or the input does not enforce it.</summary>
    UnsatisfiedLockTime = 21,
    SigHashType = 22,
    SigDer = 23,
    MinimalData = 24,
    SigPushOnly = 25,
    SigHighS = 26,
    SigNullDummy = 27,
    PubKeyType = 28,
    CleanStack = 29,
    DiscourageUpgradableNops = 30,

    /// <summary>There is a scriptSig where the witness alone spends.</summary>
    WitnessMalleated = 31,

    /// <summary>The scriptSig is more or other than the push of the witness program.</summary>
    WitnessMalleatedP2SH = 32,
    WitnessProgramEmpty = 33,
    WitnessProgramMissmatch = 34,
    DiscourageUpgradableWitnessProgram = 35,

    /// <summary>Of version 0, and neither 20 nor 32 bytes.</summary>
    WitnessProgramWrongLength = 36,
    WitnessUnexpected = 37,
    NullFail = 38,
    MinimalIf = 39,
    WitnessPubkeyType = 40,

    /// <summary>A spend of taproot, where <see cref="ScriptVerify.Taproot"/> asks for it: no version of it is implemented here, so it counts as unproven.</summary>
    DiscourageUpgradableTaprootVersion = 45,
}

namespace NBitcoin;

/// <summary>What consensus bounds in one run of a script.</summary>
internal static class Limits
{
    /// <summary>Bytes of a script.</summary>
    public const int ScriptSize = 10_000;

    /// <summary>Bytes of an element that is pushed, by script or witness.</summary>
    public const int ElementSize = 520;

    /// <summary>Operations other than pushes, executed or not; each key of OP_CHECKMULTISIG counts as one more.</summary>
    public const int Operations = 201;

    /// <summary>Elements of both stacks.</summary>
    public const int StackSize = 1_000;

    /// <summary>Keys of one OP_CHECKMULTISIG.</summary>
    public const int MultisigKeys = 20;

    /// <summary>Bytes of a number that is calculated with.</summary>
    public const int NumberSize = 4;

    /// <summary>Bytes of a lock's number (BIP65, BIP112): every 32-bit value without sign.</summary>
    public const int LockNumberSize = 5;
}

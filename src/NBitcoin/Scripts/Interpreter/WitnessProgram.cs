using NBitcoin.Crypto;

namespace NBitcoin;

/// <summary>What an output pays to by a witness (BIP141): a version from 0 to 16 and 2 to 40 bytes.</summary>
internal readonly ref struct WitnessProgram
{
    private const int KeyHashLength = 20;
    private const int ScriptHashLength = 32;
    private const int TaprootLength = 32;

    private WitnessProgram(int version, ReadOnlySpan<byte> bytes)
    {
        Version = version;
        Bytes = bytes;
    }

    public int Version { get; }

    public ReadOnlySpan<byte> Bytes { get; }

    public bool IsKeyHash => Version == 0 && Bytes.Length == KeyHashLength;

    public bool IsScriptHash => Version == 0 && Bytes.Length == ScriptHashLength;

    public bool IsTaproot => Version == 1 && Bytes.Length == TaprootLength;

    /// <summary>Pay to anchor: anyone may spend it, with no witness at all, to raise the fee.</summary>
    public bool IsAnchor => Version == 1 && Bytes is [0x4e, 0x73];

    public static bool TryRead(Script script, out WitnessProgram program)
    {
        program = default;
        if (!script.IsScriptType(ScriptType.Witness)) return false;
        var bytes = script.ToBytes(true);
        var version = bytes[0] == (byte)OpcodeType.OP_0 ? 0 : bytes[0] - (int)OpcodeType.OP_1 + 1;
        program = new WitnessProgram(version, bytes.AsSpan(2));
        return true;
    }

    /// <param name="withinP2SH">It is P2SH's redeem script, and not the scriptPubKey.</param>
    public ScriptError Verify(WitScript witness, SpendingInput input, ScriptVerify flags, bool withinP2SH) =>
        IsScriptHash ? VerifyScriptHash(witness, input, flags)
        : IsKeyHash ? VerifyKeyHash(witness, input, flags)
        : Version == 0 ? ScriptError.WitnessProgramWrongLength
        : IsTaproot && !withinP2SH ? flags.HasFlag(ScriptVerify.Taproot) ? ScriptError.DiscourageUpgradableTaprootVersion : ScriptError.OK
        : IsAnchor && !withinP2SH ? ScriptError.OK
        : flags.HasFlag(ScriptVerify.DiscourageUpgradableWitnessProgram) ? ScriptError.DiscourageUpgradableWitnessProgram
        : ScriptError.OK;

    private ScriptError VerifyScriptHash(WitScript witness, SpendingInput input, ScriptVerify flags)
    {
        if (witness.PushCount == 0) return ScriptError.WitnessProgramEmpty;
        var script = witness.GetUnsafePush(witness.PushCount - 1);
        if (!Bytes.SequenceEqual(Hashes.SHA256(script))) return ScriptError.WitnessProgramMissmatch;
        return Run(Script.FromBytesUnsafe(script), witness, witness.PushCount - 1, input, flags);
    }

    private ScriptError VerifyKeyHash(WitScript witness, SpendingInput input, ScriptVerify flags) =>
        witness.PushCount != 2 ? ScriptError.WitnessProgramMissmatch
        : Run(new KeyId(Bytes.ToArray()).ScriptPubKey, witness, witness.PushCount, input, flags);

    private static ScriptError Run(Script script, WitScript witness, int elements, SpendingInput input, ScriptVerify flags)
    {
        var stack = new ScriptStack();
        for (var i = 0; i < elements; i++)
        {
            var element = witness.GetUnsafePush(i);
            if (element.Length > Limits.ElementSize) return ScriptError.PushSize;
            stack.Push(element);
        }
        if (Evaluation.Run(script, stack, input, flags, HashVersion.WitnessV0) is not ScriptError.OK and var error) return error;
        // Of a witness script the clean stack is consensus, and had no name of its own at first.
        if (stack.Count != 1) return flags.HasFlag(ScriptVerify.CleanStack) ? ScriptError.CleanStack : ScriptError.EvalFalse;
        return stack.IsTrue ? ScriptError.OK : ScriptError.EvalFalse;
    }
}

namespace NBitcoin.Policy;

/// <summary>Tells the form of a scriptPubKey.</summary>
internal static class OutputKinds
{
    public static OutputKind Of(Script script) =>
        script.IsScriptType(ScriptType.P2SH) ? OutputKind.ScriptHash
        : WitnessProgram.TryRead(script, out var program) ? Of(program)
        : IsData(script) ? OutputKind.Data
        : IsKey(script) ? OutputKind.Key
        : script.IsScriptType(ScriptType.P2PKH) ? OutputKind.KeyHash
        : TryReadMultisig(script, out _, out _) ? OutputKind.Multisig
        : OutputKind.NonStandard;

    /// <summary>Reads <c>required key… keys OP_CHECKMULTISIG</c>, each key well formed, whether or not it is a point.</summary>
    public static bool TryReadMultisig(Script script, out int required, out int keys)
    {
        (required, keys) = (0, 0);
        var cursor = new ScriptCursor(script.ToBytes(true));
        if (!cursor.TryRead(out var code, out var pushed) || !TryReadCount(code, pushed, 1, out required)) return false;
        var found = 0;
        while (cursor.TryRead(out code, out pushed) && IsWellFormedKey(pushed)) found++;
        return TryReadCount(code, pushed, required, out keys) && keys == found
            && cursor.TryRead(out code, out _) && code == OpcodeType.OP_CHECKMULTISIG && cursor.AtEnd;
    }

    private static OutputKind Of(WitnessProgram program) =>
        program.IsKeyHash ? OutputKind.WitnessKeyHash
        : program.IsScriptHash ? OutputKind.WitnessScriptHash
        : program.IsTaproot ? OutputKind.Taproot
        : program.IsAnchor ? OutputKind.Anchor
        : program.Version == 0 ? OutputKind.NonStandard
        : OutputKind.WitnessUnknown;

    private static bool IsData(Script script) =>
        script.ToBytes(true) is [(byte)OpcodeType.OP_RETURN, .. var rest] && Script.FromBytesUnsafe(rest).IsPushOnly;

    private static bool IsKey(Script script) =>
        script.ToBytes(true) is [33 or 65, .. var key, (byte)OpcodeType.OP_CHECKSIG] bytes && key.Length == bytes[0] && IsWellFormedKey(key);

    private static bool IsWellFormedKey(ReadOnlySpan<byte> key) => key is [2 or 3, ..] and { Length: 33 } or [4 or 6 or 7, ..] and { Length: 65 };

    private static bool TryReadCount(OpcodeType code, ReadOnlySpan<byte> pushed, int least, out int count)
    {
        var number = 0L;
        var isNumber = code is >= OpcodeType.OP_1 and <= OpcodeType.OP_16
            ? ScriptNumber.TryRead(Op.SmallNumber(code), true, Limits.NumberSize, out number)
            : code is > OpcodeType.OP_0 and <= OpcodeType.OP_PUSHDATA4 && Op.IsMinimalPush(code, pushed)
                && ScriptNumber.TryRead(pushed, true, Limits.NumberSize, out number);
        var fits = isNumber && number >= least && number <= Limits.MultisigKeys;
        count = fits ? (int)number : 0;
        return fits;
    }
}

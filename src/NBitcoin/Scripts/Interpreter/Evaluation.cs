namespace NBitcoin;

/// <summary>One run of one script on a stack.</summary>
internal sealed class Evaluation(Script script, ScriptStack stack, SpendingInput input, ScriptVerify flags, HashVersion version)
{
    private readonly byte[] _script = script.ToBytes(true);
    private readonly ScriptStack _alternate = new();
    private readonly Conditions _conditions = new();
    private readonly SignatureOperations _signatures = new(input, flags, version);
    private int _operations;

    // Where the script that signatures commit to starts, and where the next operation does.
    private int _codeStart;
    private int _next;

    private bool Minimal => flags.HasFlag(ScriptVerify.MinimalData);

    /// <summary>Changes the stack. OK means that the script came to its end, not that it left true.</summary>
    public static ScriptError Run(Script script, ScriptStack stack, SpendingInput input, ScriptVerify flags, HashVersion version) =>
        new Evaluation(script, stack, input, flags, version).Run();

    private ScriptError Run()
    {
        if (_script.Length > Limits.ScriptSize) return ScriptError.ScriptSize;
        var cursor = new ScriptCursor(_script);
        while (!cursor.AtEnd)
        {
            if (!cursor.TryRead(out var code, out var pushed)) return ScriptError.BadOpCode;
            _next = cursor.Position;
            if (Step(code, pushed) is not ScriptError.OK and var error) return error;
            if (stack.Count + _alternate.Count > Limits.StackSize) return ScriptError.StackSize;
        }
        return _conditions.IsEmpty ? ScriptError.OK : ScriptError.UnbalancedConditional;
    }

    // What is checked first holds in branches that are not executed too.
    private ScriptError Step(OpcodeType code, ReadOnlySpan<byte> pushed)
    {
        if (pushed.Length > Limits.ElementSize) return ScriptError.PushSize;
        if (code > OpcodeType.OP_16 && ++_operations > Limits.Operations) return ScriptError.OpCount;
        if (IsDisabled(code)) return ScriptError.DisabledOpCode;
        if (code == OpcodeType.OP_CODESEPARATOR && version == HashVersion.Original && flags.HasFlag(ScriptVerify.ConstScriptCode)) return ScriptError.UnknownError;
        if (!_conditions.AllTrue && code is < OpcodeType.OP_IF or > OpcodeType.OP_ENDIF) return ScriptError.OK;
        return code <= OpcodeType.OP_PUSHDATA4 ? Push(code, pushed) : Execute(code);
    }

    private ScriptError Push(OpcodeType code, ReadOnlySpan<byte> pushed)
    {
        if (Minimal && !Op.IsMinimalPush(code, pushed)) return ScriptError.MinimalData;
        stack.Push(pushed.ToArray());
        return ScriptError.OK;
    }

    private ScriptError Execute(OpcodeType code)
    {
        switch (code)
        {
            case OpcodeType.OP_1NEGATE or (>= OpcodeType.OP_1 and <= OpcodeType.OP_16):
                stack.Push(Op.SmallNumber(code));
                return ScriptError.OK;
            case OpcodeType.OP_NOP:
                return ScriptError.OK;
            case OpcodeType.OP_IF or OpcodeType.OP_NOTIF:
                return If(code);
            case OpcodeType.OP_ELSE:
                return _conditions.TryElse() ? ScriptError.OK : ScriptError.UnbalancedConditional;
            case OpcodeType.OP_ENDIF:
                return _conditions.TryLeave() ? ScriptError.OK : ScriptError.UnbalancedConditional;
            case OpcodeType.OP_VERIFY:
                return stack.Count < 1 ? ScriptError.InvalidStackOperation : ScriptStack.AsBool(stack.Pop()) ? ScriptError.OK : ScriptError.Verify;
            case OpcodeType.OP_RETURN:
                return ScriptError.OpReturn;
            case (>= OpcodeType.OP_TOALTSTACK and <= OpcodeType.OP_TUCK) or OpcodeType.OP_SIZE or OpcodeType.OP_EQUAL or OpcodeType.OP_EQUALVERIFY:
                return StackOperations.Execute(code, stack, _alternate, Minimal);
            case >= OpcodeType.OP_1ADD and <= OpcodeType.OP_WITHIN:
                return Arithmetic.Execute(code, stack, Minimal);
            case >= OpcodeType.OP_RIPEMD160 and <= OpcodeType.OP_HASH256:
                return HashOperations.Execute(code, stack);
            case OpcodeType.OP_CODESEPARATOR:
                _codeStart = _next;
                return ScriptError.OK;
            case OpcodeType.OP_CHECKSIG or OpcodeType.OP_CHECKSIGVERIFY:
                return _signatures.CheckSignature(code, stack, ScriptCode());
            case OpcodeType.OP_CHECKMULTISIG or OpcodeType.OP_CHECKMULTISIGVERIFY:
                return _signatures.CheckMultisig(code, stack, ScriptCode(), ref _operations);
            case OpcodeType.OP_CHECKLOCKTIMEVERIFY:
                return flags.HasFlag(ScriptVerify.CheckLockTimeVerify) ? CheckLock(input.IsLockedUntil, 0) : Nothing();
            case OpcodeType.OP_CHECKSEQUENCEVERIFY:
                return flags.HasFlag(ScriptVerify.CheckSequenceVerify) ? CheckLock(input.IsLockedFor, Sequence.SEQUENCE_LOCKTIME_DISABLE_FLAG) : Nothing();
            case >= OpcodeType.OP_NOP1 and <= OpcodeType.OP_NOP10:
                return Nothing();
            default:
                return ScriptError.BadOpCode;
        }
    }

    private ScriptError If(OpcodeType code)
    {
        var taken = false;
        if (_conditions.AllTrue)
        {
            if (stack.Count < 1) return ScriptError.UnbalancedConditional;
            var condition = stack[1];
            if (version == HashVersion.WitnessV0 && flags.HasFlag(ScriptVerify.MinimalIf) && condition is not ([] or [1])) return ScriptError.MinimalIf;
            taken = ScriptStack.AsBool(stack.Pop()) == (code == OpcodeType.OP_IF);
        }
        _conditions.Enter(taken);
        return ScriptError.OK;
    }

    // An operation that means nothing yet, by the rules that were asked for.
    private ScriptError Nothing() => flags.HasFlag(ScriptVerify.DiscourageUpgradableNops) ? ScriptError.DiscourageUpgradableNops : ScriptError.OK;

    // The number stays on the stack: where the operation did nothing yet, it took nothing.
    private ScriptError CheckLock(Func<long, bool> isSatisfied, uint disabled)
    {
        if (stack.Count < 1) return ScriptError.InvalidStackOperation;
        if (!ScriptNumber.TryRead(stack[1], Minimal, Limits.LockNumberSize, out var asked)) return ScriptError.UnknownError;
        if (asked < 0) return ScriptError.NegativeLockTime;
        return (asked & disabled) != 0 || isSatisfied(asked) ? ScriptError.OK : ScriptError.UnsatisfiedLockTime;
    }

    private Script ScriptCode() => _codeStart == 0 ? script : Script.FromBytesUnsafe(_script[_codeStart..]);

    private static bool IsDisabled(OpcodeType code) => code is
        OpcodeType.OP_CAT or OpcodeType.OP_SUBSTR or OpcodeType.OP_LEFT or OpcodeType.OP_RIGHT
        or OpcodeType.OP_INVERT or OpcodeType.OP_AND or OpcodeType.OP_OR or OpcodeType.OP_XOR
        or OpcodeType.OP_2MUL or OpcodeType.OP_2DIV or OpcodeType.OP_MUL or OpcodeType.OP_DIV or OpcodeType.OP_MOD
        or OpcodeType.OP_LSHIFT or OpcodeType.OP_RSHIFT;
}

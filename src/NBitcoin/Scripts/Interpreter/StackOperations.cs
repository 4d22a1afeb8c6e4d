namespace NBitcoin;

/// <summary>Operations that move, copy and compare elements: OP_TOALTSTACK to OP_TUCK, OP_SIZE, OP_EQUAL and OP_EQUALVERIFY.</summary>
internal static class StackOperations
{
    public static ScriptError Execute(OpcodeType code, ScriptStack stack, ScriptStack alternate, bool minimal)
    {
        if (stack.Count < Taken(code)) return ScriptError.InvalidStackOperation;
        switch (code)
        {
            case OpcodeType.OP_FROMALTSTACK when alternate.Count == 0: return ScriptError.InvalidAltStackOperation;
            case OpcodeType.OP_FROMALTSTACK: stack.Push(alternate.Pop()); break;
            case OpcodeType.OP_TOALTSTACK: alternate.Push(stack.Pop()); break;
            case OpcodeType.OP_2DROP: stack.Drop(2); break;
            case OpcodeType.OP_2DUP: Repeat(2, stack.Copy, 2); break;
            case OpcodeType.OP_3DUP: Repeat(3, stack.Copy, 3); break;
            case OpcodeType.OP_2OVER: Repeat(2, stack.Copy, 4); break;
            case OpcodeType.OP_2ROT: Repeat(2, stack.Raise, 6); break;
            case OpcodeType.OP_2SWAP: Repeat(2, stack.Raise, 4); break;
            case OpcodeType.OP_IFDUP: if (stack.IsTrue) stack.Copy(1); break;
            case OpcodeType.OP_DEPTH: stack.Push(stack.Count); break;
            case OpcodeType.OP_DROP: stack.Drop(1); break;
            case OpcodeType.OP_DUP: stack.Copy(1); break;
            case OpcodeType.OP_NIP: stack.Take(2); break;
            case OpcodeType.OP_OVER: stack.Copy(2); break;
            case OpcodeType.OP_PICK or OpcodeType.OP_ROLL: return PickOrRoll(code, stack, minimal);
            case OpcodeType.OP_ROT: stack.Raise(3); break;
            case OpcodeType.OP_SWAP: stack.Raise(2); break;
            case OpcodeType.OP_TUCK: stack.Insert(3, stack[1]); break;
            case OpcodeType.OP_SIZE: stack.Push(stack[1].Length); break;
            case OpcodeType.OP_EQUAL: stack.Push(PopEqual(stack)); break;
            case OpcodeType.OP_EQUALVERIFY: return PopEqual(stack) ? ScriptError.OK : ScriptError.EqualVerify;
            default: return ScriptError.BadOpCode;
        }
        return ScriptError.OK;
    }

    // From the deepest, each time at the same position, since what is moved or copied lies on top of it then.
    private static void Repeat(int times, Action<int> move, int position)
    {
        for (var i = 0; i < times; i++) move(position);
    }

    private static ScriptError PickOrRoll(OpcodeType code, ScriptStack stack, bool minimal)
    {
        if (!ScriptNumber.TryRead(stack.Pop(), minimal, Limits.NumberSize, out var depth)) return ScriptError.UnknownError;
        if (depth < 0 || depth >= stack.Count) return ScriptError.InvalidStackOperation;
        if (code == OpcodeType.OP_PICK) stack.Copy((int)depth + 1);
        else stack.Raise((int)depth + 1);
        return ScriptError.OK;
    }

    private static bool PopEqual(ScriptStack stack) => stack.Pop().AsSpan().SequenceEqual(stack.Pop());

    private static int Taken(OpcodeType code) => code switch
    {
        OpcodeType.OP_FROMALTSTACK or OpcodeType.OP_DEPTH => 0,
        OpcodeType.OP_2DROP or OpcodeType.OP_2DUP or OpcodeType.OP_NIP or OpcodeType.OP_OVER or OpcodeType.OP_PICK or OpcodeType.OP_ROLL
            or OpcodeType.OP_SWAP or OpcodeType.OP_TUCK or OpcodeType.OP_EQUAL or OpcodeType.OP_EQUALVERIFY => 2,
        OpcodeType.OP_3DUP or OpcodeType.OP_ROT => 3,
        OpcodeType.OP_2OVER or OpcodeType.OP_2SWAP => 4,
        OpcodeType.OP_2ROT => 6,
        _ => 1,
    };
}

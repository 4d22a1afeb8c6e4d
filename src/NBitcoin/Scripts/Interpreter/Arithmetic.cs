namespace NBitcoin;

/// <summary>Operations on numbers: OP_1ADD to OP_WITHIN, without the disabled ones. What is taken has 4 bytes, so that no result overflows.</summary>
internal static class Arithmetic
{
    public static ScriptError Execute(OpcodeType code, ScriptStack stack, bool minimal)
    {
        var count = Taken(code);
        if (stack.Count < count) return ScriptError.InvalidStackOperation;
        Span<long> taken = stackalloc long[count];
        for (var i = 0; i < count; i++)
            if (!ScriptNumber.TryRead(stack[count - i], minimal, Limits.NumberSize, out taken[i])) return ScriptError.UnknownError;
        stack.Drop(count);
        var result = count switch
        {
            1 => OfOne(code, taken[0]),
            2 => OfTwo(code, taken[0], taken[1]),
            _ => Is(taken[1] <= taken[0] && taken[0] < taken[2]),
        };
        if (code == OpcodeType.OP_NUMEQUALVERIFY) return result != 0 ? ScriptError.OK : ScriptError.NumEqualVerify;
        stack.Push(result);
        return ScriptError.OK;
    }

    private static int Taken(OpcodeType code) => code switch
    {
        <= OpcodeType.OP_0NOTEQUAL => 1,
        OpcodeType.OP_WITHIN => 3,
        _ => 2,
    };

    private static long OfOne(OpcodeType code, long a) => code switch
    {
        OpcodeType.OP_1ADD => a + 1,
        OpcodeType.OP_1SUB => a - 1,
        OpcodeType.OP_NEGATE => -a,
        OpcodeType.OP_ABS => Math.Abs(a),
        OpcodeType.OP_NOT => Is(a == 0),
        OpcodeType.OP_0NOTEQUAL => Is(a != 0),
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };

    private static long OfTwo(OpcodeType code, long a, long b) => code switch
    {
        OpcodeType.OP_ADD => a + b,
        OpcodeType.OP_SUB => a - b,
        OpcodeType.OP_BOOLAND => Is(a != 0 && b != 0),
        OpcodeType.OP_BOOLOR => Is(a != 0 || b != 0),
        OpcodeType.OP_NUMEQUAL or OpcodeType.OP_NUMEQUALVERIFY => Is(a == b),
        OpcodeType.OP_NUMNOTEQUAL => Is(a != b),
        OpcodeType.OP_LESSTHAN => Is(a < b),
        OpcodeType.OP_GREATERTHAN => Is(a > b),
        OpcodeType.OP_LESSTHANOREQUAL => Is(a <= b),
        OpcodeType.OP_GREATERTHANOREQUAL => Is(a >= b),
        OpcodeType.OP_MIN => Math.Min(a, b),
        OpcodeType.OP_MAX => Math.Max(a, b),
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };

    private static long Is(bool condition) => condition ? 1 : 0;
}

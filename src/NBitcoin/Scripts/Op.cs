using System.Buffers.Binary;
using System.Globalization;

namespace NBitcoin;

/// <summary>One operation of a script, with the bytes it pushes if it does. Immutable.</summary>
public class Op
{
    // With room for the 5 bytes of a lock time, and for all of a long.
    private const int LongestNumber = 9;

    private static readonly Dictionary<string, OpcodeType> CodesByName = MakeNames();

    private readonly byte[] _pushData;

    internal Op(OpcodeType code, byte[] pushData = null, bool isInvalid = false) =>
        (Code, _pushData, IsInvalid) = (code, pushData, isInvalid);

    public OpcodeType Code { get; }

    /// <summary>What is pushed; null if this pushes nothing. A small number's code pushes the number: OP_0 no bytes, OP_5 {5}.</summary>
    public byte[] PushData => _pushData?.ToArray();

    /// <summary>The code's name; "OP_UNKNOWN" where it has none.</summary>
    public string Name => GetOpName(Code);

    /// <summary>The script ended before this push did.</summary>
    public bool IsInvalid { get; }

    /// <summary>OP_0 to OP_16.</summary>
    public bool IsSmallUInt => Code is OpcodeType.OP_0 or (>= OpcodeType.OP_1 and <= OpcodeType.OP_16);

    /// <summary>OP_1NEGATE to OP_16.</summary>
    public bool IsSmallInt => IsSmallUInt || Code == OpcodeType.OP_1NEGATE;

    /// <summary>Pushes the number in the shortest way: OP_1NEGATE to OP_16 by their codes, others as minimal script numbers.</summary>
    public static Op GetPushOp(long value) => GetPushOp(ScriptNumber(value));

    /// <summary>Pushes the bytes in the shortest way; of a small number's, by its code.</summary>
    public static Op GetPushOp(byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var code = data switch
        {
            [] => OpcodeType.OP_0,
            [>= 1 and <= 16] => OpcodeType.OP_1 - 1 + data[0],
            [0x81] => OpcodeType.OP_1NEGATE,
            _ => PushCode(data.Length),
        };
        return new Op(code, [.. data]);
    }

    /// <summary>The code's name; "OP_UNKNOWN" where it has none. The lock operations are "OP_CLTV" and "OP_CSV".</summary>
    public static string GetOpName(OpcodeType opcode) => opcode switch
    {
        OpcodeType.OP_0 => "OP_0",
        OpcodeType.OP_1 => "OP_1",
        OpcodeType.OP_CHECKLOCKTIMEVERIFY => "OP_CLTV",
        OpcodeType.OP_CHECKSEQUENCEVERIFY => "OP_CSV",
        _ => Enum.GetName(opcode) ?? "OP_UNKNOWN",
    };

    /// <summary>The code of a name: those of <see cref="OpcodeType"/> and of <see cref="GetOpName"/>.</summary>
    public static bool GetOpCode(string name, out OpcodeType result) => CodesByName.TryGetValue(name, out result);

    /// <summary>What is pushed as a number; null if this pushes nothing, or more than an int holds.</summary>
    public int? GetInt() => GetLong() is >= int.MinValue and <= int.MaxValue and var value ? (int)value : null;

    /// <summary>What is pushed as a number; null if this pushes nothing, or more than a long holds.</summary>
    public long? GetLong()
    {
        if (_pushData is not { Length: <= LongestNumber }) return null;
        if (_pushData.Length == 0) return 0;
        Int128 magnitude = 0;
        for (var i = _pushData.Length - 1; i >= 0; i--) magnitude = (magnitude << 8) | _pushData[i];
        var sign = Int128.One << (8 * _pushData.Length - 1);
        var value = (magnitude & sign) == 0 ? magnitude : -(magnitude ^ sign);
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : null;
    }

    public byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        WriteTo(memory);
        return memory.ToArray();
    }

    /// <exception cref="InvalidOperationException"><see cref="IsInvalid"/>: it has no bytes of its own.</exception>
    public void WriteTo(Stream stream)
    {
        if (IsInvalid) throw new InvalidOperationException("The push is cut off");
        stream.WriteByte((byte)Code);
        if (Code is OpcodeType.OP_0 or > OpcodeType.OP_PUSHDATA4) return;
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, _pushData.Length);
        stream.Write(length[..LengthSize(Code)]);
        stream.Write(_pushData);
    }

    /// <summary>A push as hex, small numbers as one digit of it and no bytes as "0"; else the name.</summary>
    public override string ToString()
    {
        if (IsInvalid) return "[error]";
        if (_pushData is null)
            return Name != "OP_UNKNOWN" ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}(0x{(byte)Code:x2})");
        return _pushData switch
        {
            [] => "0",
            [< 16] => _pushData[0].ToString("x", CultureInfo.InvariantCulture),
            _ => Convert.ToHexStringLower(_pushData),
        };
    }

    /// <exception cref="InvalidOperationException">The code pushes bytes that follow it: say them with <see cref="GetPushOp(byte[])"/>.</exception>
    public static implicit operator Op(OpcodeType codeType) => codeType switch
    {
        OpcodeType.OP_0 or OpcodeType.OP_1NEGATE or (>= OpcodeType.OP_1 and <= OpcodeType.OP_16) => new Op(codeType, SmallNumber(codeType)),
        < OpcodeType.OP_1NEGATE => throw new InvalidOperationException("This code is nothing without the bytes it pushes"),
        _ => new Op(codeType),
    };

    /// <summary>What the code of a small number pushes; null of other codes.</summary>
    internal static byte[] SmallNumber(OpcodeType code) => code switch
    {
        OpcodeType.OP_0 => [],
        OpcodeType.OP_1NEGATE => [0x81],
        >= OpcodeType.OP_1 and <= OpcodeType.OP_16 => [(byte)(code - OpcodeType.OP_1 + 1)],
        _ => null,
    };

    /// <summary>How many bytes of length follow the code of a push.</summary>
    internal static int LengthSize(OpcodeType code) => code switch
    {
        OpcodeType.OP_PUSHDATA1 => 1,
        OpcodeType.OP_PUSHDATA2 => 2,
        OpcodeType.OP_PUSHDATA4 => 4,
        _ => 0,
    };

    /// <summary>The op that a token of <see cref="ToString"/> or of <see cref="OpcodeType"/> stands for.</summary>
    /// <exception cref="FormatException">It stands for none.</exception>
    internal static Op Parse(string token)
    {
        if (GetOpCode(token, out var code)) return code;
        if (token == "0") return OpcodeType.OP_0;
        return GetPushOp(Convert.FromHexString(token.Length == 1 ? "0" + token : token));
    }

    /// <summary>The push of the bytes by the shortest opcode of their length, small numbers too.</summary>
    internal static byte[] PushOf(byte[] data) => new Op(PushCode(data.Length), data).ToBytes();

    /// <summary>Whether no shorter operation pushes the same.</summary>
    internal static bool IsMinimalPush(OpcodeType code, ReadOnlySpan<byte> pushed) => pushed switch
    {
        [>= 1 and <= 16] or [0x81] => false,
        _ => code == PushCode(pushed.Length),
    };

    private static OpcodeType PushCode(int length) => length switch
    {
        <= 75 => (OpcodeType)length,
        <= byte.MaxValue => OpcodeType.OP_PUSHDATA1,
        <= ushort.MaxValue => OpcodeType.OP_PUSHDATA2,
        _ => OpcodeType.OP_PUSHDATA4,
    };

    // Magnitude, least significant byte first, with the sign in the top bit of the last.
    private static byte[] ScriptNumber(long value)
    {
        if (value == 0) return [];
        var bytes = new List<byte>(LongestNumber);
        for (var rest = Int128.Abs(value); rest > 0; rest >>= 8) bytes.Add((byte)(rest & 0xff));
        if ((bytes[^1] & 0x80) != 0) bytes.Add(0);
        if (value < 0) bytes[^1] |= 0x80;
        return [.. bytes];
    }

    private static Dictionary<string, OpcodeType> MakeNames()
    {
        var names = Enum.GetNames<OpcodeType>().Where(name => !name.StartsWith("OP_PUSHDATA", StringComparison.Ordinal));
        var codes = names.ToDictionary(name => name, Enum.Parse<OpcodeType>, StringComparer.Ordinal);
        codes.Add("OP_CLTV", OpcodeType.OP_CHECKLOCKTIMEVERIFY);
        codes.Add("OP_CSV", OpcodeType.OP_CHECKSEQUENCEVERIFY);
        return codes;
    }
}

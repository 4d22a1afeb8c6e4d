using System.Globalization;
using System.Text;
using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>The text form of scripts in Bitcoin Core's vectors: names without OP_, decimal numbers, 0x and raw bytes, 'text' that is pushed.</summary>
internal static class ScriptAssembler
{
    public static Script Assemble(string text) =>
        Script.FromBytesUnsafe([.. text.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).SelectMany(Token)]);

    /// <summary>The push by the opcode of the length, small numbers too.</summary>
    public static byte[] Push(byte[] data) => data.Length switch
    {
        <= 75 => [(byte)data.Length, .. data],
        <= 0xff => [0x4c, (byte)data.Length, .. data],
        _ => [0x4d, (byte)(data.Length & 0xff), (byte)(data.Length >> 8), .. data],
    };

    public static ScriptVerify Flags(string names)
    {
        var flags = names.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(ScriptVerify.None, (sum, name) => sum | Enum.Parse<ScriptVerify>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true));
        // As the vectors' own runner has it: the one makes no sense without the others.
        return (flags & ScriptVerify.CleanStack) != 0 ? flags | ScriptVerify.P2SH | ScriptVerify.Witness : flags;
    }

    private static byte[] Token(string token)
    {
        if (long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return Op.GetPushOp(number).ToBytes();
        if (token.StartsWith("0x", StringComparison.Ordinal)) return Convert.FromHexString(token.AsSpan(2));
        if (token is ['\'', .. var inner, '\'']) return Push(Encoding.ASCII.GetBytes(inner));
        var name = token.StartsWith("OP_", StringComparison.Ordinal) ? token : "OP_" + token;
        return Op.GetOpCode(name, out var code) ? [(byte)code] : throw new FormatException($"No token of a script: {token}");
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace BtcChannels;

/// <summary>Hex as the wire has it: lower case, whole bytes, nothing around it.</summary>
public static class Hex
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static bool IsLowerCase(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Digits);

    /// <summary>Reads lower-case hex; false where it is anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length % 2 != 0 || !IsLowerCase(text)) return false;
        bytes = Convert.FromHexString(text);
        return true;
    }

    public static string Write(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}

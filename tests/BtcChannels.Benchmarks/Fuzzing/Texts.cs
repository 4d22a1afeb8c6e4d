using System.Text;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Texts as inputs: bytes that are read as UTF-8, what is none of it as U+FFFD.</summary>
internal static class Texts
{
    public static string Of(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Hex(byte[] bytes) => Utf8(Convert.ToHexStringLower(bytes));
}

using System.Buffers;
using System.Text;

namespace BtcChannels.Paywall;

/// <summary>Letters of HTTP's fields (RFC 9110, 5.6).</summary>
internal static class HttpText
{
    private static readonly SearchValues<char> s_base64Url = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static bool IsTokenCharacter(char letter) =>
        char.IsAsciiLetterOrDigit(letter) || letter is '!' or '#' or '$' or '%' or '&' or '\'' or '*' or '+' or '-' or '.' or '^' or '_' or '`' or '|' or '~';

    public static bool IsToken(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
            if (!IsTokenCharacter(letter)) return false;
        return !text.IsEmpty;
    }

    /// <summary>What may stand in a quoted string, obs-text included, a quote and a backslash after a backslash.</summary>
    public static bool IsQuotable(char letter) => letter is '\t' or (>= ' ' and not '\x7f' and <= '\xff');

    /// <summary>Whether it is base64url without padding, by its letters.</summary>
    public static bool IsBase64Url(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(s_base64Url);

    /// <exception cref="ArgumentException">It has a letter that a field written here may not have: ASCII's printable ones, space and tab alone are safe on all ways.</exception>
    public static StringBuilder AppendQuoted(this StringBuilder field, string text)
    {
        field.Append('"');
        foreach (var letter in text)
        {
            if (letter is not '\t' and not (>= ' ' and <= '~')) throw new ArgumentException($"A field cannot hold U+{(int)letter:X4}", nameof(text));
            if (letter is '"' or '\\') field.Append('\\');
            field.Append(letter);
        }
        return field.Append('"');
    }
}

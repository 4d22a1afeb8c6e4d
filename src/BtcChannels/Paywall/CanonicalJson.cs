using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace BtcChannels.Paywall;

/// <summary>
/// Writes JSON in its canonical form (RFC 8785): members in the order of their names' UTF-16 units, no white space, strings with the least escaping. Numbers are whole and
/// below 2^53, where their form is the plain decimal one.
/// </summary>
internal static class CanonicalJson
{
    private const long MaxNumber = (1L << 53) - 1;

    private static readonly SearchValues<char> s_escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(it => (char)it), '"', '\\']);
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="members">Values are texts, whole numbers, lists of texts and further arrays of members; a member whose value is null is left out.</param>
    /// <exception cref="ArgumentException">A text has half a surrogate pair, or a number is out of range.</exception>
    public static string Write(params (string Name, object? Value)[] members)
    {
        var json = new StringBuilder();
        WriteObject(json, members);
        return json.ToString();
    }

    /// <summary>The bytes of <see cref="Write"/> as base64url without padding.</summary>
    /// <inheritdoc cref="Write"/>
    public static string Encode(params (string Name, object? Value)[] members) => Base64Url.EncodeToString(s_utf8.GetBytes(Write(members)));

    private static void WriteObject(StringBuilder json, (string Name, object? Value)[] members)
    {
        json.Append('{');
        var isFirst = true;
        foreach (var (name, value) in InOrder(members))
        {
            if (value is null) continue;
            if (!isFirst) json.Append(',');
            isFirst = false;
            WriteText(json, name);
            json.Append(':');
            WriteValue(json, value);
        }
        json.Append('}');
    }

    // Most are written down in their order.
    private static (string Name, object? Value)[] InOrder((string Name, object? Value)[] members)
    {
        for (var i = 1; i < members.Length; i++)
        {
            if (string.CompareOrdinal(members[i - 1].Name, members[i].Name) > 0) return [.. members.OrderBy(it => it.Name, StringComparer.Ordinal)];
        }
        return members;
    }

    private static void WriteValue(StringBuilder json, object value)
    {
        switch (value)
        {
            case string text: WriteText(json, text); break;
            case int number: json.Append(CultureInfo.InvariantCulture, $"{number}"); break;
            case long number when Math.Abs(number) <= MaxNumber: json.Append(CultureInfo.InvariantCulture, $"{number}"); break;
            case IReadOnlyList<string> texts: WriteTexts(json, texts); break;
            case (string, object?)[] members: WriteObject(json, members); break;
            default: throw new ArgumentException($"{value} has no canonical form here", nameof(value));
        }
    }

    private static void WriteTexts(StringBuilder json, IReadOnlyList<string> texts)
    {
        json.Append('[');
        for (var i = 0; i < texts.Count; i++)
        {
            if (i > 0) json.Append(',');
            WriteText(json, texts[i]);
        }
        json.Append(']');
    }

    // RFC 8785, 3.2.2.2.
    private static void WriteText(StringBuilder json, string text)
    {
        if (!IsWhole(text)) throw new ArgumentException("Half a surrogate pair is no text", nameof(text));
        json.Append('"');
        var rest = text.AsSpan();
        for (int at; (at = rest.IndexOfAny(s_escaped)) >= 0; rest = rest[(at + 1)..])
        {
            json.Append(rest[..at]);
            Escape(json, rest[at]);
        }
        json.Append(rest).Append('"');
    }

    private static void Escape(StringBuilder json, char letter) => _ = letter switch
    {
        '"' => json.Append("\\\""),
        '\\' => json.Append("\\\\"),
        '\b' => json.Append("\\b"),
        '\t' => json.Append("\\t"),
        '\n' => json.Append("\\n"),
        '\f' => json.Append("\\f"),
        '\r' => json.Append("\\r"),
        _ => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
    };

    private static bool IsWhole(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return true;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }
}

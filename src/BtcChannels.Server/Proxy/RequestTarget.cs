using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace BtcChannels.Server.Proxy;

/// <summary>
/// Path and query as they came, byte for byte, once it is sure that they mean to the upstream what they meant to the route that set the price: no dots, doubled or coded slashes, backslashes,
/// parameters of segments, nor what is no UTF-8.
/// </summary>
internal static class RequestTarget
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="raw">The request's target.</param>
    /// <param name="matched">The decoded path that routes were matched with.</param>
    /// <param name="target">Path and query, ready to be sent.</param>
    public static bool TryRead(string raw, string matched, [NotNullWhen(true)] out string? target)
    {
        target = null;
        var origin = OriginForm(raw);
        if (origin is null || origin.AsSpan().ContainsAnyExceptInRange('!', '~') || origin.Contains('#', StringComparison.Ordinal)) return false;
        var end = origin.IndexOf('?', StringComparison.Ordinal);
        var path = end < 0 ? origin : origin[..end];
        if (!TryDecode(path, out var decoded) || decoded != matched) return false;
        target = origin;
        return true;
    }

    // RFC 9112 3.2.2: a server takes whole addresses, too.
    private static string? OriginForm(string raw)
    {
        if (raw.StartsWith('/')) return raw;
        var scheme = raw.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return null;
        var rest = raw.IndexOfAny(['/', '?'], scheme + 3);
        return rest < 0 ? "/" : raw[rest] == '?' ? "/" + raw[rest..] : raw[rest..];
    }

    private static bool TryDecode(string path, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        var text = new StringBuilder(path.Length);
        var segments = path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i].Length == 0 && i < segments.Length - 1) return false;
            if (segments[i].AsSpan().ContainsAny('\\', ';') || !TryDecodeSegment(segments[i], out var segment)) return false;
            if (segment is "." or ".." || segment.AsSpan().ContainsAny('/', '\\') || segment.Any(char.IsControl)) return false;
            text.Append('/').Append(segment);
        }
        decoded = text.ToString();
        return true;
    }

    private static bool TryDecodeSegment(string raw, [NotNullWhen(true)] out string? segment)
    {
        segment = null;
        var bytes = new byte[raw.Length];
        var count = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '%')
            {
                bytes[count++] = (byte)raw[i];
                continue;
            }
            if (i + 2 >= raw.Length || !byte.TryParse(raw.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[count++])) return false;
            i += 2;
        }
        try
        {
            segment = s_strict.GetString(bytes, 0, count);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}

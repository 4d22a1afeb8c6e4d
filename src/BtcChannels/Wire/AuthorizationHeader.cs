using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Secp256k1;

namespace BtcChannels.Wire;

/// <summary>The <c>Authorization</c> header of requests about a channel: <c>BtcChannels time=1700000000, signature=…128 hex digits…</c></summary>
public sealed record AuthorizationHeader(long Time, Signature Signature)
{
    public const string Scheme = "BtcChannels";

    private const string Prefix = Scheme + " time=";
    private const string Middle = ", signature=";

    public static bool TryParse(string? text, [NotNullWhen(true)] out AuthorizationHeader? header)
    {
        header = null;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var at = text.IndexOf(Middle, StringComparison.Ordinal);
        if (at < 0 || !long.TryParse(text.AsSpan(Prefix.Length, at - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var time)) return false;
        if (!WireSignature.TryParse(text[(at + Middle.Length)..], out var signature)) return false;
        header = new(time, signature);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Time}{Middle}{WireSignature.Write(Signature)}");
}

/// <summary>A signature on the wire: the 64 bytes of its compact form in lower-case hex.</summary>
public static class WireSignature
{
    private const int CompactLength = 64;

    public static bool TryParse(string? hex, out Signature signature)
    {
        signature = default;
        return Hex.TryParse(hex, out var bytes) && bytes.Length == CompactLength && Signature.TryParseCompact(bytes, out signature);
    }

    public static string Write(Signature signature) => Hex.Write(signature.ToCompact());
}

using System.Security.Cryptography;

namespace BtcChannels.Paywall;

/// <summary>What a <c>Content-Digest</c> says of a body.</summary>
public enum DigestCheck
{
    /// <summary>All digests that are known here are the body's, and there is one at least.</summary>
    Good,

    /// <summary>One is another body's.</summary>
    Different,

    /// <summary>No algorithm that is known here.</summary>
    Unknown,

    /// <summary>It is not a dictionary of digests.</summary>
    Malformed,
}

/// <summary>Digests of bodies as RFC 9530 writes them: <c>sha-256=:…base64…:</c>. Known are <c>sha-256</c> and <c>sha-512</c>.</summary>
public static class ContentDigest
{
    private const int MaxLength = 1_024;

    public static string Of(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return $"sha-256=:{Convert.ToBase64String(hash)}:";
    }

    /// <summary>Compares a body with a field that may hold several digests.</summary>
    public static DigestCheck Check(string digest, ReadOnlySpan<byte> body)
    {
        if (digest.Length > MaxLength || Read(digest) is not { } digests) return DigestCheck.Malformed;
        var isKnown = false;
        foreach (var (algorithm, value) in digests)
        {
            byte[]? hash = algorithm switch { "sha-256" => SHA256.HashData(body), "sha-512" => SHA512.HashData(body), _ => null };
            if (hash is null) continue;
            if (!CryptographicOperations.FixedTimeEquals(hash, value)) return DigestCheck.Different;
            isKnown = true;
        }
        return isKnown ? DigestCheck.Good : DigestCheck.Unknown;
    }

    // A dictionary whose values are byte sequences (RFC 8941, 3.2 and 3.3.5), without parameters, as RFC 9530 has it. Of a doubled key the last counts.
    private static Dictionary<string, byte[]>? Read(string text)
    {
        Dictionary<string, byte[]> digests = [];
        foreach (var member in text.Split(','))
        {
            var trimmed = member.Trim(' ', '\t');
            if (trimmed.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals) || !IsKey(trimmed.AsSpan(0, equals))) return null;
            var value = trimmed.AsSpan(equals + 1);
            if (value.Length < 2 || value[0] != ':' || value[^1] != ':') return null;
            var bytes = new byte[value.Length];
            if (value.ContainsAny(" \t\r\n") || !Convert.TryFromBase64Chars(value[1..^1], bytes, out var length)) return null;
            digests[trimmed[..equals]] = bytes[..length];
        }
        return digests;
    }

    private static bool IsKey(ReadOnlySpan<char> key)
    {
        foreach (var letter in key)
            if (!char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter is not ('-' or '_' or '.' or '*')) return false;
        return char.IsAsciiLetterLower(key[0]) || key[0] == '*';
    }
}

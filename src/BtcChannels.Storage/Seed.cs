using System.Buffers;
using System.Security.Cryptography;

namespace BtcChannels.Storage;

/// <summary>Names a seed without telling anything of it: <see cref="MerchantKeys.Fingerprint"/> or <see cref="CustomerKeys.Fingerprint"/>.</summary>
/// <param name="seed">32 bytes, wiped once this returns.</param>
public delegate string SeedFingerprint(ReadOnlySpan<byte> seed);

/// <summary>The 32 random bytes that every key is derived from. They are wiped on <see cref="Dispose"/> and shown to nobody.</summary>
public sealed class Seed : IDisposable
{
    public const int Length = 32;

    private static readonly SearchValues<byte> Hexits = SearchValues.Create("0123456789abcdef"u8);

    // Pinned: a collection that moves it would leave a copy behind.
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Length, pinned: true);

    private Seed() { }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public static Seed Random()
    {
        var seed = new Seed();
        RandomNumberGenerator.Fill(seed._bytes);
        return seed;
    }

    /// <param name="bytes">32 bytes. The caller wipes them.</param>
    /// <exception cref="ArgumentException">There are others.</exception>
    public static Seed From(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"A seed is {Length} bytes", nameof(bytes));
        var seed = new Seed();
        bytes.CopyTo(seed._bytes);
        return seed;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    /// <summary>Reads 64 characters of lower-case hex, with or without an end of line; null for anything else.</summary>
    internal static Seed? Parse(ReadOnlySpan<byte> text)
    {
        if (text.EndsWith("\n"u8)) text = text[..^1];
        if (text.EndsWith("\r"u8)) text = text[..^1];
        if (text.Length != 2 * Length || text.ContainsAnyExcept(Hexits)) return null;
        var seed = new Seed();
        Convert.FromHexString(text, seed._bytes, out _, out _);
        return seed;
    }
}

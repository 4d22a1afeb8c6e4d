using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NBitcoin;

namespace BtcChannels;

/// <summary>A customer's seed as 24 words: its 32 bytes are the entropy of a mnemonic (BIP39, English, without passphrase).</summary>
public static class SeedWords
{
    private const int SeedLength = 32;
    private const int WordsOfSeed = 24;
    private const int BitsOfWord = 11;

    /// <param name="seed">32 bytes. The caller wipes them.</param>
    /// <exception cref="ArgumentException">There are others.</exception>
    public static Mnemonic Of(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLength) throw new ArgumentException("A seed is 32 bytes", nameof(seed));
        var entropy = seed.ToArray();
        try
        {
            return new Mnemonic(Wordlist.English, entropy);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(entropy);
        }
    }

    /// <summary>Reads words; letter case and the spaces between make no difference.</summary>
    /// <param name="seed">32 bytes, which the caller wipes.</param>
    /// <param name="fault">What is wrong with them, without repeating any.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out byte[]? seed, [NotNullWhen(false)] out string? fault)
    {
        seed = null;
        string[] words = [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => word.ToLowerInvariant())];
        var unknown = Array.FindIndex(words, word => !Wordlist.English.WordExists(word, out _));
        fault = words.Length != WordsOfSeed ? $"A mnemonic of this program has {WordsOfSeed} words, and these are {words.Length}"
            : unknown >= 0 ? $"Word {unknown + 1} is not in the list of words (BIP39, English)"
            : null;
        if (fault is not null) return false;
        var mnemonic = new Mnemonic(string.Join(' ', words), Wordlist.English);
        if (!mnemonic.IsValidChecksum)
        {
            fault = "The words do not fit together: one is wrong, or two have changed places";
            return false;
        }
        seed = new byte[SeedLength];
        for (var bit = 0; bit < SeedLength * 8; bit++)
            seed[bit / 8] |= (byte)(((mnemonic.Indices[bit / BitsOfWord] >> (BitsOfWord - 1 - (bit % BitsOfWord))) & 1) << (7 - (bit % 8)));
        return true;
    }
}

using System.Security.Cryptography;
using BtcChannels.Storage;

namespace BtcChannels.Client;

/// <summary>The seed of a data folder as words (BIP39), to be written down and to bring it back.</summary>
public static class CustomerSeed
{
    /// <summary>The 24 words of a folder's seed; null where it has none yet. Whoever reads them has the money.</summary>
    /// <exception cref="StoreException">The seed cannot be read.</exception>
    public static string? ReadWords(string dataFolder)
    {
        using var seed = SeedFile.Read(dataFolder);
        return seed is null ? null : SeedWords.Of(seed.Bytes).ToString();
    }

    /// <summary>Puts the seed of words into a folder that has none yet, or this one.</summary>
    /// <returns>What is wrong with the words, in a sentence; null where the folder has their seed now.</returns>
    /// <exception cref="StoreException">The folder has another seed, which is left as it is, or cannot be used.</exception>
    public static string? Restore(string dataFolder, string words)
    {
        if (!SeedWords.TryRead(words, out var bytes, out var fault)) return fault;
        try
        {
            using var seed = Seed.From(bytes);
            if (SeedFile.TryWrite(dataFolder, seed)) return null;
            using var there = SeedFile.Read(dataFolder);
            return there is not null && CryptographicOperations.FixedTimeEquals(there.Bytes, seed.Bytes)
                ? null
                : throw new SeedException($"{Path.Combine(dataFolder, SeedFile.Name)} is another seed than that of these words: give a folder of its own (it is left as it is)");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}

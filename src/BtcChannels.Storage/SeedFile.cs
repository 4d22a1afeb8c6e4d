using System.Security.Cryptography;

namespace BtcChannels.Storage;

/// <summary>The file <c>seed</c> in a data folder: one line, 64 characters of lower-case hex, readable by its owner alone.</summary>
public static class SeedFile
{
    public const string Name = "seed";

    private const int LongestLine = (2 * Seed.Length) + 2;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The seed in a folder; null where there is none.</summary>
    /// <exception cref="SeedException">Others than its owner can read or write the file, or it is not a seed.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be read.</exception>
    public static Seed? Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        return StoreErrors.Translate(path, () => File.Exists(path) ? ReadExisting(path) : null);
    }

    /// <summary>Makes a seed and has it on disk before this returns. One that exists already is read, never replaced.</summary>
    /// <inheritdoc cref="Read"/>
    public static Seed ReadOrMake(string folder)
    {
        if (Read(folder) is { } existing) return existing;
        var seed = Seed.Random();
        if (TryWrite(folder, seed)) return seed;
        seed.Dispose();
        return Read(folder) ?? throw new StoreUnavailableException($"{Path.Combine(folder, Name)} has come and gone", null);
    }

    /// <summary>Puts a seed that is known already into a folder, and has it on disk before this returns.</summary>
    /// <returns>False where there is one: it is left as it is.</returns>
    /// <exception cref="StoreUnavailableException">It cannot be written.</exception>
    public static bool TryWrite(string folder, Seed seed)
    {
        var path = Path.Combine(folder, Name);
        return StoreErrors.Translate(path, () =>
        {
            PrivateFile.MakeFolder(folder);
            Span<byte> line = stackalloc byte[(2 * Seed.Length) + 1];
            try
            {
                Convert.TryToHexStringLower(seed.Bytes, line, out _);
                line[^1] = (byte)'\n';
                return PrivateFile.TryWriteNew(path, line);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(line);
            }
        });
    }

    private static Seed ReadExisting(string path)
    {
        using var stream = new FileStream(path, PrivateFile.Options(FileMode.Open, FileAccess.Read, FileShare.Read));
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & Others) != 0)
            throw new SeedException($"{path} is open to others than its owner: make its mode 0600");
        Span<byte> text = stackalloc byte[LongestLine + 1];
        try
        {
            var length = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return Seed.Parse(text[..length]) ?? throw new SeedException($"{path} is not a seed: one line of {2 * Seed.Length} characters of lower-case hex");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }
}

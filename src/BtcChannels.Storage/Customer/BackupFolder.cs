using System.Globalization;

namespace BtcChannels.Storage;

/// <summary>The folder that channel backups are written to: one small file for each channel, encrypted, and never changed.</summary>
/// <param name="path">Made with mode 0700 where it is missing.</param>
public sealed class BackupFolder(string path)
{
    /// <summary>What the names of backups end with.</summary>
    public const string Extension = ".btcb";

    /// <summary>Its name in a data folder, where no other is chosen.</summary>
    public const string DefaultName = "backups";

    private const int MaxLength = 1 << 20;
    private const int ShownDigits = 8;

    public string Path => path;

    /// <summary>Writes the backup of a channel where there is none yet, and has it on disk before this returns.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be written.</exception>
    public void Write(CustomerChannel channel, CustomerKeys keys, NBitcoin.Network network)
    {
        var file = System.IO.Path.Combine(path, NameOf(channel, keys));
        StoreErrors.Translate(file, () =>
        {
            PrivateFile.MakeFolder(path);
            return File.Exists(file) || PrivateFile.TryWriteNew(file, keys.Backups.Write(channel, network));
        });
    }

    /// <summary>The backups in the folder and in those below it, with their bytes, in the order of their names.</summary>
    /// <exception cref="StoreUnavailableException">The folder or a file cannot be read.</exception>
    public IReadOnlyList<(string File, byte[] Content)> Read() => StoreErrors.Translate(path, () =>
        Directory.EnumerateFiles(path, "*" + Extension, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => (file, ReadFile(file))).ToList());

    /// <summary>By seed and key: it tells nothing about merchant or deposit. The tag tells apart what a lost counter could make alike.</summary>
    private static string NameOf(CustomerChannel channel, CustomerKeys keys) => string.Create(
        CultureInfo.InvariantCulture, $"{keys.Fingerprint[..ShownDigits]}-{channel.KeyIndex:000000}-{Tag(channel, keys)}{Extension}");

    private static string Tag(CustomerChannel channel, CustomerKeys keys) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
            [.. System.Text.Encoding.ASCII.GetBytes(keys.Fingerprint), .. channel.DepositTransaction.GetHash().ToBytes()]))[..ShownDigits];

    private static byte[] ReadFile(string file)
    {
        using var stream = new FileStream(file, PrivateFile.Options(FileMode.Open, FileAccess.Read, FileShare.Read));
        return stream.Length <= MaxLength ? ReadAll(stream) : [];
    }

    private static byte[] ReadAll(FileStream stream)
    {
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Admin;

/// <summary>What an operator shows: <c>Authorization: Bearer</c> and the key. Kept as its hash alone.</summary>
public sealed class AdminKey
{
    private const int MinLength = 20;
    private const string Scheme = "Bearer ";

    private readonly byte[] _hash;

    /// <param name="key">At least 20 letters of ASCII without blanks.</param>
    /// <exception cref="ArgumentException">It is not that.</exception>
    public AdminKey(string key)
    {
        if (key.Length < MinLength || key.AsSpan().ContainsAnyExceptInRange('!', '~')) throw new ArgumentException($"The administration's key has at least {MinLength} letters of ASCII, without blanks");
        _hash = SHA256.HashData(Encoding.ASCII.GetBytes(key));
    }

    /// <summary>The key in a file, which is made, with a new one, where it is missing.</summary>
    /// <param name="file">Only its owner may be able to read it (mode 0600).</param>
    /// <exception cref="ArgumentException">It holds no key, or others can read it.</exception>
    /// <exception cref="IOException">It can be neither read nor made.</exception>
    public static AdminKey FromFile(string file)
    {
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var made = new FileStream(file, options);
            made.Write(Encoding.ASCII.GetBytes(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)) + "\n"));
        }
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new ArgumentException($"'{file}' can be read by others than its owner: chmod 600 it, and change the key");
        try
        {
            return new(File.ReadAllText(file).Trim());
        }
        catch (ArgumentException wrong)
        {
            throw new ArgumentException($"'{file}': {wrong.Message}", wrong);
        }
    }

    /// <summary>Whether a request shows it. What is wrong takes as long to refuse as what is nearly right.</summary>
    internal bool IsShown(HttpRequest request) => request.Headers.Authorization is [{ } field] && field.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.ASCII.GetBytes(field[Scheme.Length..])), _hash);
}

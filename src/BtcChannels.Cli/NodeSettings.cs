using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Cli;

/// <summary>How to reach the customer's node.</summary>
internal sealed record NodeSettings(Network Network, BitcoindOptions Bitcoind, string? Wallet)
{
    public const string PasswordVariable = "BTCCHANNELS_RPC_PASSWORD";

    /// <exception cref="UsageException">What was given does not fit together.</exception>
    public static NodeSettings Of(Network network, Uri? node, string? cookieFile, string? user, string? wallet, Func<string, string?> environment)
    {
        var address = node ?? new Uri($"http://127.0.0.1:{network.RPCPort}/");
        if (user is null) return new(network, new BitcoindOptions(address, CookieFile: cookieFile ?? DefaultCookieFile(network, environment)), wallet);
        if (cookieFile is not null) throw new UsageException("Give --cookie-file or --rpc-user, not both");
        var password = environment(PasswordVariable) ?? throw new UsageException($"--rpc-user needs its password in the environment variable {PasswordVariable}");
        return new(network, new BitcoindOptions(address, User: user, Password: password), wallet);
    }

    /// <summary>Where bitcoind of this user writes it.</summary>
    private static string DefaultCookieFile(Network network, Func<string, string?> environment)
    {
        var home = environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var folder = OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "Bitcoin")
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Application Support", "Bitcoin")
            : Path.Combine(home, ".bitcoin");
        return Path.Combine(folder, BitcoinNetworks.FolderOf(network), ".cookie");
    }
}

/// <summary>The command line asks for something that cannot be.</summary>
internal sealed class UsageException(string message) : Exception(message);

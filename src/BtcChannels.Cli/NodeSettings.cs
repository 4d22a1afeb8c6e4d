using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Cli;

/// <summary>How to reach what tells the customer of the chain.</summary>
/// <param name="Wallet">The node's, by name; null for its only one.</param>
internal sealed record NodeSettings(Network Network, ChainOptions Chain, string? Wallet)
{
    private const string NoCookie = "none";

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

    /// <param name="cookieFile">Null for where NBXplorer of this user writes it.</param>
    /// <exception cref="UsageException">Nobody knows where that is on this network.</exception>
    public static NodeSettings OfNBXplorer(Network network, Uri url, string? cookieFile)
    {
        var cookie = cookieFile ?? NBXplorerOptions.DefaultCookieFile(network)
            ?? throw new UsageException($"--nbxplorer-cookie is missing: on {BitcoinNetworks.NameOf(network)} there is no file that it is in by default");
        return new(network, new NBXplorerOptions(url, cookie.Equals(NoCookie, StringComparison.OrdinalIgnoreCase) ? null : cookie), null);
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

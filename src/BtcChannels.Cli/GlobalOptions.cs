using System.CommandLine;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Cli;

/// <summary>Options of every command.</summary>
internal sealed class GlobalOptions
{
    public const string BackupsVariable = "BTCCHANNELS_BACKUPS";

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder of store and seed. Default $XDG_DATA_HOME/btcchannels, or ~/.btcchannels; in it one by network, but for main.",
        HelpName = "folder", Recursive = true,
    };

    public Option<Network?> Network { get; } = new("--network")
    {
        Description = $"{BitcoinNetworks.Known}.", HelpName = "name", Recursive = true, CustomParser = Parsers.NetworkName, DefaultValueFactory = _ => NBitcoin.Network.Main,
    };

    public Option<Uri?> Node { get; } = new("--node")
    {
        Description = "RPC address of the bitcoind to ask. Default this machine, the network's port.", HelpName = "url", Recursive = true, CustomParser = Parsers.HttpAddress,
    };

    public Option<string?> CookieFile { get; } = new("--cookie-file")
    {
        Description = "The node's cookie file. Default that of bitcoind's usual folder.", HelpName = "path", Recursive = true,
    };

    public Option<string?> User { get; } = new("--rpc-user")
    {
        Description = $"The node's RPC user instead of a cookie; its password comes from the environment variable {NodeSettings.PasswordVariable}.",
        HelpName = "name", Recursive = true,
    };

    public Option<Uri?> NBXplorer { get; } = new("--nbxplorer")
    {
        Description = "Address of the NBXplorer to ask instead of a bitcoind. Deposits come from the own wallet ('wallet new') then.", HelpName = "url", Recursive = true,
        CustomParser = Parsers.HttpAddress,
    };

    public Option<string?> NBXplorerCookie { get; } = new("--nbxplorer-cookie")
    {
        Description = "NBXplorer's cookie file, or none where it runs without authentication. Default that of this user's NBXplorer.", HelpName = "path", Recursive = true,
    };

    public Option<string?> Wallet { get; } = new("--wallet")
    {
        Description = "The node's wallet that deposits come from. Default the own one ('wallet new'), or without it the only one of the node.", HelpName = "name", Recursive = true,
    };

    public Option<string?> Backups { get; } = new("--backups")
    {
        Description = $"Folder of channel backups, best on another disk. Default ${BackupsVariable}, or 'backups' in the data folder.", HelpName = "folder", Recursive = true,
    };

    public Option<TimeSpan?> Patience { get; } = new("--patience")
    {
        Description = "How long to insist while a merchant does not answer, such as 10s. Default 30s.", HelpName = "time", Recursive = true,
        CustomParser = result => Parsers.Duration(result),
    };

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object or array on standard output; words go to standard error.", Recursive = true };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Data, Network, Node, CookieFile, User, NBXplorer, NBXplorerCookie, Wallet, Backups, Patience, Json]) command.Options.Add(option);
    }

    /// <summary>Null where none is chosen.</summary>
    public string? BackupFolder(ParseResult parsed, Func<string, string?> environment) =>
        parsed.GetValue(Backups) is { } given ? given : environment(BackupsVariable) is { Length: > 0 } chosen ? chosen : null;

    /// <exception cref="UsageException">What was given does not fit together.</exception>
    public NodeSettings NodeSettingsOf(ParseResult parsed, Func<string, string?> environment)
    {
        var network = parsed.GetRequiredValue(Network)!;
        var (node, cookie, user, wallet) = (parsed.GetValue(Node), parsed.GetValue(CookieFile), parsed.GetValue(User), parsed.GetValue(Wallet));
        var nbxplorerCookie = parsed.GetValue(NBXplorerCookie);
        if (parsed.GetValue(NBXplorer) is not { } nbxplorer)
            return nbxplorerCookie is null ? NodeSettings.Of(network, node, cookie, user, wallet, environment) : throw new UsageException("--nbxplorer-cookie means nothing without --nbxplorer");
        return (node ?? (object?)cookie ?? user ?? wallet) is null
            ? NodeSettings.OfNBXplorer(network, nbxplorer, nbxplorerCookie)
            : throw new UsageException("With --nbxplorer no bitcoind is asked: leave --node, --cookie-file, --rpc-user and --wallet away");
    }

    public string DataFolder(ParseResult parsed, Func<string, string?> environment)
    {
        if (parsed.GetValue(Data) is { } given) return given;
        var xdg = environment("XDG_DATA_HOME");
        var home = environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var root = string.IsNullOrEmpty(xdg) ? Path.Combine(home, ".btcchannels") : Path.Combine(xdg, "btcchannels");
        var network = parsed.GetRequiredValue(Network)!;
        return network == NBitcoin.Network.Main ? root : Path.Combine(root, BitcoinNetworks.NameOf(network));
    }
}

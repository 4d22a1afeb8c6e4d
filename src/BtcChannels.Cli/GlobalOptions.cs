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
        foreach (var option in (Option[])[Data, Network, Node, CookieFile, User, Wallet, Backups, Patience, Json]) command.Options.Add(option);
    }

    /// <summary>Null where none is chosen.</summary>
    public string? BackupFolder(ParseResult parsed, Func<string, string?> environment) =>
        parsed.GetValue(Backups) is { } given ? given : environment(BackupsVariable) is { Length: > 0 } chosen ? chosen : null;

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

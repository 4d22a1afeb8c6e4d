using System.Diagnostics.CodeAnalysis;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>The networks that channels are made on, by the names that bitcoind's <c>-chain</c> has for them or that people use.</summary>
public static class BitcoinNetworks
{
    // Names that a library gives networks are its own, and may change.
    private static readonly (Network Network, string Folder, string[] Names)[] s_all =
    [
        (Network.Main, "", ["main", "mainnet"]),
        (Network.TestNet, "testnet3", ["test", "testnet", "testnet3"]),
        (Network.TestNet4, "testnet4", ["testnet4"]),
        (Bitcoin.Instance.Signet, "signet", ["signet"]),
        (Network.RegTest, "regtest", ["regtest", "reg"]),
    ];

    /// <summary>The first name of each, to be told what may be given.</summary>
    public static string Known { get; } = string.Join(", ", s_all[..^1].Select(it => it.Names[0])) + " or " + s_all[^1].Names[0];

    /// <param name="name">Letter case makes no difference.</param>
    public static bool TryFind(string name, [NotNullWhen(true)] out Network? network)
    {
        network = s_all.FirstOrDefault(it => it.Names.Contains(name, StringComparer.OrdinalIgnoreCase)).Network;
        return network is not null;
    }

    /// <summary>The first of the network's names.</summary>
    /// <exception cref="ArgumentException">It is none of these networks.</exception>
    public static string NameOf(Network network) => Of(network).Names[0];

    /// <summary>The folder that bitcoind keeps the network in, within its own; empty for the main network.</summary>
    /// <exception cref="ArgumentException">It is none of these networks.</exception>
    public static string FolderOf(Network network) => Of(network).Folder;

    private static (Network Network, string Folder, string[] Names) Of(Network network) =>
        s_all.FirstOrDefault(it => it.Network == network) is { Network: not null } known ? known : throw new ArgumentException($"{network} is no network of Bitcoin", nameof(network));
}

using BtcChannels.Chain;
using BtcChannels.Client;

namespace BtcChannels.Cli;

/// <summary>What the program meets outside of itself.</summary>
/// <param name="In">Where secrets are typed, which no list of processes may show.</param>
/// <param name="Out">Results.</param>
/// <param name="Error">Words beside results.</param>
/// <param name="IsTerminal">Whether somebody reads <paramref name="Out"/>: tables and progress then.</param>
/// <param name="Environment">Reads an environment variable.</param>
/// <param name="Connect">The way to node and wallet.</param>
/// <param name="Handler">Carries requests to merchants; null for the usual one.</param>
/// <param name="Clock">The time.</param>
internal sealed record CliHost(
    TextReader In, TextWriter Out, TextWriter Error, bool IsTerminal, Func<string, string?> Environment, Func<NodeSettings, NodeAccess> Connect, HttpMessageHandler? Handler, TimeProvider Clock)
{
    /// <summary>Where bodies go, byte for byte.</summary>
    public Func<Stream> OpenBody { get; init; } = Console.OpenStandardOutput;

    /// <summary>Carries requests for priced resources; disposed of with each command.</summary>
    public Func<HttpMessageHandler> NewPageHandler { get; init; } = () => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };

    public static CliHost OfThisProcess() => new(
        Console.In, Console.Out, Console.Error, !Console.IsOutputRedirected, System.Environment.GetEnvironmentVariable, NodeAccess.To, null, TimeProvider.System);
}

/// <summary>The chain, the node's wallet where it can be asked, and the way to find coins of the customer's own.</summary>
internal sealed record NodeAccess(IChain Chain, DepositFunding? Funding, ICoinFinder Coins) : IAsyncDisposable
{
    public static NodeAccess To(NodeSettings node) => new(
        node.Chain.Connect(node.Network, TimeProvider.System), node.Chain is BitcoindOptions bitcoind ? new BitcoindWallet(bitcoind, node.Network, node.Wallet).Funding : null,
        node.Chain.FindCoins(node.Network, TimeProvider.System));

    public ValueTask DisposeAsync() => Chain is IAsyncDisposable listening ? listening.DisposeAsync() : ValueTask.CompletedTask;
}

using System.Runtime.CompilerServices;
using BtcChannels.Chain;
using BtcChannels.Regtest;
using BtcChannels.RegtestTests.Replay;

namespace BtcChannels.RegtestTests;

/// <summary>
/// The one place where tests choose what merchants and customers ask of the chain. <c>NBXPLORER_URL</c> with <c>NBXPLORER_BITCOIND</c> (RPC address of the bitcoind that it is connected to) and
/// <c>NBXPLORER_BITCOIND_COOKIE</c> (its cookie file): that NBXplorer, with all worlds on that one node. <c>BTCCHANNELS_TEST_CHAIN=nbxplorer-replay</c>: NBXplorer's recorded behaviour in front of
/// each world's own bitcoind. Else bitcoind itself.
/// </summary>
internal static class ChainOfTests
{
    public static string? NBXplorerUrl => Variable("NBXPLORER_URL");

    /// <summary>None where it runs without authentication.</summary>
    public static string? NBXplorerCookie => Variable("NBXPLORER_COOKIE");

    /// <summary>Why a test cannot have a node of its own; null where it can.</summary>
    public static string? NoNodeOfItsOwn => IsShared ? "the node is that of NBXPLORER_URL, which nobody may stop" : null;

    private static bool IsShared => NBXplorerUrl is not null && Variable("NBXPLORER_BITCOIND") is not null;

    [ModuleInitializer]
    internal static void Choose()
    {
        if (IsShared)
        {
            var cookie = Variable("NBXPLORER_BITCOIND_COOKIE") ?? throw new InvalidOperationException("NBXPLORER_BITCOIND needs NBXPLORER_BITCOIND_COOKIE, the cookie file of that bitcoind");
            RegtestNode.Shared = (new Uri(Variable("NBXPLORER_BITCOIND")!), cookie);
            ChainSource.Of = _ => Task.FromResult(new ChainSource(new NBXplorerOptions(new Uri(NBXplorerUrl!), NBXplorerCookie)));
        }
        else if (Variable("BTCCHANNELS_TEST_CHAIN") == "nbxplorer-replay")
        {
            ChainSource.Of = NBXplorerStandIn.StartAsync;
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>A fact that stops the world's node.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OwnNodeFactAttribute : FactAttribute
{
    public OwnNodeFactAttribute() => Skip = ChainOfTests.NoNodeOfItsOwn;
}

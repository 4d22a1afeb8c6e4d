using System.Diagnostics;
using BtcChannels.Chain;

namespace BtcChannels.Regtest;

/// <summary>What the programs of a world ask of the chain: its node itself, or an NBXplorer that is connected to that node.</summary>
public sealed class ChainSource(ChainOptions options, IAsyncDisposable? server = null) : IAsyncDisposable
{
    private const string NoCookie = "none";

    /// <summary>Chooses it for each node that is started; bitcoind where nobody sets this.</summary>
    public static Func<RegtestNode, Task<ChainSource>> Of { get; set; } = node => Task.FromResult(new ChainSource(new BitcoindOptions(node.RpcUri, node.CookieFile)));

    public ChainOptions Options => options;

    /// <summary>The merchant's settings for it, by name.</summary>
    public IReadOnlyDictionary<string, string> MerchantSettings => options switch
    {
        BitcoindOptions it => new Dictionary<string, string> { ["NodeUrl"] = it.RpcUri.ToString(), ["NodeCookie"] = it.CookieFile! },
        NBXplorerOptions it => new Dictionary<string, string> { ["Chain"] = "nbxplorer", ["NbxplorerUrl"] = it.Url.ToString(), ["NbxplorerCookie"] = it.CookieFile ?? NoCookie },
        _ => throw new UnreachableException(),
    };

    /// <summary>The customer's options for it on the command line.</summary>
    public IReadOnlyList<string> CustomerOptions => options switch
    {
        BitcoindOptions it => ["--node", it.RpcUri.ToString(), "--cookie-file", it.CookieFile!],
        NBXplorerOptions it => ["--nbxplorer", it.Url.ToString(), "--nbxplorer-cookie", it.CookieFile ?? NoCookie],
        _ => throw new UnreachableException(),
    };

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

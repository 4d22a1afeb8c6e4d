using System.Net;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.Chain;

/// <summary>
/// The way to one bitcoind: its credentials, its network, and what its silence means. Nothing is asked of the node before the first call, and
/// after a call that failed the next begins anew: the node may have been restarted, with another cookie, or replaced.
/// </summary>
/// <param name="http">For commands that take longer than the usual client waits; null for that one.</param>
internal sealed class BitcoindConnection(BitcoindOptions options, Network network, TimeProvider time, HttpClient? http = null) : BackendConnection("bitcoind", options, time)
{
    private volatile Client? _client;

    /// <summary>Runs commands to the node that belong together, under one time limit.</summary>
    /// <exception cref="ChainUnavailableException">The node does not answer, is not ready, or does not answer sensibly.</exception>
    /// <exception cref="ChainMismatchException">The node is of another network.</exception>
    public Task<T> RunAsync<T>(Func<NodeCall, Task<T>> commands, CancellationToken ct) => RunAsync(
        async limited =>
        {
            var client = await ClientAsync(limited);
            var call = new NodeCall(client.Rpc, options.Address, limited);
            if (!client.IsReady)
            {
                await call.RequireNetworkAsync(network);
                RequireSynced(await NodeStatus.GetAsync(call));
                client.IsReady = true;
            }
            return await commands(call);
        }, ct);

    /// <summary>A node that is still downloading knows neither the chain's end nor which outputs exist: it counts as unavailable.</summary>
    /// <exception cref="ChainUnavailableException">It is.</exception>
    public void RequireSynced(NodeStatus status)
    {
        // On regtest blocks are as old as one likes, and the node calls it a download for ever.
        if (status.IsDownloading && network != Network.RegTest)
            throw new ChainUnavailableException($"bitcoind at {Address} is still downloading the chain, now at block {status.Tip.Height}: wait until it has caught up");
    }

    private async Task<Client> ClientAsync(CancellationToken ct)
    {
        var secret = options.CookieFile is null ? $"{options.User}:{options.Password}" : await ReadCookieAsync(options.CookieFile, ct);
        if (_client is { } known && known.Secret == secret) return known;
        var colon = secret.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) throw new ChainUnavailableException($"The cookie file {options.CookieFile} of bitcoind at {Address} holds no cookie: see whether the path is right");
        var rpc = new RPCClient(new NetworkCredential(secret[..colon], secret[(colon + 1)..]), options.RpcUri, network);
        if (http is not null) rpc.HttpClient = http;
        var client = new Client(secret, rpc);
        _client = client;
        return client;
    }

    private async Task<string> ReadCookieAsync(string path, CancellationToken ct)
    {
        try
        {
            return (await File.ReadAllTextAsync(path, ct)).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // bitcoind deletes it when it stops.
            throw new ChainUnavailableException($"The cookie file {path} of bitcoind at {Address} is not there: start bitcoind, or correct the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChainUnavailableException($"The cookie file {path} of bitcoind at {Address} cannot be read: let this program's user read it (rpccookieperms=group), or use rpcauth", e);
        }
    }

    protected override void BeginAnew() => _client = null;

    protected override string? WordsFor(Exception e) => e is HttpRequestException { StatusCode: { } status } ? WordsFor(status) : base.WordsFor(e);

    private string WordsFor(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized when options.CookieFile is not null => $"refuses the cookie of {options.CookieFile}: see whether that is this node's file",
        HttpStatusCode.Unauthorized => "refuses user or password: correct them, or its rpcauth",
        HttpStatusCode.Forbidden => "does not let this machine in: see its rpcallowip",
        HttpStatusCode.ServiceUnavailable => "is too busy to answer: see its rpcworkqueue",
        _ => $"answers with HTTP status {(int)status}: see whether it is bitcoind that listens there",
    };

    private sealed class Client(string secret, RPCClient rpc)
    {
        public string Secret => secret;

        public RPCClient Rpc => rpc;

        public volatile bool IsReady;
    }
}

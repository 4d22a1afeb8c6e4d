using System.Net;
using NBitcoin;
using NBXplorer;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>The way to one NBXplorer: its credentials, its network, and what its silence means. Nothing is asked before the first call.</summary>
internal sealed class NBXplorerConnection : BackendConnection
{
    private readonly NBXplorerOptions _options;
    private readonly Network _network;
    private volatile bool _isReady;

    public NBXplorerConnection(NBXplorerOptions options, Network network, TimeProvider time) : base("NBXplorer", options, time)
    {
        (_options, _network) = (options, network);
        Client = new ExplorerClient(new NBXplorerNetworkProvider(network.ChainName).GetBTC(), options.Url);
        if (options.CookieFile is { } file) Client.SetCookieAuth(file);
        else Client.SetNoAuth();
    }

    public ExplorerClient Client { get; }

    /// <summary>How often it was out of reach until now: whoever saw another number before may have missed something.</summary>
    public int Outages { get; private set; }

    /// <summary>Runs questions that belong together, under one time limit.</summary>
    /// <exception cref="ChainUnavailableException">NBXplorer or its node does not answer, is not ready, or does not answer sensibly.</exception>
    /// <exception cref="ChainMismatchException">They are of another network.</exception>
    public Task<T> RunAsync<T>(Func<NBXplorerCall, Task<T>> questions, CancellationToken ct) => RunAsync(
        async limited =>
        {
            var call = new NBXplorerCall(Client, Address, limited);
            if (!_isReady)
            {
                await call.RequireCurrentAsync();
                await call.Node.RequireNetworkAsync(_network);
                _isReady = true;
            }
            return await questions(call);
        }, ct);

    protected override void BeginAnew()
    {
        if (_isReady) Outages++;
        _isReady = false;
    }

    protected override string? WordsFor(Exception e) => e switch
    {
        NBXplorerException { Error.Code: "rpc-unavailable" } => "does not reach its bitcoind: start bitcoind, or correct how NBXplorer finds it",
        NBXplorerException refused => $"refuses ({refused.Error.Code}: {refused.Message}): see whether its version is known to work",
        HttpRequestException { InnerException: TimeoutException } => "ran out of time: see whether it is overloaded",
        HttpRequestException { StatusCode: { } status } => WordsFor(status),
        _ => base.WordsFor(e),
    };

    private string WordsFor(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized when _options.CookieFile is { } file => $"refuses the cookie of {file}, or to pass a command on: see whether that is its file",
        HttpStatusCode.Unauthorized => "wants credentials: give its cookie file",
        HttpStatusCode.InternalServerError => "fails: see its log, and whether its database runs",
        HttpStatusCode.BadRequest => "does not reach its bitcoind: start bitcoind, or correct how NBXplorer finds it",
        _ => $"answers with HTTP status {(int)status}: see whether it is NBXplorer that listens there",
    };
}

using System.Net;
using NBitcoin;
using NBXplorer;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>The way to one NBXplorer: its credentials, its network, and what its silence means. Nothing is asked before the first call.</summary>
internal sealed class NBXplorerConnection
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(15);

    private readonly NBXplorerOptions _options;
    private readonly Network _network;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private volatile bool _isReady;

    public NBXplorerConnection(NBXplorerOptions options, Network network, TimeProvider time)
    {
        (_options, _network, _time, _timeout) = (options, network, time, options.Timeout ?? s_defaultTimeout);
        Client = new ExplorerClient(new NBXplorerNetworkProvider(network.ChainName).GetBTC(), options.Url);
        if (options.CookieFile is { } file) Client.SetCookieAuth(file);
        else Client.SetNoAuth();
    }

    public ExplorerClient Client { get; }

    public string Address => _options.Address;

    /// <summary>How often it was out of reach until now: whoever saw another number before may have missed something.</summary>
    public int Outages { get; private set; }

    /// <summary>Runs questions that belong together, under one time limit.</summary>
    /// <exception cref="ChainUnavailableException">NBXplorer or its node does not answer, is not ready, or does not answer sensibly.</exception>
    /// <exception cref="ChainMismatchException">They are of another network.</exception>
    public async Task<T> RunAsync<T>(Func<NBXplorerCall, Task<T>> questions, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            var call = new NBXplorerCall(Client, Address, either.Token);
            if (!_isReady)
            {
                await RequireNetworkAsync(call);
                _isReady = true;
            }
            return await questions(call);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (ChainUnavailableException)
        {
            Lost();
            throw;
        }
        catch (OperationCanceledException e)
        {
            throw Lost($"did not answer within {_timeout.TotalSeconds:0.###} seconds: see whether it hangs or is overloaded", e);
        }
        catch (NBXplorerException e)
        {
            throw Lost(e.Error.Code == "rpc-unavailable" ? "does not reach its bitcoind: start bitcoind, or correct how NBXplorer finds it" : $"refuses ({e.Error.Code}: {e.Message}): see whether its version is known to work", e);
        }
        catch (HttpRequestException e)
        {
            throw Lost(WordsFor(e), e);
        }
    }

    private async Task RequireNetworkAsync(NBXplorerCall call)
    {
        await call.RequireCurrentAsync();
        var genesis = await call.Node.AskTextAsync("getblockhash", uint256.Parse, 0);
        if (genesis != _network.GenesisHash)
            throw new ChainMismatchException(
                $"The bitcoind of NBXplorer at {Address} is not on {_network}: its first block is {genesis}, that of {_network} is {_network.GenesisHash}. "
                + "Correct the address, or the network that this program is set to");
    }

    private void Lost()
    {
        if (_isReady) Outages++;
        _isReady = false;
    }

    private ChainUnavailableException Lost(string words, Exception cause)
    {
        Lost();
        return new ChainUnavailableException($"NBXplorer at {Address} {words}", cause);
    }

    private string WordsFor(HttpRequestException e) => e.StatusCode switch
    {
        HttpStatusCode.Unauthorized when _options.CookieFile is { } file => $"refuses the cookie of {file}, or to pass a command on: see whether that is its file",
        HttpStatusCode.Unauthorized => "wants credentials: give its cookie file",
        HttpStatusCode.InternalServerError => "fails: see its log, and whether its database runs",
        HttpStatusCode.BadRequest => "does not reach its bitcoind: start bitcoind, or correct how NBXplorer finds it",
        { } status => $"answers with HTTP status {(int)status}: see whether it is NBXplorer that listens there",
        null when e.InnerException is TimeoutException => "ran out of time: see whether it is overloaded",
        null => $"cannot be reached ({e.Message}): start it, or correct its address",
    };
}

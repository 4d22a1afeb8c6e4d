using System.Net;
using NBitcoin;
using NBXplorer;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>Questions to an NBXplorer, and to the node behind it, under one time limit.</summary>
internal sealed class NBXplorerCall(ExplorerClient client, string address, CancellationToken ct)
{
    // A block behind is one that came just now; more is a server that catches up.
    private const int LagInOrder = 2;

    public ExplorerClient Client => client;

    public CancellationToken Token => ct;

    /// <summary>The node that it is connected to.</summary>
    public NodeCall Node { get; } = new(client.RPCClient, $"{address} (by way of NBXplorer)", ct);

    /// <summary>How far it is. What it says of the chain while its node is away, or ahead, is stale without saying so.</summary>
    /// <exception cref="ChainUnavailableException">It lacks its node, or is not up to it.</exception>
    public async Task<int> RequireCurrentAsync()
    {
        var status = await client.GetStatusAsync(ct) ?? throw new ChainMismatchException($"NBXplorer at {address} does not serve {client.CryptoCode}: see its setting of chains");
        if (status.NetworkType != client.Network.NBitcoinNetwork.ChainName)
            throw new ChainMismatchException($"NBXplorer at {address} is on {status.NetworkType}, and this program on {client.Network.NBitcoinNetwork.ChainName}: correct its address, or the network that this program is set to");
        if (status.BitcoinStatus is null) throw new ChainUnavailableException($"NBXplorer at {address} does not reach its bitcoind: start bitcoind, or correct how NBXplorer finds it");
        if (!status.BitcoinStatus.IsSynched)
            throw new ChainUnavailableException($"The bitcoind of NBXplorer at {address} is still downloading the chain, now at block {status.BitcoinStatus.Blocks} of {status.BitcoinStatus.Headers}: wait until it has caught up");
        if (status.SyncHeight is not { } synced) throw new ChainUnavailableException($"NBXplorer at {address} is starting: wait until it is ready");
        if (synced > status.ChainHeight)
            throw new ChainUnavailableException($"NBXplorer at {address} stands at block {synced}, and its bitcoind only at {status.ChainHeight}: wait until they agree");
        return status.IsFullySynched && status.ChainHeight - synced <= LagInOrder ? synced
            : throw new ChainUnavailableException($"NBXplorer at {address} is at block {synced} of {status.ChainHeight}: wait until it has caught up");
    }

    public Task<NewEventBase[]> EventsAsync(long after, int limit) => client.CreateLongPollingNotificationSession().GetEventsAsync(after, limit, false, ct);

    /// <summary>The mempool has it.</summary>
    public async Task<bool> IsInMempoolAsync(uint256 txid)
    {
        var response = await Node.SendAsync("getmempoolentry", txid.ToString());
        if (response.Error is { } error) return (int)error.Code == NodeWords.BlockNotFound ? false : throw Node.Refused("getmempoolentry", error);
        return Node.Read("getmempoolentry", response, json => json.GetProperty("vsize").GetInt32()) > 0;
    }

    /// <summary>A whole block of the node.</summary>
    /// <exception cref="ChainUnavailableException">NBXplorer passes the command on only where it is set to.</exception>
    public async Task<Block> GetBlockAsync(uint256 hash)
    {
        try
        {
            return await Node.AskTextAsync("getblock", hex => Block.Parse(hex, client.Network.NBitcoinNetwork), hash.ToString(), 0);
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new ChainUnavailableException($"NBXplorer at {address} does not pass getblock on, by which alone the spender of a coin without an address is found: start it with NBXPLORER_EXPOSERPC=1", e);
        }
    }

    /// <summary>A transaction of the mempool; null where it is not there.</summary>
    public async Task<Transaction?> FindInMempoolAsync(uint256 txid)
    {
        var response = await Node.SendAsync("getrawtransaction", txid.ToString());
        if (response.Error is { } error) return (int)error.Code == NodeWords.BlockNotFound ? null : throw Node.Refused("getrawtransaction", error);
        return Node.ReadText("getrawtransaction", response, hex => Transaction.Parse(hex, client.Network.NBitcoinNetwork));
    }
}

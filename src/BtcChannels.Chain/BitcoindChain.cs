using System.Text.Json;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>
/// The chain as a bitcoind tells it over RPC. The node needs neither wallet nor transaction index; it may prune, as long as it keeps what has
/// not been followed yet. It need not be up when this object is made, and may go and come back.
/// </summary>
public sealed class BitcoindChain : IChain
{
    private readonly BitcoindConnection _node;
    private readonly WatchList _watched = new();
    private readonly LastFees _fees;
    private readonly TimeSpan _poll;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">The options name neither cookie file nor user and password, or both, or no http address.</exception>
    public BitcoindChain(BitcoindOptions options, Network network, TimeProvider time)
    {
        options.Validate();
        Network = network;
        (_time, _fees) = (time, new LastFees(time));
        _poll = options.PollIntervalOn(network);
        _node = new BitcoindConnection(options, network, time);
    }

    public Network Network { get; }

    public Task<ChainTip> GetTipAsync(CancellationToken ct) => _node.RunAsync(async call =>
    {
        var status = await NodeStatus.GetAsync(call);
        _node.RequireSynced(status);
        return status.Tip;
    }, ct);

    public Task<UnspentOutput?> GetUnspentAsync(OutPoint outPoint, CancellationToken ct) =>
        _node.RunAsync(call => NodeOutput.FindUnspentAsync(call, outPoint, withMempool: true), ct);

    /// <inheritdoc/>
    public Task ResumeAsync(ChainCursor stored, CancellationToken ct)
    {
        _ = ReadCursor(stored);
        return Task.CompletedTask;
    }

    /// <summary>Blocks are searched for whatever is watched by then: there is nothing to do.</summary>
    public Task ExpectAsync(Transaction deposit, Script script, CancellationToken ct) => Task.CompletedTask;

    public Task WatchAsync(Script script, CancellationToken ct)
    {
        _watched.Add(script);
        return Task.CompletedTask;
    }

    public Task WatchAsync(OutPoint outPoint, CancellationToken ct)
    {
        _watched.Add(outPoint);
        return Task.CompletedTask;
    }

    public Task UnwatchAsync(Script script, CancellationToken ct)
    {
        _watched.Remove(script);
        return Task.CompletedTask;
    }

    public Task UnwatchAsync(OutPoint outPoint, CancellationToken ct)
    {
        _watched.Remove(outPoint);
        return Task.CompletedTask;
    }

    public async Task<ChainCursor> GetCursorAsync(CancellationToken ct)
    {
        var tip = await GetTipAsync(ct);
        return BlockCursor.At(tip.Height, tip.Hash);
    }

    public Task<ChainEvent?> NextAsync(ChainCursor after, CancellationToken ct)
    {
        var at = ReadCursor(after);
        return _node.RunAsync(call => NextAsync(call, at), ct);
    }

    /// <summary>Waits one poll interval. Whoever asks <see cref="NextAsync(ChainCursor, CancellationToken)"/> then costs the node one small question.</summary>
    public Task WaitAsync(CancellationToken ct) => Task.Delay(_poll, _time, ct);

    /// <inheritdoc/>
    /// <remarks>A transaction in the chain is recognized as long as one of its first 32 outputs is unspent.</remarks>
    public Task<MempoolVerdict> TestAsync(Transaction transaction, CancellationToken ct) => _node.RunAsync<MempoolVerdict>(async call =>
    {
        // Without 0 a limit of the RPC applies (0.1 BTC per 1,000 bytes), which is none of the network.
        var response = await call.SendAsync("testmempoolaccept", new[] { transaction.ToHex() }, 0);
        if (response.Error is { } error)
            return NodeWords.IsAboutTransaction((int)error.Code) ? new MempoolVerdict.Unacceptable(error.Message) : throw call.Refused("testmempoolaccept", error);
        var reason = call.Read("testmempoolaccept", response, json => RejectionOf(json[0]));
        return reason is null || NodeWords.IsKnown(reason) || (NodeWords.IsMissingInputs(reason) && await NodeOutput.IsInChainAsync(call, transaction))
            ? new MempoolVerdict.Acceptable()
            : new MempoolVerdict.Unacceptable(reason);
    }, ct);

    /// <inheritdoc/>
    /// <remarks>A transaction in the chain all of whose outputs are spent is <see cref="BroadcastOutcome.InputsMissing"/> to a node without index.</remarks>
    public Task<BroadcastOutcome> BroadcastAsync(Transaction transaction, CancellationToken ct) => _node.RunAsync(call => NodeBroadcast.SendAsync(call, transaction), ct);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="blocks"/> is not from 1 to 1,008.</exception>
    public Task<FeeRate?> EstimateFeeAsync(int blocks, CancellationToken ct) => _fees.AskAsync(blocks, () => _node.RunAsync(async call =>
    {
        // Conservative: the fee of a close is fixed at open and has to be enough much later.
        var estimate = await call.AskAsync(
            "estimatesmartfee", json => json.TryGetProperty("feerate", out var rate) ? rate.ReadFeeRate() : null, blocks, "conservative");
        return estimate is null ? null : FeeRate.Max(estimate, await NodeStatus.LeastFeeAsync(call));
    }, ct));

    private async Task<ChainEvent?> NextAsync(NodeCall call, BlockCursor at)
    {
        // One answer tells whether the block is in the best chain and what stands on it, so no reorganisation can come between the two.
        var header = await NodeBlockHeader.FindAsync(call, at.Hash) ?? throw await UnknownAsync(call, at);
        if (header.IsStale && header.Previous is { } parent)
            return new ChainEvent.Disconnected(BlockCursor.At(header.Block.Height - 1, parent), header.Block);
        if (header.Next is not { } next) return null;

        var above = await NodeBlockHeader.FindAsync(call, next) ?? throw call.Contradiction(next);
        var block = await GetBlockAsync(call, above.Block);
        if (block.Header.HashPrevBlock != at.Hash)
            throw new ChainUnavailableException($"bitcoind at {_node.Address} names block {next} as following {at.Hash}, which it does not: see whether its data is sound");
        return new ChainEvent.Connected(BlockCursor.At(above.Block.Height, next), above.Block, _watched.Search(block));
    }

    private async Task<Block> GetBlockAsync(NodeCall call, ChainTip wanted)
    {
        var response = await call.SendAsync("getblock", wanted.Hash.ToString(), 0);
        if (response.Error is { } error)
        {
            throw error.Message.Contains("pruned", StringComparison.OrdinalIgnoreCase)
                ? new ChainUnavailableException(
                    $"bitcoind at {_node.Address} has pruned block {wanted.Hash} at height {wanted.Height}, which has not been followed yet: "
                    + "fetch it with getblockfrompeer, or use a node that has it, and keep more from then on (prune)")
                : call.Refused("getblock", error);
        }
        return call.ReadText("getblock", response, hex =>
        {
            var block = Block.Parse(hex, Network);
            return block.GetHash() == wanted.Hash ? block : throw new FormatException($"it is block {block.GetHash()}, not {wanted.Hash}");
        });
    }

    private async Task<ChainUnavailableException> UnknownAsync(NodeCall call, BlockCursor at)
    {
        var tip = (await NodeStatus.GetAsync(call)).Tip;
        return new ChainUnavailableException(
            $"bitcoind at {_node.Address} does not know block {at.Hash} at height {at.Height}, which was followed before; its own chain ends at height {tip.Height}: "
            + (tip.Height < at.Height
                ? "wait if it is catching up; if its data was replaced, use the node that was followed before"
                : "its data was replaced, or that block is stale and it never saw it: use the node that was followed before"));
    }

    private static BlockCursor ReadCursor(ChainCursor cursor)
    {
        try
        {
            return BlockCursor.Read(cursor);
        }
        catch (FormatException e)
        {
            throw new ChainMismatchException($"The chain was not followed with a bitcoind until now ({e.Message}): use the chain backend that was used before");
        }
    }

    private static string? RejectionOf(JsonElement verdict)
    {
        if (verdict.TryGetProperty("allowed", out var allowed) && allowed.GetBoolean()) return null;
        var reason = verdict.TryGetProperty("reject-reason", out var why) || verdict.TryGetProperty("package-error", out why) ? why.GetString() : null;
        return reason ?? throw new FormatException("neither allowed nor a reason");
    }
}

using NBitcoin;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>
/// The chain as an NBXplorer tells it, with the bitcoind behind it. Neither need be up when this object is made, and both may go and come back. All that a merchant waits for is tracked
/// in one group, whose id the cursor holds.
/// </summary>
public sealed class NBXplorerChain : IChain, IAsyncDisposable
{
    private readonly NBXplorerConnection _server;
    private readonly WatchList _watched = new();
    private readonly NBXplorerBareCoins _bare;
    private readonly NBXplorerSweep _sweep;
    private readonly NBXplorerFollower _follower;
    private readonly NBXplorerWakeUp _wakeUp;
    private readonly LastFees _fees;
    private readonly TimeSpan _poll;

    private volatile string? _group;

    /// <exception cref="ArgumentException">The options have no http address.</exception>
    public NBXplorerChain(NBXplorerOptions options, Network network, TimeProvider time)
    {
        options.Validate();
        Network = network;
        _poll = options.PollIntervalOn(network);
        _server = new NBXplorerConnection(options, network, time);
        _bare = new NBXplorerBareCoins(_watched);
        _sweep = new NBXplorerSweep(_watched, _bare);
        _follower = new NBXplorerFollower(_server, _watched, _bare, _sweep, time);
        _wakeUp = new NBXplorerWakeUp(_server.Client, time);
        _fees = new LastFees(time);
    }

    public Network Network { get; }

    /// <inheritdoc/>
    /// <remarks>The newest block that NBXplorer has dealt with: its node may be a block ahead for a moment.</remarks>
    public Task<ChainTip> GetTipAsync(CancellationToken ct) => _server.RunAsync(TipAsync, ct);

    public Task<UnspentOutput?> GetUnspentAsync(OutPoint outPoint, CancellationToken ct) =>
        _server.RunAsync(call => NodeOutput.FindUnspentAsync(call.Node, outPoint, withMempool: true), ct);

    /// <inheritdoc/>
    /// <exception cref="ChainUnavailableException">NBXplorer does not know the merchant's group: its database was replaced.</exception>
    public async Task ResumeAsync(ChainCursor stored, CancellationToken ct)
    {
        var group = NBXplorerCursor.Read(stored).Group;
        if (_group == group) return;
        if (!await _server.RunAsync(async call => await call.Client.GetGroupAsync(group, call.Token) is not null, ct))
            throw new ChainUnavailableException(
                $"NBXplorer at {_server.Address} does not know group {group}, in which it tracks this merchant's channels: it is another one than before, or its database was replaced. Use the one that was used before");
        _group = group;
    }

    /// <inheritdoc/>
    /// <exception cref="ChainUnavailableException">It is not known yet where the merchant stands.</exception>
    public async Task ExpectAsync(Transaction deposit, Script script, CancellationToken ct)
    {
        var group = _group ?? throw new ChainUnavailableException("The chain is not followed yet: wait until it is");
        await _server.RunAsync(async call =>
        {
            await NBXplorerTracking.ExpectAsync(call, group, deposit, script, _bare);
            return true;
        }, ct);
    }

    public Task WatchAsync(Script script, CancellationToken ct)
    {
        _watched.Add(script);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>It is looked at once more when nothing else is to be done, in case that it was spent meanwhile.</remarks>
    public Task WatchAsync(OutPoint outPoint, CancellationToken ct)
    {
        _watched.Add(outPoint);
        _sweep.Add(outPoint);
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
        _bare.Remove(outPoint);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>Makes the merchant's group where there is none yet: the cursor is to be kept.</remarks>
    public Task<ChainCursor> GetCursorAsync(CancellationToken ct) => _server.RunAsync(async call =>
    {
        // The event first: what comes between the two is told twice rather than never.
        var last = await call.Client.CreateLongPollingNotificationSession().GetLatestEventsAsync(1, call.Token);
        var tip = await TipAsync(call);
        _group ??= (await call.Client.CreateGroupAsync(call.Token)).GroupId;
        return new NBXplorerCursor(_group, last is [.., var newest] ? newest.EventId : 0, tip.Height, tip.Hash).ToCursor();
    }, ct);

    public Task<ChainEvent?> NextAsync(ChainCursor after, CancellationToken ct)
    {
        var at = NBXplorerCursor.Read(after);
        return _server.RunAsync(call => _follower.NextAsync(call, at), ct);
    }

    /// <summary>Waits until NBXplorer says by websocket that something came, and at most for one poll interval.</summary>
    public Task WaitAsync(CancellationToken ct) => _wakeUp.WaitAsync(_group, _poll, ct);

    /// <inheritdoc/>
    /// <remarks>A transaction in the chain is recognized as long as one of its first 32 outputs is unspent.</remarks>
    public Task<MempoolVerdict> TestAsync(Transaction transaction, CancellationToken ct) => _server.RunAsync<MempoolVerdict>(async call =>
    {
        BroadcastResult result;
        try
        {
            result = await call.Client.BroadcastAsync(transaction, true, call.Token);
        }
        catch (NBXplorerException e) when (NBXplorerWords.IsAboutTransaction(e))
        {
            return new MempoolVerdict.Unacceptable(e.Message);
        }
        if (result.Success) return new MempoolVerdict.Acceptable();
        var reason = result.RPCCodeMessage ?? result.RPCMessage ?? "";
        return NodeWords.IsKnown(reason) || NBXplorerWords.IsLimitOfCommand(reason) || (NodeWords.IsMissingInputs(reason) && await NodeOutput.IsInChainAsync(call.Node, transaction))
            ? new MempoolVerdict.Acceptable()
            : new MempoolVerdict.Unacceptable(reason);
    }, ct);

    /// <inheritdoc/>
    /// <remarks>A transaction in the chain all of whose outputs are spent is <see cref="BroadcastOutcome.InputsMissing"/> to a node without index.</remarks>
    public Task<BroadcastOutcome> BroadcastAsync(Transaction transaction, CancellationToken ct) => _server.RunAsync(async call =>
    {
        try
        {
            var result = await call.Client.BroadcastAsync(transaction, call.Token);
            if (result.Success) return new BroadcastOutcome.InMempool();
            var reason = result.RPCMessage ?? result.RPCCodeMessage ?? "";
            if (NBXplorerWords.IsLimitOfCommand(reason)) return await NodeBroadcast.SendAsync(call.Node, transaction);
            return result.RPCCode is { } code && NodeWords.IsAboutTransaction((int)code)
                ? NodeWords.OutcomeOf((int)code, reason)
                : throw new ChainUnavailableException($"The bitcoind of NBXplorer at {_server.Address} answers a broadcast with error {result.RPCCode}: {reason}");
        }
        catch (NBXplorerException e) when (NBXplorerWords.IsAboutTransaction(e))
        {
            return new BroadcastOutcome.Invalid(e.Message);
        }
    }, ct);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="blocks"/> is not from 1 to 1,008.</exception>
    public Task<FeeRate?> EstimateFeeAsync(int blocks, CancellationToken ct) => _fees.AskAsync(blocks, () => _server.RunAsync(async call =>
    {
        // Zero stands for no estimate: the client's fallback is for that answer alone.
        var estimate = (await call.Client.GetFeeRateAsync(blocks, FeeRate.Zero, call.Token)).FeeRate;
        return estimate == FeeRate.Zero ? null : FeeRate.Max(estimate, await NodeStatus.LeastFeeAsync(call.Node));
    }, ct));

    public ValueTask DisposeAsync() => _wakeUp.DisposeAsync();

    private static async Task<ChainTip> TipAsync(NBXplorerCall call)
    {
        var height = await call.RequireCurrentAsync();
        var hash = await call.Node.AskTextAsync("getblockhash", uint256.Parse, height);
        return (await NodeBlockHeader.FindAsync(call.Node, hash) ?? throw call.Node.Contradiction(hash)).Block;
    }
}

using System.Collections.Concurrent;
using BtcChannels.Chain;
using BtcChannels.Storage;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore;

/// <summary>
/// Applies events to stored channels: reads, lets the pure transition decide, writes by compare-and-swap, and only then acts. A write that lost
/// a race is judged again from what won.
/// </summary>
public sealed class MerchantWorker(IMerchantStore store, OpenChannels channels, IChain chain, MerchantKeys keys, WatchDuty duty, ChainView view, MerchantPolicy policy, ILogger<MerchantWorker> log, MerchantMetrics? metrics = null)
{
    private readonly ConcurrentDictionary<ChannelId, byte> _unsought = new();

    /// <returns>The channel as it stands afterwards; null where there is none.</returns>
    public async Task<MerchantChannel?> ApplyAsync(ChannelId id, MerchantEvent what, CancellationToken ct) => await ActAsync(await DecideAsync(id, what, ct), ct);

    /// <summary>The same for a channel that was just read and judged.</summary>
    /// <returns>The channel as it stands afterwards; null where another write came first, and nothing was done.</returns>
    public async Task<MerchantChannel?> ApplyAsync(MerchantChannel channel, MerchantEvent what, CancellationToken ct) => await ActAsync(await TryDecideAsync(channel, what, ct), ct);

    /// <summary>The first half of it: decides and writes. The effects are still to come: <see cref="ActAsync(MerchantTransition, bool, CancellationToken)"/>.</summary>
    /// <returns>Null where there is no such channel.</returns>
    public async Task<MerchantTransition?> DecideAsync(ChannelId id, MerchantEvent what, CancellationToken ct)
    {
        using var turn = TurnOf(id);
        for (; await store.FindAsync(id, ct) is { } channel; await turn.AgainAsync())
            if (await TryDecideAsync(channel, what, ct) is { } decided) return decided;
        return null;
    }

    /// <summary>For whoever reads a channel, judges it and applies what comes of that, again where another write came first.</summary>
    internal ChannelTurn TurnOf(ChannelId id) => new(channels, id);

    /// <summary>The second half.</summary>
    /// <param name="decided">Written.</param>
    /// <param name="isNodeAway">Known not to answer: nothing is sent.</param>
    /// <param name="ct">Cuts it off.</param>
    /// <returns>True where something is left unsent because the node does not answer.</returns>
    public async Task<bool> ActAsync(MerchantTransition decided, bool isNodeAway, CancellationToken ct)
    {
        var isUnsent = false;
        foreach (var effect in decided.Effects)
        {
            if (effect is MerchantEffect.Broadcast broadcast) isUnsent |= isNodeAway || !await BroadcastAsync(decided.Next, broadcast, ct);
            else await RunAsync(decided.Next, effect, ct);
        }
        return isUnsent;
    }

    private async Task<MerchantChannel?> ActAsync(MerchantTransition? decided, CancellationToken ct)
    {
        if (decided is not null) await ActAsync(decided, isNodeAway: false, ct);
        return decided?.Next;
    }

    private async Task<MerchantTransition?> TryDecideAsync(MerchantChannel channel, MerchantEvent what, CancellationToken ct)
    {
        if (!view.TryGetNow(out var now)) throw new ChainUnavailableException("The node has not answered yet");
        using var activity = MerchantMetrics.Activities.StartActivity("channel.change")?.SetTag("btcchannels.channel", channel.Id.ToString()).SetTag("btcchannels.event", what.GetType().Name);
        var (next, effects) = MerchantTransitions.Apply(channel, what, new MerchantContext(now, policy, keys.Countersign));
        if (!ReferenceEquals(next, channel))
        {
            if (!await store.TryWriteAsync(next, channel.Version, ChannelHistory.Between(channel, next, what, now), ct)) return null;
            channels.Forget(channel.Id);
            next = next with { Version = channel.Version + 1 };
            if (next.State.GetType() != channel.State.GetType())
            {
                log.StateChanged(channel.Id, channel.State.GetType().Name, next.State.GetType().Name);
                metrics?.Changed(channel.State, next.State);
            }
        }
        return new(next, effects);
    }

    /// <summary>
    /// Asks for a deposit that may have been mined before it was watched for; blocks tell of all others. Where the node does not answer, the
    /// watcher asks again: <see cref="FindMissedDepositsAsync"/>.
    /// </summary>
    /// <returns>The channel as it stands afterwards.</returns>
    public async Task<MerchantChannel> FindDepositAsync(MerchantChannel channel, CancellationToken ct)
    {
        if (channel is not { State: MerchantState.Pending or MerchantState.Open or MerchantState.Abandoned { IsOver: false }, DepositHeight: null }) return channel;
        // What stands in blocks is told by one instance alone: another's node may be on another branch.
        if (!duty.IsOurs) return channel;
        FindDepositLater(channel.Id);
        try
        {
            return await FindDepositAsync(channel.Id, ct) ?? channel;
        }
        catch (ChainUnavailableException)
        {
            return channel;   // it is stored and watched, and not forgotten
        }
    }

    /// <summary>The deposit of this channel was perhaps never asked for.</summary>
    public void FindDepositLater(ChannelId id) => _unsought.TryAdd(id, 0);

    /// <summary>Asks for all deposits that are still to be asked for.</summary>
    /// <exception cref="ChainUnavailableException">The node does not answer; what is left is asked for the next time.</exception>
    /// <exception cref="StoreUnavailableException">Another instance has taken over meanwhile, and asks for what is left.</exception>
    public async Task FindMissedDepositsAsync(CancellationToken ct)
    {
        foreach (var id in _unsought.Keys)
        {
            await duty.KeepAsync(ct);   // at a slow node each of them takes its time
            await FindDepositAsync(id, ct);
        }
    }

    private async Task<MerchantChannel?> FindDepositAsync(ChannelId id, CancellationToken ct)
    {
        var found = await chain.GetUnspentAsync(id.OutPoint, ct);
        var next = found is null ? null : await ApplyAsync(id, found.Height is { } height ? new MerchantEvent.DepositMined(height) : new MerchantEvent.DepositSeen(), ct);
        _unsought.TryRemove(id, out _);
        return next;
    }

    /// <summary>Whether the node has an unmined deposit: where payments are taken without confirmations, that is asked again and again.</summary>
    /// <exception cref="ChainUnavailableException">The node does not answer.</exception>
    public async Task LookForDepositAsync(ChannelId id, CancellationToken ct)
    {
        if (await FindDepositAsync(id, ct) is null) await ApplyAsync(id, new MerchantEvent.DepositVanished(), ct);
    }

    private Task RunAsync(MerchantChannel channel, MerchantEffect effect, CancellationToken ct)
    {
        switch (effect)
        {
            case MerchantEffect.StopWatching:
                return StopWatchingAsync(channel, ct);
            case MerchantEffect.Alarm { Kind: AlarmKind.LostToRefund or AlarmKind.LostToDoubleSpend } loss:
                log.MoneyLost(channel.Id, loss.Kind, loss.AtStake.Satoshi);
                return Task.CompletedTask;
            case MerchantEffect.Alarm { Detail: { } detail } alarm:
                log.AlarmInDetail(channel.Id, alarm.Kind, alarm.AtStake.Satoshi, detail);
                return Task.CompletedTask;
            case MerchantEffect.Alarm alarm:
                log.Alarm(channel.Id, alarm.Kind, alarm.AtStake.Satoshi);
                return Task.CompletedTask;
            default:
                throw new System.Diagnostics.UnreachableException(effect.ToString());
        }
    }

    /// <summary>A node that is away is no reason to fail: the state is stored, and every block and every start broadcasts it again.</summary>
    private async Task<bool> BroadcastAsync(MerchantChannel channel, MerchantEffect.Broadcast broadcast, CancellationToken ct)
    {
        try
        {
            var outcome = await chain.BroadcastAsync(broadcast.Transaction, ct);
            if (outcome.IsKnown) log.CloseBroadcast(channel.Id, broadcast.Transaction.GetHash());
            else log.CloseNotTaken(channel.Id, broadcast.Transaction.GetHash(), outcome);
            return true;
        }
        catch (ChainUnavailableException away)
        {
            log.CloseDelayed(channel.Id, broadcast.Transaction.GetHash(), away.Message);
            return false;
        }
    }

    private async Task StopWatchingAsync(MerchantChannel channel, CancellationToken ct)
    {
        await chain.UnwatchAsync(channel.Terms.DepositScript, ct);
        await chain.UnwatchAsync(channel.Deposit.OutPoint, ct);
        foreach (var coin in await store.DepositInputsAsync(channel.Id, ct))
        {
            var hangOnIt = await store.FindByDepositInputAsync(coin, ct);
            if (hangOnIt.All(other => other.State.IsFinal)) await chain.UnwatchAsync(coin, ct);
        }
    }
}

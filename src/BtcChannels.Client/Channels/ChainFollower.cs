using System.Diagnostics;
using BtcChannels.Chain;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// Follows the chain from the stored cursor and tells each channel what concerns it. The cursor is stored after what an event changed, so that a
/// crash in between repeats the event, which is harmless.
/// </summary>
internal sealed class ChainFollower(ChannelBook book, ChannelUpdater updater, CustomerOptions options) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<OutPoint, Script> _watched = [];
    private volatile ChainTip? _tip;
    private bool _isTipApplied;

    /// <summary>The last block that was heard of; null before the first channel.</summary>
    public ChainTip? Tip => _tip;

    public void Dispose() => _gate.Dispose();

    public async Task LoadAsync(CancellationToken ct) => _tip = (await book.UseAsync(store => store.GetCursorAsync(ct), ct))?.Tip;

    /// <summary>Makes sure that no block after this moment is missed: called before the first deposit can be broadcast.</summary>
    public async Task<ChainTip> BeginAsync(CancellationToken ct)
    {
        var tip = await options.Chain.GetTipAsync(ct);
        await _gate.WaitAsync(ct);
        try
        {
            // Without channels that could change, what came since the last time is of no interest.
            if (await IsIdleAsync(ct))
            {
                var cursor = await options.Chain.GetCursorAsync(ct);
                if (await IsIdleAsync(ct)) await StoreCursorAsync(cursor.Text, tip, ct);   // meanwhile another process may have begun
            }
        }
        finally
        {
            _gate.Release();
        }
        return tip;
    }

    public async Task WatchAsync(CustomerChannel channel, CancellationToken ct)
    {
        await options.Chain.WatchAsync(channel.Terms.DepositScript, ct);
        await options.Chain.WatchAsync(channel.Deposit.OutPoint, ct);
        lock (_watched) _watched[channel.Deposit.OutPoint] = channel.Terms.DepositScript;
    }

    /// <summary>To be awaited before a channel's deposit is shown to anybody, and once its place in the chain is known again.</summary>
    public async Task ExpectAsync(CustomerChannel channel, CancellationToken ct)
    {
        if (await book.UseAsync(store => store.GetCursorAsync(ct), ct) is not { } stored) throw new UnreachableException("A channel without a place in the chain to follow it from");
        await options.Chain.ResumeAsync(new ChainCursor(stored.Text), ct);
        await options.Chain.ExpectAsync(channel.DepositTransaction, channel.Terms.DepositScript, ct);
    }

    /// <summary>Takes in all that is new.</summary>
    /// <returns>The chain's end; null where there was never a channel.</returns>
    /// <exception cref="ChainUnavailableException">The node is away; what was taken in is stored.</exception>
    public async Task<ChainTip?> SyncAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            while (true)
            {
                if (await book.UseAsync(store => store.GetCursorAsync(ct), ct) is not { } stored) return null;
                await options.Chain.ResumeAsync(new ChainCursor(stored.Text), ct);
                var what = await options.Chain.NextAsync(new ChainCursor(stored.Text), ct);
                // Read after the block: whatever was stored before the block was mined is among them, from other processes too.
                var channels = (await book.UseAsync(store => store.UnfinishedAsync(ct), ct)).ToArray();
                var isNewlyWatched = await WatchAsync(channels, ct);
                if (what is null) return await FinishAsync(channels, ct);
                if (isNewlyWatched) continue;
                await TellAsync(channels, what, ct);
                await StoreCursorAsync(what.Cursor.Text, what.Block, ct);
                _isTipApplied = false;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<ChainTip> FinishAsync(CustomerChannel[] channels, CancellationToken ct)
    {
        if (_isTipApplied && _tip is { } known) return known;
        var tip = await options.Chain.GetTipAsync(ct);
        _tip = tip;
        var isDone = true;
        foreach (var channel in channels)
        {
            var applied = await updater.ApplyAsync(channel, new CustomerEvent.TipMoved(), tip, ct);
            isDone &= applied.IsDone;
            if (applied is { Channel.State: CustomerState.Refunding, Outcome: BroadcastOutcome.FeeTooLow }) await RaiseRefundAsync(applied.Channel, ct);
        }
        _isTipApplied = isDone;
        return tip;
    }

    private async Task TellAsync(CustomerChannel[] channels, ChainEvent what, CancellationToken ct)
    {
        for (var i = 0; i < channels.Length; i++)
            foreach (var about in EventsFor(channels[i], what))
                channels[i] = (await updater.ApplyAsync(channels[i], about, what.Block, ct)).Channel;
    }

    private Task<bool> IsIdleAsync(CancellationToken ct) =>
        book.UseAsync(async store => await store.GetCursorAsync(ct) is null || (await store.UnfinishedAsync(ct)).Count == 0, ct);

    private static IEnumerable<CustomerEvent> EventsFor(CustomerChannel channel, ChainEvent what) => what switch
    {
        ChainEvent.Connected connected => connected.Matches.SelectMany(match => EventsFor(channel, match, connected.Block.Height)),
        ChainEvent.Found found => found.Matches.SelectMany(match => EventsFor(channel, match, found.Height)),
        ChainEvent.Disconnected gone => Gone(channel, gone.Block.Height),
        _ => throw new UnreachableException(what.ToString()),
    };

    private static IEnumerable<CustomerEvent> EventsFor(CustomerChannel channel, ChainMatch match, int height) => match switch
    {
        ChainMatch.Paid paid => paid.Output.ScriptPubKey == channel.Terms.DepositScript ? [new CustomerEvent.DepositMined(paid.Transaction, height)] : [],
        ChainMatch.Spent spent => spent.OutPoint == channel.Deposit.OutPoint ? [new CustomerEvent.DepositSpent(spent.Transaction, height)] : [],
        _ => throw new UnreachableException(match.ToString()),
    };

    private static IEnumerable<CustomerEvent> Gone(CustomerChannel channel, int height)
    {
        var spend = channel.State switch { CustomerState.Closed it => it.Spend, CustomerState.Refunded it => it.Spend, _ => null };
        if (spend?.Height >= height) yield return new CustomerEvent.SpendReorganised();
        if (channel.DepositHeight >= height) yield return new CustomerEvent.DepositReorganised();
    }

    private async Task RaiseRefundAsync(CustomerChannel channel, CancellationToken ct)
    {
        var (now, most) = (RefundFee.Of(channel), RefundFee.Most(channel.Deposit.Value));
        var fee = Money.Min(Money.Max(await RefundFee.TodayAsync(options.Chain, channel.Deposit.Value, channel.CustomerScript, ct), now * 2), most);
        if (fee <= now) return;   // by hand a customer may choose more
        var raised = await updater.ResignRefundAsync(channel, fee, ct);
        await updater.BroadcastAsync(raised, raised.Refund, ct);
    }

    /// <returns>Whether one was not watched before: blocks have to be searched again then.</returns>
    private async Task<bool> WatchAsync(CustomerChannel[] channels, CancellationToken ct)
    {
        CustomerChannel[] fresh;
        KeyValuePair<OutPoint, Script>[] over;
        lock (_watched)
        {
            fresh = [.. channels.Where(channel => !_watched.ContainsKey(channel.Deposit.OutPoint))];
            over = [.. _watched.Where(it => channels.All(channel => channel.Terms.DepositScript != it.Value))];
        }
        foreach (var channel in fresh) await WatchAsync(channel, ct);
        foreach (var (outPoint, script) in over)
        {
            await options.Chain.UnwatchAsync(outPoint, ct);
            await options.Chain.UnwatchAsync(script, ct);
            lock (_watched) _watched.Remove(outPoint);
        }
        return fresh.Length > 0;
    }

    private async Task StoreCursorAsync(string text, ChainTip tip, CancellationToken ct)
    {
        await book.WriteAsync(
            async store =>
            {
                await store.SetCursorAsync(text, tip, ct);
                return true;
            }, ct);
        _tip = tip;
    }
}

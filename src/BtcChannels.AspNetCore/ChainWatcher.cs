using BtcChannels.Chain;
using BtcChannels.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.AspNetCore;

/// <summary>
/// Follows the chain and the clock for as long as the merchant runs: confirms deposits, closes at the margin, broadcasts closes until they are
/// buried, and notices deposits that vanish. Outages of node or disk are waited out; one channel's failure never stops the others.
/// </summary>
public sealed class ChainWatcher(
    IMerchantStore store, IChain chain, MerchantWorker worker, WatchDuty duty, ChainView view, MerchantPolicy policy, BtcChannelsOptions options, TimeProvider clock, ILogger<ChainWatcher> log)
    : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private long? _watchedIn;   // the tenure in which all that is unsettled was watched
    private bool _isStandingBy;
    private uint _addedFrom;
    private ChainTip? _passedAt;
    private DateTimeOffset _nextClockPass;

    /// <summary>Requests are not taken before this has ended: from then on there is a time to judge them by.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await store.GetCursorAsync(cancellationToken) is { } left) view.Remember(left.Tip);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
                if (pause != FirstPause) log.BackInOrder();
                pause = FirstPause;
                await chain.WaitAsync(stoppingToken);
            }
            catch (Exception outage) when (outage is ChainUnavailableException or StoreUnavailableException)
            {
                if (pause == FirstPause) log.Outage(outage.Message);
                // Also while another instance is on duty: its node or its way to the store may be away as well. Who comes second finds it done.
                await CloseDueAsync(stoppingToken);
                if (pause == LongestPause) await duty.LeaveAsync();   // what this instance cannot do another perhaps can
                await Task.Delay(pause, clock, stoppingToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        if (duty.IsShared) await chain.GetTipAsync(ct);   // an instance whose node is away leaves the duty to others
        if (!await duty.TakeAsync(ct))
        {
            await StandByAsync(ct);
            return;
        }
        if (_watchedIn != duty.Tenure) await WatchUnsettledAsync(ct);
        await WatchAddedAsync(ct);
        var at = await CursorAsync(ct);
        while (await chain.NextAsync(at, ct) is { } seen)
        {
            view.Passed(seen.Block);
            await TakeAsync(seen, ct);
            at = seen.Cursor;
            await store.SetCursorAsync(at.Text, seen.Block, ct);
        }
        var tip = await chain.GetTipAsync(ct);
        view.Saw(tip);
        await worker.FindMissedDepositsAsync(ct);
        var isNewTip = _passedAt is null || tip.Hash != _passedAt.Hash;
        if (!isNewTip && clock.GetUtcNow() < _nextClockPass) return;

        var active = isNewTip ? await store.ActiveAsync(ct) : [];   // asked for first: a close that is made now need not be sent twice
        await CloseDueAsync(ct);
        await PassTimeAsync(active, ct);
        if (isNewTip) await PassTimeAsync(await store.AbandonedExpiredAsync(tip, ct), ct);
        await LookAtFeesAsync(isNewTip, ct);
        (_passedAt, _nextClockPass) = (tip, clock.GetUtcNow() + options.ClockInterval);
    }

    /// <summary>
    /// Another instance follows the chain. Payments are judged by this one's own node, as long as both see the same chain: what the other has not
    /// dealt with is not known here either.
    /// </summary>
    private async Task StandByAsync(CancellationToken ct)
    {
        if (!_isStandingBy) log.OffDuty();
        _isStandingBy = true;
        var tip = await chain.GetTipAsync(ct);
        var followed = (await store.GetCursorAsync(ct))?.Tip;
        if (followed is not null && followed.Hash == tip.Hash) view.Saw(tip);
        else view.Passed(followed is not null && followed.Height > tip.Height ? followed : tip);
        if (_passedAt is not null && tip.Hash == _passedAt.Hash && clock.GetUtcNow() < _nextClockPass) return;
        await LookAtFeesAsync(isNewTip: false, ct);
        (_passedAt, _nextClockPass) = (tip, clock.GetUtcNow() + options.ClockInterval);
    }

    private async Task WatchUnsettledAsync(CancellationToken ct)
    {
        if (duty.IsShared) log.OnDuty();
        (_isStandingBy, _passedAt) = (false, null);
        var tenure = duty.Tenure;
        _addedFrom = await duty.NextPayoutIndexAsync(ct);   // asked for first: what is added meanwhile comes in twice rather than never
        await foreach (var mined in store.MinedAsync(ct))
        {
            await duty.KeepAsync(ct);
            await chain.WatchAsync(mined.OutPoint, ct);
        }
        await foreach (var unmined in store.UnminedAsync(ct)) await WatchAsync(unmined, ct);
        _watchedIn = tenure;
    }

    /// <summary>What other instances have added since the last look, this one's own included. A deposit that was mined before is asked for.</summary>
    private async Task WatchAddedAsync(CancellationToken ct)
    {
        foreach (var added in await duty.AddedFromAsync(_addedFrom, ct))
        {
            await WatchAsync(added, ct);
            _addedFrom = added.Channel.PayoutIndex + 1;
        }
    }

    private async Task WatchAsync(UnminedChannel unmined, CancellationToken ct)
    {
        await duty.KeepAsync(ct);
        await chain.WatchAsync(unmined.Channel.Terms.DepositScript, ct);
        await chain.WatchAsync(unmined.Channel.Deposit.OutPoint, ct);
        foreach (var coin in unmined.DepositInputs) await chain.WatchAsync(coin, ct);
        if (unmined.Channel.State is MerchantState.Pending) worker.FindDepositLater(unmined.Channel.Id);
    }

    private async Task<ChainCursor> CursorAsync(CancellationToken ct)
    {
        if (await store.GetCursorAsync(ct) is { } stored) return new ChainCursor(stored.Text);
        var start = await chain.GetCursorAsync(ct);
        await store.SetCursorAsync(start.Text, await chain.GetTipAsync(ct), ct);
        return start;
    }

    private Task TakeAsync(ChainEvent seen, CancellationToken ct) => seen switch
    {
        ChainEvent.Connected connected => ConnectAsync(connected, ct),
        ChainEvent.Disconnected disconnected => DisconnectAsync(disconnected.Block.Height, ct),
        _ => throw new System.Diagnostics.UnreachableException(seen.ToString()),
    };

    private async Task ConnectAsync(ChainEvent.Connected connected, CancellationToken ct)
    {
        foreach (var match in connected.Matches)
        {
            await duty.KeepAsync(ct);
            switch (match)
            {
                case ChainMatch.Paid paid:
                    await ApplyAsync(new ChannelId(paid.OutPoint), new MerchantEvent.DepositMined(connected.Block.Height), ct);
                    break;
                case ChainMatch.Spent spent:
                    await ApplyAsync(new ChannelId(spent.OutPoint), new MerchantEvent.DepositSpent(spent.Transaction, connected.Block.Height), ct);
                    await LoseDepositsAsync(spent, ct);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException(match.ToString());
            }
        }
    }

    /// <summary>A coin that was to fund deposits is spent: by one of them, and then the others can never be mined.</summary>
    private async Task LoseDepositsAsync(ChainMatch.Spent spent, CancellationToken ct)
    {
        var by = spent.Transaction.GetHash();
        foreach (var channel in await store.FindByDepositInputAsync(spent.OutPoint, ct))
            if (channel.Deposit.OutPoint.Hash != by)
                await ApplyAsync(channel.Id, new MerchantEvent.DepositDoubleSpent(by), ct);
    }

    private async Task DisconnectAsync(int height, CancellationToken ct)
    {
        foreach (var channel in await store.AboveHeightAsync(height, ct))
        {
            await duty.KeepAsync(ct);
            // One that was buried is not watched any more.
            await chain.WatchAsync(channel.Terms.DepositScript, ct);
            await chain.WatchAsync(channel.Deposit.OutPoint, ct);
            if (channel.State.Spent?.Height >= height)
                await ApplyAsync(channel.Id, new MerchantEvent.SpendReorganised(), ct);
            if (channel.DepositHeight >= height)
            {
                // Its coins can be spent otherwise now.
                foreach (var coin in await store.DepositInputsAsync(channel.Id, ct)) await chain.WatchAsync(coin, ct);
                await ApplyAsync(channel.Id, new MerchantEvent.DepositReorganised(), ct);
            }
        }
    }

    /// <summary>
    /// Closes what has reached the margin, by the clock alone if need be: also while the chain cannot be followed. A close that cannot be sent is
    /// stored, and no payment is taken after it.
    /// </summary>
    private async Task CloseDueAsync(CancellationToken ct)
    {
        if (!view.TryGetNow(out var now)) return;
        try
        {
            await PassTimeAsync(await store.DueAsync(now, policy.CloseMargin, ct), ct);
        }
        catch (StoreUnavailableException outage)
        {
            log.Outage(outage.Message);
        }
    }

    private async Task PassTimeAsync(IReadOnlyList<ChannelId> channels, CancellationToken ct)
    {
        foreach (var id in channels)
        {
            await duty.KeepAsync(ct);
            await ApplyAsync(id, new MerchantEvent.TimePassed(), ct);
        }
    }

    /// <summary>What goes wrong with one channel is shouted, and the next one gets its turn all the same. Outages are everybody's.</summary>
    private async Task ApplyAsync(ChannelId id, MerchantEvent what, CancellationToken ct)
    {
        try
        {
            await worker.ApplyAsync(id, what, ct);
        }
        catch (Exception fault) when (fault is not (ChainUnavailableException or StoreUnavailableException or OperationCanceledException))
        {
            log.ChannelFailed(fault, id, what);
        }
    }

    private async Task LookAtFeesAsync(bool isNewTip, CancellationToken ct)
    {
        var estimate = await chain.EstimateFeeAsync(policy.FeeTarget, ct);
        view.SawFees(estimate ?? FeeRate.Zero);   // no estimate: the policy's floor stands alone
        if (!isNewTip || estimate is null) return;
        var needed = estimate.GetFee(ChannelTransactions.CloseVirtualSize);
        var (channels, authorized) = await store.FeeShortfallAsync(needed, ct);
        if (channels > 0) log.FeesOutgrown(channels, authorized.Satoshi, needed.Satoshi);
    }
}

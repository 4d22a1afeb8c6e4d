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
    IMerchantStore store, IChain chain, MerchantWorker worker, MerchantRounds rounds, WatchDuty duty, ChainView view, MerchantPolicy policy, BtcChannelsOptions options, TimeProvider clock, ILogger<ChainWatcher> log)
    : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan WarnAgainAfter = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan ShoutAgeAgainAfter = TimeSpan.FromHours(1);

    private static readonly TimeSpan RoundPatience = TimeSpan.FromSeconds(1);

    private long? _watchedIn;   // the tenure in which all that is unsettled was watched
    private bool _isStandingBy;
    private uint _addedFrom;
    private Task _round = Task.CompletedTask;
    private ChainTip? _passedAt;
    private DateTimeOffset _nextClockPass;
    private DateTimeOffset _nextWarning;
    private DateTimeOffset _nextAgeAlarm;

    /// <summary>Requests are not taken before this has ended: from then on there is a time to judge them by.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await store.GetCursorAsync(cancellationToken) is { } left) view.Remember(left.Tip);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        finally
        {
            await _round.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);   // it is cut off, too
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var pause = FirstPause;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(ct);
                if (pause != FirstPause) log.BackInOrder();
                pause = FirstPause;
                await chain.WaitAsync(ct);
            }
            catch (Exception outage) when (outage is ChainUnavailableException or StoreUnavailableException)
            {
                if (pause == FirstPause) log.Outage(outage.Message);
                _passedAt = null;   // what could not be sent is sent once this is over, whether a block comes or not
                if (clock.GetUtcNow() >= _nextWarning && await rounds.WarnOfMarginsAsync(ct)) _nextWarning = clock.GetUtcNow() + WarnAgainAfter;
                // Also while another instance is on duty: its node or its way to the store may be away as well. Who comes second finds it done.
                if (_round.IsCompleted) await rounds.CloseDueAsync(ct);
                if (pause == LongestPause) await duty.LeaveAsync();   // what this instance cannot do another perhaps can
                await Task.Delay(pause, clock, ct);
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
        var at = await CursorAsync(ct);
        if (_watchedIn != duty.Tenure) await WatchUnsettledAsync(ct);
        await WatchAddedAsync(ct);
        while (await chain.NextAsync(at, ct) is { } seen)
        {
            view.Passed(seen.Block);
            await TakeAsync(seen, ct);
            at = seen.Cursor;
            await store.SetCursorAsync(at.Text, seen.Block, ct);
        }
        var tip = await chain.GetTipAsync(ct);
        view.Saw(tip);
        LookAtAge();
        await worker.FindMissedDepositsAsync(ct);
        if (!await IsRoundOverAsync(ct)) return;
        var isNewTip = _passedAt is null || tip.Hash != _passedAt.Hash;
        if (!isNewTip && clock.GetUtcNow() < _nextClockPass) return;

        await LookAtFeesAsync(isNewTip, ct);
        (_passedAt, _nextClockPass) = (tip, clock.GetUtcNow() + options.ClockInterval);
        _round = rounds.RunAsync(isNewTip ? tip : null, ct);
        await IsRoundOverAsync(ct);
    }

    /// <summary>Waits for a round, but not for long: one that closes many takes its time, and blocks are followed meanwhile.</summary>
    private async Task<bool> IsRoundOverAsync(CancellationToken ct)
    {
        if (!_round.IsCompleted)
        {
            using var patience = new CancellationTokenSource(RoundPatience, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
            await _round.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_round.IsCompleted) return false;
        }
        var over = _round;
        _round = Task.CompletedTask;
        await over;
        return true;
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
        var stored = await store.GetCursorAsync(ct);
        if (stored is not null) await chain.ResumeAsync(new ChainCursor(stored.Text), ct);
        var followed = stored?.Tip;
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
        if (await store.GetCursorAsync(ct) is { } stored)
        {
            var left = new ChainCursor(stored.Text);
            await chain.ResumeAsync(left, ct);
            return left;
        }
        var start = await chain.GetCursorAsync(ct);
        await store.SetCursorAsync(start.Text, await chain.GetTipAsync(ct), ct);
        return start;
    }

    private Task TakeAsync(ChainEvent seen, CancellationToken ct) => seen switch
    {
        ChainEvent.Connected connected => TakeAsync(connected.Matches, connected.Block.Height, ct),
        ChainEvent.Found found => TakeAsync(found.Matches, found.Height, ct),
        ChainEvent.Disconnected disconnected => DisconnectAsync(disconnected.Block.Height, ct),
        _ => throw new System.Diagnostics.UnreachableException(seen.ToString()),
    };

    private async Task TakeAsync(IReadOnlyList<ChainMatch> matches, int height, CancellationToken ct)
    {
        foreach (var match in matches)
        {
            await duty.KeepAsync(ct);
            switch (match)
            {
                case ChainMatch.Paid paid:
                    // From here on the outpoint is enough, until a reorganisation takes the block back. The script at another outpoint is no channel's deposit.
                    if (await ApplyAsync(new ChannelId(paid.OutPoint), new MerchantEvent.DepositMined(height), ct) is { DepositHeight: not null } mined)
                        await chain.UnwatchAsync(mined.Terms.DepositScript, ct);
                    break;
                case ChainMatch.Spent spent:
                    var channel = await ApplyAsync(new ChannelId(spent.OutPoint), new MerchantEvent.DepositSpent(spent.Transaction, height), ct);
                    await LoseDepositsAsync(spent, ct);
                    if (channel is null) await chain.UnwatchAsync(spent.OutPoint, ct);   // a coin, and no deposit of its own
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
            await chain.WatchAsync(channel.Deposit.OutPoint, ct);
            if (channel.State.Spent?.Height >= height)
                await ApplyAsync(channel.Id, new MerchantEvent.SpendReorganised(), ct);
            if (channel.DepositHeight >= height)
            {
                // It is to be found again, and its coins can be spent otherwise now.
                await chain.WatchAsync(channel.Terms.DepositScript, ct);
                foreach (var coin in await store.DepositInputsAsync(channel.Id, ct)) await chain.WatchAsync(coin, ct);
                await ApplyAsync(channel.Id, new MerchantEvent.DepositReorganised(), ct);
            }
        }
    }

    /// <summary>What goes wrong with one channel is shouted, and the next one gets its turn all the same. Outages are everybody's.</summary>
    /// <returns>The channel as it stands afterwards; null where there is none.</returns>
    private async Task<MerchantChannel?> ApplyAsync(ChannelId id, MerchantEvent what, CancellationToken ct)
    {
        try
        {
            return await worker.ApplyAsync(id, what, ct);
        }
        catch (Exception fault) when (fault is not (ChainUnavailableException or StoreUnavailableException or OperationCanceledException))
        {
            log.ChannelFailed(fault, id, what);
            return await store.FindAsync(id, ct);
        }
    }

    // A node that has lost its peers answers as well as ever.
    private void LookAtAge()
    {
        if (!view.TryGetNow(out var now) || now.TipAge <= policy.MaxTipAge || clock.GetUtcNow() < _nextAgeAlarm) return;
        _nextAgeAlarm = clock.GetUtcNow() + ShoutAgeAgainAfter;
        log.ChainStandsStill(now.Tip.Height, (long)now.TipAge.TotalHours);
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

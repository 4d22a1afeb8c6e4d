using BtcChannels.Chain;
using BtcChannels.Storage;
using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore;

/// <summary>
/// What time does to channels, in rounds: closes what has reached the margin, and shows each new tip to all that a block can change. Many at once share commits
/// of the store, and what they send reaches the node in order, a few calls at a time. One channel's failure never stops the others; what is cut off is taken
/// up by the next round, or by the first one after a restart. Last, answers and tokens that have been kept for long enough are forgotten.
/// </summary>
public sealed class MerchantRounds(IMerchantStore store, MerchantWorker worker, ChainView view, MerchantPolicy policy, BtcChannelsOptions options, ILogger<MerchantRounds> log)
{
    private const int WritesAtOnce = 256;
    private const int CallsAtOnce = 8;   // half of the calls that a bitcoind with default settings lets wait

    // Payments wait for the end of a portion, and the next round for the end of all.
    private const int AnswersAtOnce = 200;
    private const int AnswersPerRound = 100_000;

    /// <param name="newTip">Null where only the clock has moved.</param>
    /// <param name="ct">Cuts it off.</param>
    public async Task RunAsync(ChainTip? newTip, CancellationToken ct)
    {
        if (policy.Confirmations == 0) await LookForDepositsAsync(ct);
        var active = newTip is null ? [] : await store.ActiveAsync(ct);   // asked for first: a close that is made now need not be sent twice
        await CloseDueAsync(ct);
        await ApplyAsync(active, new MerchantEvent.TimePassed(), ct);
        if (newTip is not null) await ApplyAsync(await store.AbandonedExpiredAsync(newTip, ct), new MerchantEvent.TimePassed(), ct);
        await ForgetAnswersAsync(ct);
    }

    /// <summary>
    /// Closes what has reached the margin, by the clock alone if need be: also while the chain cannot be followed. A close that cannot be sent is
    /// stored, and no payment is taken after it. Where more come together than one round takes, it begins early: <see cref="ClosePlan"/>.
    /// </summary>
    public async Task CloseDueAsync(CancellationToken ct)
    {
        if (!view.TryGetNow(out var now)) return;
        try
        {
            var due = await store.DueAsync(now, policy.CloseMargin, ct);
            await ApplyAsync([.. due.Take(options.ClosesPerRound)], new MerchantEvent.TimePassed(), ct);
            var room = options.ClosesPerRound - due.Count;
            if (room <= 0) return;
            var coming = await store.DueSoonAsync(now, policy.CloseMargin, ClosePlan.Horizon, ct);
            if (ClosePlan.Ahead(coming, options.ClosesPerRound, options.ClockInterval) is not { } ahead) return;
            // What was due just now is among them where it could not be closed.
            var early = (await store.DueAsync(now, policy.CloseMargin + ahead, ct)).Except(due).Take(room).ToList();
            log.ClosingEarly(early.Count, coming.Count);
            await ApplyAsync(early, new MerchantEvent.MarginNear(), ct);
        }
        catch (StoreUnavailableException outage)
        {
            log.Outage(outage.Message);
        }
    }

    /// <summary>Shouts where the chain cannot be followed while channels come near the margin: whoever hears it has that long to bring it back.</summary>
    /// <returns>Whether there are any.</returns>
    public async Task<bool> WarnOfMarginsAsync(CancellationToken ct)
    {
        if (!view.TryGetNow(out var now)) return false;
        try
        {
            var coming = await store.DueSoonAsync(now, policy.CloseMargin, ClosePlan.Horizon, ct);
            if (coming.Count > 0) log.BlindBeforeMargin(coming.Count);
            return coming.Count > 0;
        }
        catch (StoreUnavailableException outage)
        {
            log.Outage(outage.Message);
            return false;
        }
    }

    /// <summary>Closes open channels at their newest payments because the operator wants it. One with nothing authorized stays.</summary>
    public Task CloseAsync(IReadOnlyList<ChannelId> channels, CancellationToken ct) => ApplyAsync(channels, new MerchantEvent.CloseOrdered(), ct);

    private async Task ForgetAnswersAsync(CancellationToken ct)
    {
        if (!view.TryGetNow(out var now)) return;
        var before = now.Clock - (long)KeptAnswer.Lifetime.TotalSeconds;
        for (var left = AnswersPerRound; left > 0; left -= AnswersAtOnce)
            if (await store.ForgetAnswersAsync(before, AnswersAtOnce, ct) < AnswersAtOnce) break;
        before = now.Clock - (long)policy.Two1.KeepsTokens(policy).TotalSeconds;
        for (var left = AnswersPerRound; left > 0; left -= AnswersAtOnce)
            if (await store.ForgetTokensAsync(before, AnswersAtOnce, ct) < AnswersAtOnce) return;
    }

    private async Task LookForDepositsAsync(CancellationToken ct) => await Parallel.ForEachAsync(
        await store.AwaitedAsync(ct), new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = ct }, async (id, each) => await worker.LookForDepositAsync(id, each));

    private async Task ApplyAsync(IReadOnlyList<ChannelId> channels, MerchantEvent what, CancellationToken ct)
    {
        var unsent = 0;
        foreach (var some in channels.Chunk(WritesAtOnce))
        {
            var written = some.Select(id => GuardAsync(id, what, () => worker.DecideAsync(id, what, ct))).ToList();
            // What is written has effects, whatever becomes of the others.
            await ((Task)Task.WhenAll(written)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            unsent += await ActAsync([.. written.Where(it => it.IsCompletedSuccessfully).Select(it => it.Result).OfType<MerchantTransition>()], what, isNodeAway: unsent > 0, ct);
            await Task.WhenAll(written);
        }
        if (unsent > 0) log.ClosesDelayed(unsent);
    }

    /// <returns>How many closes were not sent: once the node does not answer, the others are not tried.</returns>
    private async Task<int> ActAsync(IReadOnlyList<MerchantTransition> decided, MerchantEvent what, bool isNodeAway, CancellationToken ct)
    {
        using var calls = new SemaphoreSlim(CallsAtOnce);
        var unsent = 0;
        var acting = new List<Task>(decided.Count);
        foreach (var one in decided.Where(it => it.Effects.Count > 0))
        {
            await calls.WaitAsync(ct);
            acting.Add(ActAsync(one));   // up to its first wait it runs at once: calls begin in this order
        }
        await Task.WhenAll(acting);
        return unsent;

        async Task ActAsync(MerchantTransition one)
        {
            try
            {
                if (!await GuardAsync(one.Next.Id, what, () => worker.ActAsync(one, Volatile.Read(ref isNodeAway), ct))) return;
                Volatile.Write(ref isNodeAway, true);
                Interlocked.Increment(ref unsent);
            }
            finally
            {
                calls.Release();
            }
        }
    }

    /// <summary>What goes wrong with one channel is shouted, and the next one gets its turn all the same. Outages are everybody's.</summary>
    private async Task<T?> GuardAsync<T>(ChannelId id, MerchantEvent what, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (fault is not (ChainUnavailableException or StoreUnavailableException or OperationCanceledException))
        {
            log.ChannelFailed(fault, id, what);
            return default;
        }
    }
}

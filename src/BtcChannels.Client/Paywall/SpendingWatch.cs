using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// Follows what an answer consumes while nobody asks for money: where the channel's credit would let it cost more than it may, or faster, and where units are to be paid before
/// they are needed. What is spent the merchant's receipts say; from one to the next it is guessed from what has come.
/// </summary>
/// <param name="feed">Pays.</param>
/// <param name="ahead">So many units are paid for before they are needed.</param>
/// <param name="isSilent">Whether the merchant may fall silent where the money ends, and say nothing.</param>
internal sealed class SpendingWatch(VoucherFeed feed, int ahead, bool isSilent)
{
    private const int MostPieces = 64;
    private static readonly TimeSpan s_silence = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private MilliSatoshi _spent = feed.Cost.SpentBefore;    // by the newest receipt
    private MilliSatoshi _cost;                             // of it this answer's at least
    private MilliSatoshi _perPiece = feed.Terms.Price;
    private long _pieces;                                   // since then
    private long _patience = 1;                             // pieces until the next receipt; the first tells what a piece costs
    private long _looked = feed.Clock.GetTimestamp();

    private MilliSatoshi Guess => _spent + _perPiece.Times(_pieces + 1);

    private bool IsDue => _pieces >= _patience || feed.Clock.GetElapsedTime(_looked) >= s_longest;

    /// <summary>An event or a part of a body has come.</summary>
    /// <exception cref="PaymentRefusedException">It is not paid on.</exception>
    public async Task CountAsync(CancellationToken ct)
    {
        _pieces++;
        if (ahead > 0 && await feed.TryRaiseAsync(Guess.RoundedUp, ahead, ahead / 2, ct) is { } raised) await TakeAsync(raised, ct);
        else if (IsDue && feed.Cost.IsBeyond(feed.Authorized)) await LookAsync(ct);
    }

    /// <summary>Waits for what comes next; what consumes in silence is looked after meanwhile, and who is silent for want of money is paid.</summary>
    /// <exception cref="PaymentRefusedException">It is not paid on.</exception>
    public async Task WaitAsync(Task next, CancellationToken ct)
    {
        for (var silence = isSilent ? s_silence : s_longest; !await next.EndsWithinAsync(silence, feed.Clock, ct); silence = silence < s_longest ? silence * 2 : s_longest)
        {
            ct.ThrowIfCancellationRequested();
            if (!isSilent && ahead == 0 && !feed.Cost.IsBeyond(feed.Authorized)) continue;
            await LookAsync(ct);
            await PaySilentAsync(ct);
        }
    }

    // Merchants charge some units at a time, so silence may mean that what is left is too little though it is something.
    private async Task PaySilentAsync(CancellationToken ct)
    {
        var next = (_spent + feed.Terms.Price).RoundedUp;
        var units = isSilent ? Math.Max(ahead, feed.UnitsAhead) : ahead;
        var raised = await feed.TryRaiseAsync(next, units, isSilent ? units : units / 2, ct);
        if (raised is null && isSilent && next > feed.Authorized) raised = await feed.RaiseAsync(next, ct);
        if (raised is not null) await TakeAsync(raised, ct);
    }

    /// <summary>Takes what a receipt says is spent in the channel.</summary>
    /// <exception cref="PaymentRefusedException">That is more than one request may cost.</exception>
    public async Task TakeAsync(SessionReceipt receipt, CancellationToken ct)
    {
        var cost = feed.Cost.Of(receipt.Spent);
        if (_pieces > 0 && cost > _cost) _perPiece = new(((cost - _cost).Value + _pieces - 1) / _pieces);
        (_spent, _cost, _pieces, _looked) = (receipt.Spent, cost, 0, feed.Clock.GetTimestamp());
        feed.Cost.Require(cost);
        _patience = Math.Clamp(feed.Cost.PiecesWithin(cost, _perPiece), 1, MostPieces);
        await feed.Cost.SlowDownAsync(cost, ct);
    }

    private async Task LookAsync(CancellationToken ct) => await TakeAsync(await feed.ShowNewestAsync(ct), ct);
}

/// <summary>Waiting for what may take long.</summary>
internal static class Waiting
{
    /// <summary>Whether a task ends within a time.</summary>
    public static async Task<bool> EndsWithinAsync(this Task task, TimeSpan time, TimeProvider clock, CancellationToken ct)
    {
        if (task.IsCompleted) return true;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var ended = await Task.WhenAny(task, Task.Delay(time, clock, enough.Token)) == task;
        await enough.CancelAsync();
        return ended || task.IsCompleted;
    }
}

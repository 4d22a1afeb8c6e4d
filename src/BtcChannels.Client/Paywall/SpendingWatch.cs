using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>
/// Follows what an answer consumes while nobody asks for money: where the channel's credit would let it cost more than it may, or faster, and where units are to be paid before
/// they are needed. What is spent the merchant's receipts say; from one to the next it is guessed from what has come.
/// </summary>
/// <param name="feed">Pays.</param>
/// <param name="ahead">So many units are paid for before they are needed.</param>
internal sealed class SpendingWatch(VoucherFeed feed, int ahead)
{
    private const int MostPieces = 64;
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
        if (ahead > 0 && await feed.TryRaiseAsync(Guess.RoundedUp, ahead, ct) is { } raised) await TakeAsync(raised, ct);
        else if (IsDue && feed.Cost.IsBeyond(feed.Authorized)) await LookAsync(ct);
    }

    /// <summary>Waits for what comes next; what consumes in silence is looked after meanwhile.</summary>
    /// <exception cref="PaymentRefusedException">It is not paid on.</exception>
    public async Task WaitAsync(Task next, CancellationToken ct)
    {
        while (!await next.EndsWithinAsync(s_longest, feed.Clock, ct))
        {
            ct.ThrowIfCancellationRequested();
            if (ahead == 0 && !feed.Cost.IsBeyond(feed.Authorized)) continue;
            await LookAsync(ct);
            if (ahead > 0 && await feed.TryRaiseAsync((_spent + feed.Terms.Price).RoundedUp, ahead, ct) is { } raised) await TakeAsync(raised, ct);
        }
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

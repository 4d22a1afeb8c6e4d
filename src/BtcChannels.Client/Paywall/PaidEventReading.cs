using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using BtcChannels.Paywall;

namespace BtcChannels.Client;

/// <summary>Reads streams of events that are paid as they are read.</summary>
public static class PaidEventReading
{
    /// <summary>
    /// The events of an answer, without those of its payment: where it pauses for money it gets a voucher, within the payer's budgets and its rate, and goes on. The receipt
    /// that comes last is <see cref="PaymentReceipts.GetPaymentReceipt"/>'s. A stream that is not paid for is read all the same.
    /// </summary>
    /// <param name="response">Had with <see cref="HttpCompletionOption.ResponseHeadersRead"/> through a <see cref="PaymentHandler"/>.</param>
    /// <param name="ct">Stops; what was delivered by then is paid for and nothing else.</param>
    /// <exception cref="PaymentRefusedException">It is not paid on; the events before were delivered.</exception>
    public static async IAsyncEnumerable<SseItem<string>> ReadPaidEventsAsync(this HttpResponseMessage response, [EnumeratorCancellation] CancellationToken ct = default)
    {
        VoucherFeed? feed = null;
        response.RequestMessage?.Options.TryGetValue(PaymentReceipts.FeedKey, out feed);
        // A paywall in front of somebody else's events cannot put words of its own between them.
        var watch = feed is null ? null : new SpendingWatch(feed, feed.StreamAhead, isSilent: feed.Terms.Request.UnitType is PaidStream.Kilobyte or PaidStream.Second);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            await using var items = SseParser.Create(stream).EnumerateAsync(reading.Token).GetAsyncEnumerator(reading.Token);
            while (await NextAsync(items, watch, reading, ct))
            {
                var item = items.Current;
                switch (item.EventType)
                {
                    case StreamEvents.NeedVoucher when feed is not null && watch is not null:
                        await watch.TakeAsync(await feed.AnswerAsync(item.Data, ct), ct);
                        break;
                    case StreamEvents.Receipt when feed is not null:
                        if (!SessionReceipt.TryReadJson(item.Data, out var receipt) || !await feed.TakeAsync(receipt, isLast: true, ct)) throw feed.ReceiptWrong(null);
                        break;
                    default:
                        yield return item;
                        if (watch is not null) await watch.CountAsync(ct);
                        break;
                }
            }
        }
        finally
        {
            feed?.End();
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> items, SpendingWatch? watch, CancellationTokenSource reading, CancellationToken ct)
    {
        var next = items.MoveNextAsync();
        if (watch is null || next.IsCompleted) return await next;
        var coming = next.AsTask();
        try
        {
            await watch.WaitAsync(coming, ct);
        }
        catch
        {
            // An enumerator that is at work cannot be disposed of.
            await reading.CancelAsync();
            await Task.WhenAny(coming);
            throw;
        }
        return await coming;
    }
}

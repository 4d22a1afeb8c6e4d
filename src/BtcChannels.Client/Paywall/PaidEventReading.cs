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
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(ct))
            {
                switch (item.EventType)
                {
                    case StreamEvents.NeedVoucher when feed is not null:
                        await feed.AnswerAsync(item.Data, ct);
                        break;
                    case StreamEvents.Receipt when feed is not null:
                        if (!SessionReceipt.TryReadJson(item.Data, out var receipt) || !await feed.TakeAsync(receipt, isLast: true, ct)) throw feed.ReceiptWrong(null);
                        break;
                    default:
                        yield return item;
                        break;
                }
            }
        }
        finally
        {
            feed?.End();
        }
    }
}

using BtcChannels.Paywall;

namespace BtcChannels.Client;

/// <summary>
/// Lets an <see cref="HttpClient"/> pay: a request that is answered with 402 and a challenge of method <c>bitcoin</c>, intent <c>session</c> is paid for and sent again, its
/// body intact. For <c>IHttpClientFactory</c>: <c>AddHttpMessageHandler(() =&gt; new PaymentHandler(payer))</c>.
/// </summary>
/// <remarks>
/// A 402 without such a challenge is handed back as it is. What is asked for and not paid is a <see cref="PaymentRefusedException"/>. Paid requests carry an
/// <c>Idempotency-Key</c>, the caller's own or a random one, which stays the same however often they are sent; where an answer is lost the same bytes are sent again. Credentials
/// are taken off the request before it is handed back. An answer that costs more as it goes on is paid as it is read: events by
/// <see cref="PaidEventReading.ReadPaidEventsAsync"/>, anything else by reading its content. <see cref="HttpClient.Timeout"/> counts the opening of a channel, too.
/// </remarks>
public sealed class PaymentHandler : DelegatingHandler
{
    private readonly Payer _payer;

    /// <param name="payer">Shared; not disposed of here.</param>
    /// <param name="inner">Carries the requests; null where a factory sets it.</param>
    public PaymentHandler(Payer payer, HttpMessageHandler? inner = null)
    {
        _payer = payer;
        if (inner is not null) InnerHandler = inner;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        new PaidExchange(_payer, request, (it, ct) => base.SendAsync(it, ct)).RunAsync(cancellationToken);
}

/// <summary>What a paid answer says of its payment.</summary>
public static class PaymentReceipts
{
    internal static readonly HttpRequestOptionsKey<SessionReceipt> ReceiptKey = new("BtcChannels.Receipt");
    internal static readonly HttpRequestOptionsKey<VoucherFeed> FeedKey = new("BtcChannels.Feed");

    /// <summary>The newest receipt of an answer, checked; null where it was free, or the last event with the receipt has not come yet.</summary>
    public static SessionReceipt? GetPaymentReceipt(this HttpResponseMessage response) =>
        response.RequestMessage is { } request && request.Options.TryGetValue(ReceiptKey, out var receipt) ? receipt : null;
}

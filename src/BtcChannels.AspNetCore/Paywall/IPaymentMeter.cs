using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Counts what a handler delivers, and charges for it. It is the request's own: take it as a parameter of the handler, or by <see cref="PaywallSetup.PaymentMeter"/>.</summary>
public interface IPaymentMeter
{
    /// <summary>Lets handlers take it as a parameter.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is not priced.</exception>
    public static ValueTask<IPaymentMeter?> BindAsync(HttpContext http) => ValueTask.FromResult<IPaymentMeter?>(http.PaymentMeter());

    /// <summary>What one unit costs; zero where this request is free.</summary>
    MilliSatoshi UnitPrice { get; }

    /// <summary>How many units were granted.</summary>
    long Units { get; }

    /// <summary>
    /// Whether a plain request is charged once its answer is whole, instead of as it begins: where what makes the answer may fail in the middle of it. The receipt comes as a trailer
    /// then. To be set before the answer begins; default no.
    /// </summary>
    bool IsChargedAtEnd { get; set; }

    /// <summary>
    /// Called when the customer's money does not reach, before it is waited for: what tells him, in the form that the answer has. Default: nothing; a customer who counts
    /// along knows by himself.
    /// </summary>
    Func<NeedVoucher, CancellationToken, ValueTask>? Paused { get; set; }

    /// <summary>
    /// Asks for the money for what is to be delivered next, and takes that of the units before as earned: call it before each delivery. Where the money does not reach it waits for
    /// a voucher, as long as the merchant's patience lasts. Not for use by two callers at once.
    /// </summary>
    /// <param name="units">At least 1.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>False where none came, or none can come: the channel is closed or cannot carry more. Then nothing more is to be delivered.</returns>
    /// <exception cref="OverflowException">So many units cost more than can be counted.</exception>
    /// <exception cref="Storage.StoreUnavailableException">Nothing was charged.</exception>
    ValueTask<bool> ChargeAsync(long units, CancellationToken ct = default);

    /// <summary>As <see cref="ChargeAsync"/>, for as many units as the money covers; waits only where it does not cover one.</summary>
    /// <param name="most">At least 1. What so many cost has to be countable, as there.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many were granted; 0 where <see cref="ChargeAsync"/> says false.</returns>
    /// <inheritdoc cref="ChargeAsync" path="/exception"/>
    ValueTask<long> ChargeUpToAsync(long most, CancellationToken ct = default);

    /// <summary>
    /// Says that what was granted last has left for the customer: it is charged from now on, should he hang up, or what comes next fail. Without it that becomes certain with the next
    /// charge, or the end. Nothing happens where he is gone already.
    /// </summary>
    void MarkDelivered();

    /// <summary>Takes what was granted last as delivered; what a customer who is gone did not get is not charged. The end of the request does it as well.</summary>
    /// <returns>The receipt; null where this request is free.</returns>
    ValueTask<SessionReceipt?> FinishAsync();
}

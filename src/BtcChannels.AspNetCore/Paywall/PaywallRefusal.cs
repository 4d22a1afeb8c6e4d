using BtcChannels.Paywall;
using BtcChannels.AspNetCore.Http;
using BtcChannels.Wire;
using Microsoft.AspNetCore.Http;
using NBitcoin;

namespace BtcChannels.AspNetCore.Paywall;

/// <summary>Why a request is not served, as a problem (RFC 9457). docs/payment-scheme.md lists them.</summary>
/// <param name="Status">With 402 goes a fresh challenge.</param>
/// <param name="Type">The problem's.</param>
/// <param name="Detail">For people. It repeats nothing of a credential.</param>
internal sealed record PaywallRefusal(int Status, string Type, string Detail)
{
    /// <summary>The last word of the type.</summary>
    public string Slug => Type[(Type.LastIndexOfAny([':', '/']) + 1)..];

    /// <summary>What exactly did not hold, as docs/http-api.md names it; null where the type says it.</summary>
    public string? Reason { get; init; }

    /// <summary>The total that would do, satoshi.</summary>
    public Money? Required { get; init; }

    /// <summary>What is authorized, satoshi.</summary>
    public Money? Accepted { get; init; }

    /// <summary>The caller's channel, where he has shown that it is his.</summary>
    public MerchantChannel? Channel { get; init; }

    /// <summary>When to try again, whole seconds.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>Whether it is the caller's doing and costs something to find out: he may do so only so often.</summary>
    public bool IsFault { get; init; }

    public static PaywallRefusal PaymentRequired { get; } = new(StatusCodes.Status402PaymentRequired, PaymentProblems.PaymentRequired, "This is to be paid for");

    public static PaywallRefusal NotAccepted { get; } = PaymentRequired with { Detail = "This is to be paid for, by bitcoin/session alone, which Accept-Payment leaves out" };

    public static PaywallRefusal MalformedCredential(int status, string what) => new(status, PaymentProblems.MalformedCredential, what) { IsFault = true };

    public static PaywallRefusal DigestMismatch { get; } = new(StatusCodes.Status402PaymentRequired, PaymentProblems.VerificationFailed, "The body is not the one that the challenge is for");

    public static PaywallRefusal KeyReused { get; } = Own(StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", "The Idempotency-Key was used with another request");

    public static PaywallRefusal KeyMalformed { get; } = Own(StatusCodes.Status400BadRequest, "idempotency-key-malformed", "Idempotency-Key has to be there once, with 1 to 255 letters of ASCII");

    public static PaywallRefusal KeyNeedsSmallBody { get; } = Own(StatusCodes.Status413PayloadTooLarge, "idempotency-key-body-too-large", "The body is too large for a request that can be repeated");

    public static PaywallRefusal Draining { get; } = Own(StatusCodes.Status503ServiceUnavailable, "draining", "The merchant winds down: no channel opens any more");

    public static PaywallRefusal UnderWay { get; } = Own(StatusCodes.Status409Conflict, "request-under-way", "A request with this Idempotency-Key is under way") with { RetryAfter = "1" };

    public static PaywallRefusal AnswerNotKept { get; } = Own(
        StatusCodes.Status409Conflict, "answer-not-kept", "A request with this Idempotency-Key was answered and paid; the answer was too large to be kept. Nothing was charged now");

    /// <summary>Less is free than this costs.</summary>
    public static PaywallRefusal Insufficient(ChargeOutcome.Insufficient it) => new(
        StatusCodes.Status402PaymentRequired,
        it.Required > it.Channel.Capacity ? PaymentProblems.AmountExceedsDeposit : PaymentProblems.InsufficientBalance,
        it.Required > it.Channel.Capacity ? "The channel cannot carry the price: open a further one" : "What is authorized and not yet spent does not cover the price")
    {
        Required = Money.Max(it.Required, Money.Satoshis(it.Channel.MerchantDust)),   // less would be refused
        Accepted = it.Channel.Balance.Authorized,
    };

    /// <summary>Why it is not served; null where it is granted.</summary>
    public static PaywallRefusal? Of(ChargeOutcome outcome) => outcome switch
    {
        ChargeOutcome.Refused refused => Of(refused.Reason),
        ChargeOutcome.UnderWay => UnderWay,
        ChargeOutcome.Insufficient it => Insufficient(it),
        _ => null,
    };

    public static PaywallRefusal Of(PaymentRejection reason) => reason switch
    {
        PaymentRejection.ChannelUnknown => new(StatusCodes.Status410Gone, PaymentProblems.ChannelNotFound, "There is no such channel here") { IsFault = true },
        PaymentRejection.ChannelClosed => new(StatusCodes.Status410Gone, PaymentProblems.ChannelFinalized, "The channel takes no more payments"),
        PaymentRejection.ExpiryTooNear => new(StatusCodes.Status410Gone, PaymentProblems.ChannelFinalized, "The channel expires too soon to take more payments"),
        PaymentRejection.ChannelPending or PaymentRejection.UnminedLimitReached =>
            new(StatusCodes.Status402PaymentRequired, PaymentProblems.VerificationFailed, "The deposit is not deep enough yet; the same credential may be sent again") { RetryAfter = "10" },
        PaymentRejection.ChainSilent => Own(StatusCodes.Status503ServiceUnavailable, Wire.Slug.Of(reason), "The merchant's node does not answer; the same credential may be sent again") with { RetryAfter = Outages.RetryAfter },
        PaymentRejection.TotalOverCapacity => new(StatusCodes.Status402PaymentRequired, PaymentProblems.AmountExceedsDeposit, "The total is above the channel's capacity") { IsFault = true },
        PaymentRejection.TotalBelowDust => new(StatusCodes.Status402PaymentRequired, PaymentProblems.DeltaTooSmall, "The total is below what the network relays as an output"),
        PaymentRejection.TotalNotRaised => new(StatusCodes.Status402PaymentRequired, PaymentProblems.DeltaTooSmall, "The merchant was restored from a backup: show the newest voucher"),
        PaymentRejection.SignatureHighS or PaymentRejection.SignatureInvalid =>
            new(StatusCodes.Status402PaymentRequired, PaymentProblems.InvalidSignature, "The signature is not the customer key's over this channel and total, with S in the lower half") { IsFault = true },
        _ => new(StatusCodes.Status400BadRequest, PaymentProblems.MalformedCredential, "The voucher is not what it has to be") { IsFault = true },
    };

    public static PaywallRefusal Of(OpenRefusal refusal)
    {
        var detail = Problems.For(refusal).ProblemDetails.Detail!;
        return Problems.StatusOf(refusal.Reason) switch
        {
            StatusCodes.Status400BadRequest => MalformedCredential(StatusCodes.Status400BadRequest, detail),
            StatusCodes.Status503ServiceUnavailable => Own(StatusCodes.Status503ServiceUnavailable, Wire.Slug.Of(refusal.Reason), detail) with { RetryAfter = Outages.RetryAfter },
            StatusCodes.Status429TooManyRequests => Own(StatusCodes.Status429TooManyRequests, Wire.Slug.Of(refusal.Reason), detail) with { RetryAfter = "60" },
            _ => new(StatusCodes.Status402PaymentRequired, PaymentProblems.VerificationFailed, detail) { Reason = Wire.Slug.Of(refusal.Reason), IsFault = true },
        };
    }

    public static PaywallRefusal Of(CloseRejection reason) => reason switch
    {
        CloseRejection.ChannelUnknown => Of(PaymentRejection.ChannelUnknown),
        CloseRejection.ChannelGone => Of(PaymentRejection.ChannelClosed),
        CloseRejection.SignatureHighS or CloseRejection.SignatureInvalid => Of(PaymentRejection.SignatureInvalid),
        CloseRejection.ChannelPending => Of(PaymentRejection.ChannelPending),
        CloseRejection.TotalBelowDust => Of(PaymentRejection.TotalBelowDust),
        _ => new(StatusCodes.Status402PaymentRequired, PaymentProblems.VerificationFailed, Problems.For(reason).ProblemDetails.Detail!) { Reason = Wire.Slug.Of(reason), IsFault = true },
    };

    public static PaywallRefusal Outage(bool isStore) => isStore
        ? Own(StatusCodes.Status503ServiceUnavailable, "store-unavailable", "Nothing was charged; try again") with { RetryAfter = Outages.RetryAfter }
        : Of(PaymentRejection.ChainSilent);

    public static PaywallRefusal TooManyRequests(TimeSpan retryAfter) =>
        Own(StatusCodes.Status429TooManyRequests, "too-many-requests", "More was asked, or refused, from this address than is taken in so short a time") with { RetryAfter = RequestLimiter.Seconds(retryAfter) };

    private static PaywallRefusal Own(int status, string slug, string detail) => new(status, Wire.Slug.ProblemPrefix + slug, detail);
}

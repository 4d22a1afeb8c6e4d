using BtcChannels.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BtcChannels.AspNetCore.Http;

/// <summary>Every refusal as a problem (RFC 9457): type, status and words. docs/http-api.md lists them.</summary>
public static class Problems
{
    public static ProblemHttpResult For(PaymentRejection reason) => Make(Slug.Of(reason), StatusOf(reason), Explain(reason));

    public static ProblemHttpResult For(OpenRefusal refusal) => Make(
        Slug.Of(refusal.Reason), StatusOf(refusal.Reason), refusal.Detail is null ? Explain(refusal.Reason) : $"{Explain(refusal.Reason)}: {refusal.Detail}");

    public static ProblemHttpResult For(CloseRejection reason) => Make(Slug.Of(reason), StatusOf(reason), Explain(reason));

    public static ProblemHttpResult Malformed(string detail) => Make("malformed", StatusCodes.Status400BadRequest, detail);

    public static ProblemHttpResult NotJson() => Make("not-json", StatusCodes.Status415UnsupportedMediaType, "The body has to be application/json");

    public static ProblemHttpResult NoPaymentType() =>
        Make("media-type-unknown", StatusCodes.Status415UnsupportedMediaType, "The body has to be application/json or application/octet-stream");

    public static ProblemHttpResult NoWebSocket() => Make("not-websocket", StatusCodes.Status426UpgradeRequired, "A stream of payments is a WebSocket");

    public static ProblemHttpResult TooLarge(int limit) => Make("body-too-large", StatusCodes.Status413PayloadTooLarge, $"The body may have {limit} bytes");

    public static ProblemHttpResult StoreUnavailable() => Make("store-unavailable", StatusCodes.Status503ServiceUnavailable, "Nothing was accepted; try again");

    public static ProblemHttpResult TooManyRequests() => Make("too-many-requests", StatusCodes.Status429TooManyRequests, "More was asked, or refused, from this address or on this channel than is taken in so short a time");

    public static ProblemHttpResult Draining() => Make("draining", StatusCodes.Status503ServiceUnavailable, "The merchant winds down: no channel opens any more");

    public static ProblemHttpResult NoAdminKey() => Make("no-admin-key", StatusCodes.Status401Unauthorized, "The key of the administration has to be shown: Authorization: Bearer");

    public static ProblemHttpResult ChainUnavailable() => For(new OpenRefusal(OpenRejection.ChainUnavailable));

    public static int StatusOf(PaymentRejection reason) => reason switch
    {
        PaymentRejection.Malformed => StatusCodes.Status400BadRequest,
        PaymentRejection.ChannelUnknown => StatusCodes.Status404NotFound,
        PaymentRejection.ChannelPending or PaymentRejection.ChannelClosed or PaymentRejection.ExpiryTooNear or PaymentRejection.TotalNotRaised
            or PaymentRejection.UnminedLimitReached => StatusCodes.Status409Conflict,
        PaymentRejection.ChainSilent => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    public static int StatusOf(OpenRejection reason) => reason switch
    {
        OpenRejection.Malformed => StatusCodes.Status400BadRequest,
        OpenRejection.OfferUsed or OpenRejection.OutPointUsed => StatusCodes.Status409Conflict,
        OpenRejection.OfferExpired => StatusCodes.Status410Gone,
        OpenRejection.ChainUnavailable or OpenRejection.TooManyPending => StatusCodes.Status503ServiceUnavailable,
        OpenRejection.TooManyPendingFromAddress => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    public static int StatusOf(CloseRejection reason) => reason switch
    {
        CloseRejection.Malformed => StatusCodes.Status400BadRequest,
        CloseRejection.ChannelUnknown => StatusCodes.Status404NotFound,
        CloseRejection.AuthorizationStale or CloseRejection.AuthorizationInvalid => StatusCodes.Status401Unauthorized,
        CloseRejection.ChannelPending or CloseRejection.ChannelGone or CloseRejection.ChannelHeld or CloseRejection.NothingAuthorized => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    private static string Explain(PaymentRejection reason) => reason switch
    {
        PaymentRejection.Malformed => "The total has to be above 0, and the signature 64 bytes of compact ECDSA, in JSON in lower-case hex",
        PaymentRejection.ChannelUnknown => "There is no such channel here",
        PaymentRejection.ChannelPending => "The deposit is not deep enough yet; the same payment may be sent again",
        PaymentRejection.ChannelClosed => "The channel takes no more payments",
        PaymentRejection.ChainSilent => "The merchant's node does not answer; the same payment may be sent again",
        PaymentRejection.ExpiryTooNear => "The channel expires too soon to take more payments",
        PaymentRejection.TotalNotRaised => "The total has to be above the newest accepted one",
        PaymentRejection.TotalOverCapacity => "The total is above the channel's capacity",
        PaymentRejection.TotalBelowDust => "The total is below what the network relays as an output",
        PaymentRejection.SignatureHighS => "The signature's S has to be in the lower half",
        PaymentRejection.SignatureInvalid => "The signature is not the customer key's over this channel and total",
        PaymentRejection.UnminedLimitReached => "The deposit has to be mined before more can be paid; the same payment may be sent again",
        _ => throw new System.Diagnostics.UnreachableException(reason.ToString()),
    };

    private static string Explain(OpenRejection reason) => reason switch
    {
        OpenRejection.Malformed => "A field is missing or is not what it has to be",
        OpenRejection.OfferForeign => "The offer is not this merchant's",
        OpenRejection.OfferUsed => "The offer has opened another channel",
        OpenRejection.OfferExpired => "The offer's deadline has passed; ask for a new one",
        OpenRejection.KeysEqual => "The customer's key is the merchant's",
        OpenRejection.ScriptNotStandard => "customerScript has to be P2PKH, P2SH, P2WPKH, P2WSH or P2TR",
        OpenRejection.ExpiryIsHeight => "The expiry has to be UNIX seconds",
        OpenRejection.ExpiryTooSoon => "The expiry is before the offer's earliest",
        OpenRejection.ExpiryTooFar => "The expiry is after the offer's latest",
        OpenRejection.DepositMissing => "No output of the deposit pays the channel's script",
        OpenRejection.DepositPaysKeyHash => "The deposit pays the script's hash as a key's hash, which nobody can spend",
        OpenRejection.DepositAmbiguous => "Several outputs of the deposit pay the channel's script",
        OpenRejection.DepositTooSmall => "The deposit is below the offer's least",
        OpenRejection.DepositTooLarge => "The deposit is above the offer's most",
        OpenRejection.OutPointUsed => "The deposit's output backs another channel",
        OpenRejection.ChainUnavailable => "The merchant's node does not answer; nothing was opened",
        OpenRejection.TooManyPendingFromAddress => "Too many channels opened from here wait for their deposits to be mined",
        OpenRejection.TooManyPending => "Too many channels wait for their deposits to be mined",
        OpenRejection.DepositUnminable => "The merchant's node would not take the deposit",
        _ => throw new System.Diagnostics.UnreachableException(reason.ToString()),
    };

    private static string Explain(CloseRejection reason) => reason switch
    {
        CloseRejection.Malformed => "totalSat and signature have to be given together, or neither, and the Authorization header has to be well formed",
        CloseRejection.ChannelUnknown => "There is no such channel here",
        CloseRejection.AuthorizationStale => "The request's time is more than a minute off",
        CloseRejection.AuthorizationInvalid => "The request is not signed by the customer's key",
        CloseRejection.ChannelPending => "The deposit is not deep enough yet",
        CloseRejection.ChannelGone => "The deposit was never mined or went back to the customer",
        CloseRejection.ChannelHeld => "The merchant was restored from a backup; send the newest payment again first",
        CloseRejection.NothingAuthorized => "Nothing was paid; sign a total of 0 to get the deposit back",
        CloseRejection.TotalBelowSpent => "The total is below what was spent",
        CloseRejection.TotalAboveAuthorized => "The total is above what is authorized",
        CloseRejection.TotalBelowDust => "The total is neither 0 nor enough to be relayed as an output",
        CloseRejection.SignatureHighS => "The signature's S has to be in the lower half",
        CloseRejection.SignatureInvalid => "The signature is not the customer key's over this channel and total",
        _ => throw new System.Diagnostics.UnreachableException(reason.ToString()),
    };

    /// <param name="slug">Follows <see cref="Slug.ProblemPrefix"/> in the type.</param>
    /// <param name="status">HTTP's.</param>
    /// <param name="detail">For people.</param>
    public static ProblemHttpResult Make(string slug, int status, string detail) =>
        TypedResults.Problem(detail, instance: null, status, title: slug.Replace('-', ' '), type: Slug.ProblemPrefix + slug);
}

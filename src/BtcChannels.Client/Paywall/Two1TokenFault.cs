using System.Net;
using BtcChannels.Two1;

namespace BtcChannels.Client;

/// <summary>What a merchant of 21's says of a token.</summary>
internal enum Two1TokenFault
{
    /// <summary>Nothing: the answer is about the request.</summary>
    None,

    /// <summary>It is not enough: such a token is used up.</summary>
    AskedAgain,

    /// <summary>It was redeemed before.</summary>
    Redeemed,

    /// <summary>It is being redeemed, which only newer servers say.</summary>
    UnderWay,

    /// <summary>Its channel is closed: it is worth nothing any more.</summary>
    ChannelClosed,

    /// <summary>Its channel's deposit is not deep enough for him.</summary>
    NotReady,

    /// <summary>He knows no such token, or no such channel.</summary>
    Unknown,
}

/// <summary>Reads it from 21's words, which come as Python writes errors: <c>RedeemPaymentError('Payment already redeemed.')</c>.</summary>
internal static class Two1TokenFaults
{
    private const int MaxBytes = 4_096;

    // Said by 21's server alone.
    private const string ChannelNotFound = "PaymentChannelNotFoundError('Channel not found.'";

    private static readonly (Two1TokenRejection Reason, Two1TokenFault Fault)[] s_faults = [
        (Two1TokenRejection.Redeemed, Two1TokenFault.Redeemed),
        (Two1TokenRejection.UnderWay, Two1TokenFault.UnderWay),
        (Two1TokenRejection.ChannelGone, Two1TokenFault.ChannelClosed),
        (Two1TokenRejection.ChannelPending, Two1TokenFault.NotReady),
        (Two1TokenRejection.Unknown, Two1TokenFault.Unknown)];

    public static async Task<Two1TokenFault> OfAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.StatusCode == HttpStatusCode.PaymentRequired) return Two1TokenFault.AskedAgain;
        if (response.StatusCode != HttpStatusCode.BadRequest || response.Content.Headers.ContentLength is not (> 0 and <= MaxBytes)) return Two1TokenFault.None;
        // The answer may be handed back, body and all.
        await response.Content.LoadIntoBufferAsync(MaxBytes, ct);
        var words = await response.Content.ReadAsStringAsync(ct);
        if (words.Contains(ChannelNotFound, StringComparison.Ordinal)) return Two1TokenFault.Unknown;
        // Older Pythons write a comma before the bracket.
        return s_faults.FirstOrDefault(it => words.Contains(Two1Words.Of(it.Reason)[..^1], StringComparison.Ordinal)).Fault;
    }
}

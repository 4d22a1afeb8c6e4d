namespace BtcChannels.Paywall;

/// <summary>The types of the scheme's problems (RFC 9457).</summary>
public static class PaymentProblems
{
    public const string Prefix = "https://paymentauth.org/problems/";

    /// <summary>What the types of intent <c>session</c> begin with.</summary>
    public const string SessionPrefix = Prefix + "session/";

    /// <summary>Nothing was paid yet. 402.</summary>
    public const string PaymentRequired = Prefix + "payment-required";

    /// <summary>Less was paid than this costs. 402.</summary>
    public const string PaymentInsufficient = Prefix + "payment-insufficient";

    /// <summary>The challenge has expired. 402.</summary>
    public const string PaymentExpired = Prefix + "payment-expired";

    /// <summary>What was shown does not hold. 402.</summary>
    public const string VerificationFailed = Prefix + "verification-failed";

    /// <summary>The credential is not what it has to be. 402; 400 where its payload is not.</summary>
    public const string MalformedCredential = Prefix + "malformed-credential";

    /// <summary>The challenge is not this server's, or was changed, or is for another body. 402.</summary>
    public const string InvalidChallenge = Prefix + "invalid-challenge";

    /// <summary>A method or action that this server does not have. 400.</summary>
    public const string MethodUnsupported = Prefix + "method-unsupported";

    /// <summary>The voucher's signature is not the customer's over this channel and total. 402.</summary>
    public const string InvalidSignature = SessionPrefix + "invalid-signature";

    /// <summary>The total is above what the channel can pay. 402.</summary>
    public const string AmountExceedsDeposit = SessionPrefix + "amount-exceeds-deposit";

    /// <summary>The total rises by less than the merchant takes. 402.</summary>
    public const string DeltaTooSmall = SessionPrefix + "delta-too-small";

    /// <summary>No such channel here. 410.</summary>
    public const string ChannelNotFound = SessionPrefix + "channel-not-found";

    /// <summary>The channel takes no more payments. 410.</summary>
    public const string ChannelFinalized = SessionPrefix + "channel-finalized";

    /// <summary>What is authorized and neither spent nor reserved does not cover the price. 402.</summary>
    public const string InsufficientBalance = SessionPrefix + "insufficient-balance";
}

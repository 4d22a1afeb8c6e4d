namespace BtcChannels;

/// <summary>Why a customer's wish to close is refused, in the order checked.</summary>
public enum CloseRejection
{
    /// <summary>Not a request to close.</summary>
    Malformed,

    /// <summary>No such channel here.</summary>
    ChannelUnknown,

    /// <summary>The request's time is more than a minute off.</summary>
    AuthorizationStale,

    /// <summary>The request is not signed by the customer's key for this merchant, channel and action.</summary>
    AuthorizationInvalid,

    /// <summary>The deposit is not deep enough yet.</summary>
    ChannelPending,

    /// <summary>The channel was given up, or its deposit went back to the customer.</summary>
    ChannelGone,

    /// <summary>The merchant's store was restored from a backup, and the newest payment is to be shown again first.</summary>
    ChannelHeld,

    /// <summary>Nothing was paid, and no total of 0 is signed: there is nothing to complete.</summary>
    NothingAuthorized,

    /// <summary>The total is below what was spent.</summary>
    TotalBelowSpent,

    /// <summary>The total is above what is authorized.</summary>
    TotalAboveAuthorized,

    /// <summary>The total is neither 0 nor enough for the merchant's output to be relayed.</summary>
    TotalBelowDust,

    /// <summary>The payment's S is in the upper half.</summary>
    SignatureHighS,

    /// <summary>The payment is not signed by the customer's key for this channel and total.</summary>
    SignatureInvalid,
}

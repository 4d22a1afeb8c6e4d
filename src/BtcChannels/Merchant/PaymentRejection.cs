namespace BtcChannels;

/// <summary>Why a payment is refused, in the order checked: of several faults the first is the answer. Cheap checks come first, the signature last.</summary>
public enum PaymentRejection
{
    /// <summary>Not a payment: a total that is no whole number of satoshi above 0, or a signature that is not 64 bytes of two numbers in range.</summary>
    Malformed,

    /// <summary>No such channel here.</summary>
    ChannelUnknown,

    /// <summary>The deposit is not deep enough yet: the same payment may be good later.</summary>
    ChannelPending,

    /// <summary>Closing, closed, given up or refunded.</summary>
    ChannelClosed,

    /// <summary>The merchant has not heard of his node for too long to vouch for the deposit.</summary>
    ChainSilent,

    /// <summary>The margin before expiry is reached.</summary>
    ExpiryTooNear,

    /// <summary>The total is not above the newest accepted one.</summary>
    TotalNotRaised,

    /// <summary>The total is above the capacity.</summary>
    TotalOverCapacity,

    /// <summary>The merchant's output would be dust: nobody could claim it.</summary>
    TotalBelowDust,

    /// <summary>The signature's S is in the upper half: nodes would not relay the close (BIP146).</summary>
    SignatureHighS,

    /// <summary>The signature is not the customer key's over this channel and total with SIGHASH_ALL.</summary>
    SignatureInvalid,

    /// <summary>
    /// The deposit stands in no block yet, and what customers may authorize on such channels is used up: the same payment may be good once it is mined. Told
    /// as it is written, since only the store knows of all channels.
    /// </summary>
    UnminedLimitReached,
}

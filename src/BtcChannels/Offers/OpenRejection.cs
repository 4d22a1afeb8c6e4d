namespace BtcChannels;

/// <summary>Why a channel is not opened, in the order checked. What the node thinks of the deposit is asked last: it costs most.</summary>
public enum OpenRejection
{
    /// <summary>Not a request to open: a field is missing or is not what it has to be.</summary>
    Malformed,

    /// <summary>The offer's token is not this merchant's, or was changed.</summary>
    OfferForeign,

    /// <summary>The offer has opened another channel.</summary>
    OfferUsed,

    /// <summary>The merchant's node does not answer: no channel opens meanwhile.</summary>
    ChainUnavailable,

    /// <summary>The offer's deadline has passed.</summary>
    OfferExpired,

    /// <summary>The customer's key is the merchant's.</summary>
    KeysEqual,

    /// <summary>The customer's script is not P2PKH, P2SH, P2WPKH, P2WSH or P2TR.</summary>
    ScriptNotStandard,

    /// <summary>The expiry is a height, which this merchant does not take.</summary>
    ExpiryIsHeight,

    /// <summary>The expiry is before the offer's earliest.</summary>
    ExpiryTooSoon,

    /// <summary>The expiry is after the offer's latest.</summary>
    ExpiryTooFar,

    /// <summary>No output of the deposit pays the channel's script.</summary>
    DepositMissing,

    /// <summary>An output pays the script's hash as a key's hash (P2PKH): nobody could spend it.</summary>
    DepositPaysKeyHash,

    /// <summary>Several outputs pay the channel's script.</summary>
    DepositAmbiguous,

    /// <summary>The deposit is below the offer's least.</summary>
    DepositTooSmall,

    /// <summary>The deposit is above the offer's most.</summary>
    DepositTooLarge,

    /// <summary>The outpoint backs another channel.</summary>
    OutPointUsed,

    /// <summary>Too many channels that were opened from this address wait for their deposit: once one of them is mined or given up, another may open.</summary>
    TooManyPendingFromAddress,

    /// <summary>The merchant has as many channels waiting for their deposit as he takes.</summary>
    TooManyPending,

    /// <summary>The node would not take the deposit into its mempool: it could not be mined.</summary>
    DepositUnminable,
}

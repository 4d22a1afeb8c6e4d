namespace BtcChannels.Two1;

/// <summary>Why a channel is not opened, in the order checked: 21's, and where its server looks at nothing, ours.</summary>
public enum Two1OpenRejection
{
    /// <summary>No deposit in the request.</summary>
    NoDeposit,

    /// <summary>No redeem script in it.</summary>
    NoScript,

    /// <summary>The deposit is no transaction in hex.</summary>
    DepositMalformed,

    /// <summary>The script is not the template.</summary>
    ScriptMalformed,

    /// <summary>Ours: the expiry is 2^31 or later, or written with more bytes than it needs. Consensus would read another one, or a negative number that no refund satisfies.</summary>
    ExpiryUnsound,

    /// <summary>Ours: both keys are the merchant's.</summary>
    KeysEqual,

    /// <summary>No output pays the script; one that pays its hash as if it were a key's does not either.</summary>
    DepositMissing,

    /// <summary>Ours: several outputs pay it.</summary>
    DepositAmbiguous,

    /// <summary>The merchant's key was not handed out in the days that a channel can last.</summary>
    KeyForeign,

    /// <summary>The deposit's transaction has opened a channel.</summary>
    DepositUsed,

    /// <summary>The expiry is too near.</summary>
    ExpiryTooSoon,

    /// <summary>Ours: it is too far.</summary>
    ExpiryTooFar,

    /// <summary>Ours: the deposit does not carry two outputs and the fee, or is below what the merchant takes.</summary>
    DepositTooSmall,

    /// <summary>Ours: it is above what the merchant takes.</summary>
    DepositTooLarge,

    /// <summary>Ours: as many channels wait for their deposits as the merchant takes.</summary>
    TooManyPending,

    /// <summary>Ours: the node would not take the deposit: it is not signed, not funded, or pays too little.</summary>
    DepositUnminable,

    /// <summary>Ours: the merchant winds down.</summary>
    Draining,

    /// <summary>Ours: the node does not answer.</summary>
    ChainUnavailable,
}

/// <summary>Why a payment is refused, in the order checked.</summary>
public enum Two1PaymentRejection
{
    /// <summary>No payment in the request.</summary>
    NoPayment,

    /// <summary>It is no transaction in hex.</summary>
    Malformed,

    /// <summary>No such channel of this door.</summary>
    ChannelUnknown,

    /// <summary>What it spends is no channel's script.</summary>
    ScriptMalformed,

    /// <summary>The script has another merchant's key.</summary>
    MerchantKeyOther,

    /// <summary>Not signed by the key of its script for all of the transaction.</summary>
    SignatureInvalid,

    /// <summary>The transaction is not the one that 21 builds, to the byte. Checked twice: its script first, and last all of it.</summary>
    StructureInvalid,

    /// <summary>The deposit is not deep enough yet, or what may be paid on unmined deposits is used up.</summary>
    ChannelPending,

    /// <summary>Closing, closed, given up, or within the margin, which 21's server did not look at.</summary>
    ChannelClosed,

    /// <summary>Ours: the merchant has not heard of his node for too long.</summary>
    ChainSilent,

    /// <summary>No output pays the merchant's key.</summary>
    MerchantUnpaid,

    /// <summary>It pays less than the least output.</summary>
    TotalTooSmall,

    /// <summary>Another output is less.</summary>
    RestTooSmall,

    /// <summary>The total is not above the newest one.</summary>
    TotalNotRaised,

    /// <summary>The miners get too little.</summary>
    FeeTooLow,

    /// <summary>The script is not this channel's.</summary>
    ScriptOther,

    /// <summary>Ours: the signature's S is in the upper half, so that nodes would not relay the close.</summary>
    SignatureHighS,

    /// <summary>Ours: the miners would get so much that nodes take it for a mistake.</summary>
    FeeTooHigh,

    /// <summary>Ours: too many earlier payments wait to be redeemed.</summary>
    TooManyUnredeemed,
}

/// <summary>Why a channel is not closed, in the order checked.</summary>
public enum Two1CloseRejection
{
    /// <summary>No signature in the request.</summary>
    NoSignature,

    /// <summary>No such channel of this door.</summary>
    ChannelUnknown,

    /// <summary>The signature is no DER in hex.</summary>
    Malformed,

    /// <summary>Nothing was paid.</summary>
    NothingPaid,

    /// <summary>It is not the customer key's over the deposit's id.</summary>
    SignatureInvalid,

    /// <summary>Ours: the deposit is in no block.</summary>
    ChannelPending,

    /// <summary>Ours: it was given up, or the deposit went back to the customer.</summary>
    ChannelGone,

    /// <summary>Ours: the store was restored from a backup, and a payment is to be made first.</summary>
    ChannelHeld,
}

/// <summary>Why a token buys nothing, in the order checked.</summary>
public enum Two1TokenRejection
{
    /// <summary>There is none like that.</summary>
    Unknown,

    /// <summary>Its channel's deposit is in no block any more, or the channel is held.</summary>
    ChannelPending,

    /// <summary>What was paid cannot be claimed any more.</summary>
    ChannelGone,

    /// <summary>It was redeemed.</summary>
    Redeemed,

    /// <summary>Ours: it is being redeemed.</summary>
    UnderWay,
}

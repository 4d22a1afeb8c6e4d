using System.Buffers;
using System.Diagnostics;

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

/// <summary>What refusals are told in: 21's words where it has some, which its clients show to people.</summary>
public static class Two1Words
{
    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdefABCDEF");

    public static string Of(Two1OpenRejection reason) => reason switch
    {
        Two1OpenRejection.NoDeposit => "No deposit provided.",
        Two1OpenRejection.NoScript => "No redeem script provided.",
        Two1OpenRejection.DepositMalformed => "The deposit is not a transaction.",
        Two1OpenRejection.ScriptMalformed => "Invalid payment channel redeem script.",
        Two1OpenRejection.ExpiryUnsound => "Transaction locktime cannot be enforced: it has to be before 2038-01-19.",
        Two1OpenRejection.KeysEqual => "Merchant and customer need keys of their own.",
        Two1OpenRejection.DepositMissing => "Deposit does not pay to the provided script hash.",
        Two1OpenRejection.DepositAmbiguous => "Deposit pays to the provided script hash more than once.",
        Two1OpenRejection.KeyForeign => "Public key does not belong to the merchant.",
        Two1OpenRejection.DepositUsed => "That deposit has already been used to create a channel.",
        Two1OpenRejection.ExpiryTooSoon => "Transaction locktime must be further in the future.",
        Two1OpenRejection.ExpiryTooFar => "Transaction locktime is too far in the future.",
        Two1OpenRejection.DepositTooSmall => "Deposit is too small.",
        Two1OpenRejection.DepositTooLarge => "Deposit is too large.",
        Two1OpenRejection.TooManyPending => "Too many deposits are waiting to be confirmed.",
        Two1OpenRejection.DepositUnminable => "Deposit would not be accepted by the network.",
        Two1OpenRejection.Draining => "No new payment channels are opened.",
        Two1OpenRejection.ChainUnavailable => "Blockchain is not available.",
        _ => throw new UnreachableException(reason.ToString()),
    };

    /// <param name="reason">Why.</param>
    /// <param name="policy">Names the least output.</param>
    public static string Of(Two1PaymentRejection reason, Two1Policy policy) => reason switch
    {
        Two1PaymentRejection.NoPayment => "No payment provided.",
        Two1PaymentRejection.Malformed => "The payment is not a transaction.",
        Two1PaymentRejection.ChannelUnknown => "Related channel not found.",
        Two1PaymentRejection.ScriptMalformed => "Invalid payment channel redeem script.",
        Two1PaymentRejection.MerchantKeyOther => "Invalid merchant pubkey.",
        Two1PaymentRejection.SignatureInvalid => "Invalid payment signature.",
        Two1PaymentRejection.StructureInvalid => "Invalid payment channel transaction structure.",
        Two1PaymentRejection.ChannelPending => "Payment channel not ready.",
        Two1PaymentRejection.ChannelClosed => "Payment channel closed.",
        Two1PaymentRejection.ChainSilent => "Blockchain is not available.",
        Two1PaymentRejection.MerchantUnpaid => "Payment must pay to merchant pubkey.",
        Two1PaymentRejection.TotalTooSmall => $"Initial payment must be greater than {policy.MinOutput.Satoshi}.",
        Two1PaymentRejection.RestTooSmall => "Payment channel balance is not large enough to make payment.",
        Two1PaymentRejection.TotalNotRaised => "Payment must be greater than 0.",
        Two1PaymentRejection.FeeTooLow => "Payment must have adequate fees.",
        Two1PaymentRejection.ScriptOther => "Invalid redeem script.",
        Two1PaymentRejection.SignatureHighS => "Invalid payment signature: its S value is unnecessarily high.",
        Two1PaymentRejection.FeeTooHigh => "Payment has excessive fees.",
        Two1PaymentRejection.TooManyUnredeemed => "Too many payments have not been redeemed.",
        _ => throw new UnreachableException(reason.ToString()),
    };

    public static string Of(Two1CloseRejection reason) => reason switch
    {
        Two1CloseRejection.NoSignature => "No signature provided.",
        Two1CloseRejection.ChannelUnknown => "Related channel not found.",
        Two1CloseRejection.Malformed => "decoding with 'hex_codec' codec failed (Error: Non-hexadecimal digit found)",
        Two1CloseRejection.NothingPaid => "No payments made in channel.",
        Two1CloseRejection.SignatureInvalid => "Invalid signature.",
        Two1CloseRejection.ChannelPending => "Payment channel not ready.",
        Two1CloseRejection.ChannelGone => "Payment channel closed.",
        Two1CloseRejection.ChannelHeld => "Payment channel is held: make a payment first.",
        _ => throw new UnreachableException(reason.ToString()),
    };

    public static string Of(Two1TokenRejection reason) => reason switch
    {
        Two1TokenRejection.Unknown => "PaymentChannelNotFoundError('Payment not found.')",
        Two1TokenRejection.ChannelPending => "ChannelClosedError('Payment channel not ready.')",
        Two1TokenRejection.ChannelGone => "ChannelClosedError('Payment channel closed.')",
        Two1TokenRejection.Redeemed => "RedeemPaymentError('Payment already redeemed.')",
        Two1TokenRejection.UnderWay => "RedeemPaymentError('Payment is being redeemed.')",
        _ => throw new UnreachableException(reason.ToString()),
    };

    /// <summary>As Python tells of text that is no hex; null where it is.</summary>
    public static string? HexFault(string text)
    {
        var bad = text.AsSpan().IndexOfAnyExcept(s_hex);
        return bad < 0 && text.Length % 2 == 0 ? null : $"non-hexadecimal number found in fromhex() arg at position {(bad < 0 ? text.Length : bad)}";
    }
}

using System.Buffers;
using System.Diagnostics;

namespace BtcChannels.Two1;

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

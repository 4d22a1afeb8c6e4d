using Secp256k1;

namespace BtcChannels.Paywall;

/// <summary>What a credential asks for, as far as its form goes; the meaning is judged elsewhere.</summary>
public abstract record PaymentPayload
{
    private protected PaymentPayload() { }
}

/// <summary>Shows a deposit.</summary>
/// <param name="ChannelId">The deposit's outpoint.</param>
/// <param name="Offer">The offer's token.</param>
/// <param name="DepositTx">The raw transaction, hex.</param>
/// <param name="CustomerKey">Compressed, hex.</param>
/// <param name="ChangeScript">Where the customer's share goes, hex.</param>
/// <param name="Expiry">When the customer may take the deposit back; the redeem script follows from it, with the offer and the customer's key.</param>
public sealed record OpenPayload(ChannelId ChannelId, string Offer, string DepositTx, string CustomerKey, string ChangeScript, long Expiry) : PaymentPayload;

/// <summary>Raises the total.</summary>
public sealed record VoucherPayload(ChannelId ChannelId, SignedPayment Payment) : PaymentPayload;

/// <summary>Asks to close at this total.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="Payment">What the close pays the merchant; a total of 0 is possible.</param>
/// <param name="Time">UNIX seconds.</param>
/// <param name="Authorization">The customer's over origin, channel, <see cref="ChannelAction.Close"/> and time.</param>
public sealed record ClosePayload(ChannelId ChannelId, SignedPayment Payment, long Time, Signature Authorization) : PaymentPayload;

/// <summary>Something that this project does not know: another action, or a payload of another method.</summary>
/// <param name="Action">Its name; empty where there is none.</param>
public sealed record UnsupportedPayload(string Action) : PaymentPayload;

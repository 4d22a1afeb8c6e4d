using System.Buffers;
using System.Text;
using System.Text.Json;
using Secp256k1;

namespace BtcChannels.Paywall;

/// <summary>The members of a payload, whatever its action.</summary>
internal ref struct PayloadFields
{
    // A channel id: 64 digits, a hyphen, up to 10 digits.
    private const int MaxChannelIdLength = 75;

    // As high as every reader of JSON counts exactly (RFC 7493, 2.2).
    private const long MaxNumber = (1L << 53) - 1;

    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);

    public bool IsBroken;
    public Field Action;
    public Field ChannelId;
    public Field CumulativeAmount;
    public Field Signature;
    public Field Offer;
    public Field DepositTx;
    public Field CustomerKey;
    public Field ChangeScript;
    public Field Authorization;
    public Field Expiry;
    public Field Time;

    /// <summary>The payload, or null where a member that its action needs is missing or not what it has to be.</summary>
    public readonly PaymentPayload? Judge()
    {
        if (IsBroken || Action.Type != JsonTokenType.String) return null;
        if (Action.Utf8.SequenceEqual("voucher"u8))
            return TryReadChannel(out var channel) && TryReadPayment(out var payment) ? new VoucherPayload(channel!, payment!) : null;
        if (Action.Utf8.SequenceEqual("open"u8)) return Open();
        if (Action.Utf8.SequenceEqual("close"u8)) return Close();
        return Unsupported();
    }

    public readonly UnsupportedPayload Unsupported() => new(Action.Type == JsonTokenType.String ? Encoding.UTF8.GetString(Action.Utf8) : "");

    private readonly OpenPayload? Open() =>
        TryReadChannel(out var channel) && TryReadNumber(Expiry, out var expiry)
        && (Offer.Type, DepositTx.Type, CustomerKey.Type, ChangeScript.Type) == (JsonTokenType.String, JsonTokenType.String, JsonTokenType.String, JsonTokenType.String)
            ? new(channel!, Text(Offer), Text(DepositTx), Text(CustomerKey), Text(ChangeScript), expiry)
            : null;

    private readonly ClosePayload? Close() =>
        TryReadChannel(out var channel) && TryReadPayment(out var payment) && TryReadNumber(Time, out var time) && TryReadSignature(Authorization, out var authorization)
            ? new(channel!, payment!, time, authorization)
            : null;

    private readonly bool TryReadChannel(out ChannelId? channel)
    {
        channel = null;
        if (ChannelId.Type != JsonTokenType.String || ChannelId.Utf8.Length > MaxChannelIdLength) return false;
        Span<char> text = stackalloc char[MaxChannelIdLength];
        for (var i = 0; i < ChannelId.Utf8.Length; i++) text[i] = (char)ChannelId.Utf8[i];
        return BtcChannels.ChannelId.TryParse(text[..ChannelId.Utf8.Length], out channel);
    }

    private readonly bool TryReadPayment(out SignedPayment? payment)
    {
        payment = null;
        if (CumulativeAmount.Type != JsonTokenType.String || !SatoshiText.TryRead(CumulativeAmount.Utf8, out var total) || !TryReadSignature(Signature, out var signature)) return false;
        payment = new(total, signature);
        return true;
    }

    private static bool TryReadSignature(Field field, out Signature signature)
    {
        Span<byte> compact = stackalloc byte[Secp256k1.Signature.CompactLength];
        signature = default;
        return field.Type == JsonTokenType.String && field.Utf8.Length == 2 * compact.Length && !field.Utf8.ContainsAnyExcept(s_hex)
            && Convert.FromHexString(field.Utf8, compact, out _, out _) == OperationStatus.Done && Secp256k1.Signature.TryParseCompact(compact, out signature);
    }

    private static bool TryReadNumber(Field field, out long number)
    {
        number = 0;
        return field.Type == JsonTokenType.Number && SatoshiText.TryReadNumber(field.Utf8, MaxNumber, out number);
    }

    private static string Text(Field field) => Encoding.UTF8.GetString(field.Utf8);
}

using System.Diagnostics.CodeAnalysis;
using NBitcoin;

namespace BtcChannels.Paywall;

/// <summary>The <c>request</c> of a challenge of method <c>bitcoin</c>, intent <c>session</c>: the price, and what channels have to be like.</summary>
/// <param name="Amount">The price of one unit.</param>
/// <param name="UnitType">What a unit is: <c>request</c>, <c>kilobyte</c>, <c>token</c> or whatever the merchant counts.</param>
/// <param name="SuggestedDeposit">The value of a deposit that makes sense here, satoshi; null if the merchant has no opinion.</param>
/// <param name="Network">The network's name: <c>main</c>, <c>test</c>, <c>testnet4</c>, <c>signet</c> or <c>regtest</c>.</param>
/// <param name="Channels">The path of the merchant's direct door on the same origin, as <c>/channels/v1</c>.</param>
/// <param name="MinDeposit">The least value of a deposit, satoshi.</param>
/// <param name="MinConfirmations">How deep the deposit has to lie before vouchers are taken.</param>
/// <param name="CloseFee">What closing a channel that is opened now pays the miners, about, satoshi; the offer's binds.</param>
/// <param name="Kinds">The kinds of channel that the merchant takes: <c>p2sh</c>.</param>
/// <param name="ChannelId">A channel that is known to belong to the caller and can be paid in; null where none is known.</param>
/// <param name="PayoutScript">The merchant's output script of that channel.</param>
public sealed record SessionRequest(
    MilliSatoshi Amount, string UnitType, Money? SuggestedDeposit, string Network, string Channels, Money MinDeposit, int MinConfirmations, Money CloseFee,
    IReadOnlyList<string> Kinds, ChannelId? ChannelId = null, Script? PayoutScript = null)
{
    /// <summary>The unit of a plain price: one request.</summary>
    public const string RequestUnit = "request";

    /// <summary>What so many units cost.</summary>
    /// <exception cref="OverflowException">It is more than can be counted.</exception>
    public MilliSatoshi PriceOf(long units) => Amount.Times(units);

    /// <summary>Canonical JSON as base64url without padding.</summary>
    /// <exception cref="ArgumentException">A text has half a surrogate pair.</exception>
    public string Encode() => CanonicalJson.Encode(
        ("amount", Amount.ToDecimalString()),
        ("currency", PaymentScheme.Currency),
        ("unitType", UnitType),
        ("suggestedDeposit", SuggestedDeposit?.ToSatoshiText()),
        ("methodDetails", new (string, object?)[]
        {
            ("network", Network),
            ("channels", Channels),
            ("minDeposit", MinDeposit.ToSatoshiText()),
            ("minConfirmations", MinConfirmations),
            ("closeFee", CloseFee.ToSatoshiText()),
            ("kinds", Kinds),
            ("channelId", ChannelId?.ToString()),
            ("payoutScript", PayoutScript is null ? null : Hex.Write(PayoutScript.ToBytes())),
        }));

    /// <summary>Reads what <see cref="Encode"/> writes. Members that are unknown are passed over; ours are there once, of their type and in their one spelling.</summary>
    public static bool TryDecode(string? text, [NotNullWhen(true)] out SessionRequest? request)
    {
        request = null;
        if (!SchemeJson.TryDecode(text, SchemeJson.Default.WireSessionRequest, out var wire) || wire.MethodDetails is not { } details) return false;
        if (wire.Currency != PaymentScheme.Currency || !MilliSatoshi.TryParseDecimal(wire.Amount, out var amount) || wire.UnitType.Length == 0) return false;
        if (!TryReadOptional(wire.SuggestedDeposit, out var suggested) || !SatoshiText.TryRead(details.MinDeposit, out var minDeposit)
            || !SatoshiText.TryRead(details.CloseFee, out var closeFee) || details.MinConfirmations < 0)
            return false;
        if (details.Kinds.Contains(null!) || !details.Channels.StartsWith('/')) return false;
        ChannelId? channel = null;
        byte[]? script = null;
        if (details.ChannelId is not null && !BtcChannels.ChannelId.TryParse(details.ChannelId, out channel)) return false;
        if (details.PayoutScript is not null && !Hex.TryParse(details.PayoutScript, out script)) return false;
        request = new(
            amount, wire.UnitType, suggested, details.Network, details.Channels, minDeposit, details.MinConfirmations, closeFee, details.Kinds, channel,
            script is null ? null : new Script(script));
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(SessionRequest? other) =>
        other is not null && (Amount, UnitType, SuggestedDeposit, Network, Channels, MinDeposit, MinConfirmations) == (
            other.Amount, other.UnitType, other.SuggestedDeposit, other.Network, other.Channels, other.MinDeposit, other.MinConfirmations)
        && (CloseFee, ChannelId, PayoutScript) == (other.CloseFee, other.ChannelId, other.PayoutScript) && Kinds.SequenceEqual(other.Kinds);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Amount, UnitType, Network, MinDeposit, CloseFee, ChannelId);

    private static bool TryReadOptional(string? text, out Money? amount)
    {
        amount = null;
        if (text is null) return true;
        var isRead = SatoshiText.TryRead(text, out var read);
        amount = read;
        return isRead;
    }
}

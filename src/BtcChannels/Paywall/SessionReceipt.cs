using System.Diagnostics.CodeAnalysis;
using System.Text;
using NBitcoin;

namespace BtcChannels.Paywall;

/// <summary>What the merchant says of a paid answer: the <c>Payment-Receipt</c> field, and a stream's last event.</summary>
/// <param name="Timestamp">When; whole seconds travel.</param>
/// <param name="ChannelId">The channel, and the receipt's reference.</param>
/// <param name="ChallengeId">The challenge that was answered.</param>
/// <param name="AcceptedCumulative">What is authorized in the channel.</param>
/// <param name="Spent">What is spent of it, this answer included.</param>
/// <param name="Units">How many units this answer cost.</param>
/// <param name="Txid">The close, where it closed the channel.</param>
public sealed record SessionReceipt(
    DateTimeOffset Timestamp, ChannelId ChannelId, string ChallengeId, Money AcceptedCumulative, MilliSatoshi Spent, long Units, uint256? Txid = null)
{
    private const string Success = "success";

    /// <summary>Canonical JSON, as an event has it.</summary>
    public string ToJson() => CanonicalJson.Write(Members());

    /// <summary>The same as base64url without padding, as the field has it.</summary>
    public string Encode() => CanonicalJson.Encode(Members());

    /// <summary>Reads the field. Unknown members are passed over; false where ours are not what they have to be, or the receipt is of another method or no success.</summary>
    public static bool TryDecode(string? text, [NotNullWhen(true)] out SessionReceipt? receipt)
    {
        receipt = null;
        return SchemeJson.TryDecode(text, SchemeJson.Default.WireReceipt, out var wire) && TryRead(wire, out receipt);
    }

    /// <summary>Reads the event.</summary>
    /// <inheritdoc cref="TryDecode"/>
    public static bool TryReadJson(string? json, [NotNullWhen(true)] out SessionReceipt? receipt)
    {
        receipt = null;
        return json is not null && SchemeJson.TryRead(Encoding.UTF8.GetBytes(json), SchemeJson.Default.WireReceipt, out var wire) && TryRead(wire, out receipt);
    }

    private (string, object?)[] Members()
    {
        var channel = ChannelId.ToString();
        return
        [
            ("acceptedCumulative", AcceptedCumulative.ToSatoshiText()),
            ("challengeId", ChallengeId),
            ("channelId", channel),
            ("intent", PaymentScheme.Intent),
            ("method", PaymentScheme.Method),
            ("reference", channel),
            ("spent", Spent.ToDecimalString()),
            ("status", Success),
            ("timestamp", PaymentChallenge.WriteTime(Timestamp)),
            ("txid", Txid?.ToString()),
            ("units", Units),
        ];
    }

    private static bool TryRead(WireReceipt wire, [NotNullWhen(true)] out SessionReceipt? receipt)
    {
        receipt = null;
        if ((wire.Status, wire.Method, wire.Intent) != (Success, PaymentScheme.Method, PaymentScheme.Intent) || wire.Reference != wire.ChannelId) return false;
        if (!BtcChannels.ChannelId.TryParse(wire.ChannelId, out var channel) || !PaymentChallenge.TryReadTime(wire.Timestamp, out var time)) return false;
        if (!SatoshiText.TryRead(wire.AcceptedCumulative, out var accepted) || !MilliSatoshi.TryParseDecimal(wire.Spent, out var spent) || wire.Units < 0) return false;
        uint256? txid = null;
        if (wire.Txid is not null && (wire.Txid.Length != 64 || !Hex.IsLowerCase(wire.Txid) || !uint256.TryParse(wire.Txid, out txid))) return false;
        receipt = new(time, channel, wire.ChallengeId, accepted, spent, wire.Units, txid);
        return true;
    }
}

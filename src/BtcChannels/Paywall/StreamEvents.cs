using System.Diagnostics.CodeAnalysis;
using System.Text;
using NBitcoin;

namespace BtcChannels.Paywall;

/// <summary>The events that a paid stream of Server-Sent Events has among its own.</summary>
public static class StreamEvents
{
    /// <summary>The stream pauses until it is paid for; its data is a <see cref="NeedVoucher"/>.</summary>
    public const string NeedVoucher = "payment-need-voucher";

    /// <summary>The last event; its data is <see cref="SessionReceipt.ToJson"/>.</summary>
    public const string Receipt = "payment-receipt";
}

/// <summary>What a stream that pauses asks for.</summary>
/// <param name="ChannelId">The channel that it is paid in.</param>
/// <param name="RequiredCumulative">The least total that lets it go on, satoshi.</param>
/// <param name="AcceptedCumulative">What is authorized now, satoshi.</param>
/// <param name="Deposit">The highest total that the channel can carry, satoshi: its capacity.</param>
public sealed record NeedVoucher(ChannelId ChannelId, Money RequiredCumulative, Money AcceptedCumulative, Money Deposit)
{
    /// <summary>Canonical JSON.</summary>
    public string ToJson() => CanonicalJson.Write(
        ("channelId", ChannelId.ToString()),
        ("requiredCumulative", RequiredCumulative.ToSatoshiText()),
        ("acceptedCumulative", AcceptedCumulative.ToSatoshiText()),
        ("deposit", Deposit.ToSatoshiText()));

    /// <summary>Reads it; unknown members are passed over.</summary>
    public static bool TryReadJson(string? json, [NotNullWhen(true)] out NeedVoucher? need)
    {
        need = null;
        if (json is null || !SchemeJson.TryRead(Encoding.UTF8.GetBytes(json), SchemeJson.Default.WireNeedVoucher, out var wire)) return false;
        if (!BtcChannels.ChannelId.TryParse(wire.ChannelId, out var channel) || !SatoshiText.TryRead(wire.RequiredCumulative, out var required)
            || !SatoshiText.TryRead(wire.AcceptedCumulative, out var accepted) || !SatoshiText.TryRead(wire.Deposit, out var deposit))
            return false;
        need = new(channel, required, accepted, deposit);
        return true;
    }
}

namespace BtcChannels.AspNetCore;

/// <summary>A voucher and a reservation that are judged good, and on their way to disk.</summary>
internal sealed record TakenAhead(ChannelId Id, KeptChannel Kept, KeptChannel.Begun<ChargeOutcome> Begun, SignedPayment Voucher, Reservation Cost);

/// <summary>What was taken ahead did not reach the disk, since something else changed the channel first, and is not good there any more: nothing of it may leave.</summary>
internal sealed class ChargeLostException(ChargeOutcome outcome) : Exception("The channel has changed while this was served, and cannot pay for it any more")
{
    public ChargeOutcome Outcome { get; } = outcome;
}

using BtcChannels.Two1;

namespace BtcChannels;

/// <summary>What the versions of a <see cref="PayableChannel"/> share: what payments do not change, but by the two1 door.</summary>
internal sealed class PayableFrame
{
    public PayableFrame(MerchantChannel channel)
    {
        (Id, PayoutIndex, Expiry) = (channel.Id, channel.PayoutIndex, channel.Terms.Expiry);
        (IsUnmined, IsHeld) = (channel.DepositHeight is null, channel.IsHeld);
        Template = new PaymentTemplate(channel);
        Obstacle = channel.State switch
        {
            MerchantState.Open => null,
            MerchantState.Pending => PaymentRejection.ChannelPending,
            _ => PaymentRejection.ChannelClosed,
        };
        if (channel.Two1 is { } two1) Two1 = new(channel.Terms, channel.Deposit, two1.Unredeemed);
    }

    private PayableFrame(PayableFrame before, Two1Payable two1)
    {
        (Id, PayoutIndex, Expiry, Obstacle, IsUnmined, IsHeld) = (before.Id, before.PayoutIndex, before.Expiry, before.Obstacle, before.IsUnmined, before.IsHeld);
        (Two1, Template) = (two1, before.Template.With(two1.Deposit.Value - two1.Terms.CloseFee));
    }

    public ChannelId Id { get; }

    public uint PayoutIndex { get; }

    public Expiry Expiry { get; }

    public PaymentTemplate Template { get; }

    public PaymentRejection? Obstacle { get; }

    public bool IsUnmined { get; }

    public bool IsHeld { get; }

    public Two1Payable? Two1 { get; }

    public PayableFrame With(Two1Payable two1) => new(this, two1);
}

using NBitcoin;

namespace BtcChannels;

/// <summary>What becomes of a customer's wish to close.</summary>
public abstract record CloseOutcome
{
    private CloseOutcome() { }

    /// <summary>The channel is to be closed with this payment.</summary>
    public sealed record Granted(SignedPayment Payment) : CloseOutcome;

    /// <summary>It is closing or closed: the same answer again, whatever total is asked now.</summary>
    public sealed record AlreadyClosing(MerchantChannel Same) : CloseOutcome;

    public sealed record Refused(CloseRejection Reason) : CloseOutcome;
}

/// <summary>Judges what a customer asks to close with; pure.</summary>
public static class CloseJudge
{
    /// <param name="channel">The channel.</param>
    /// <param name="lower">A payment with a total from what was spent, and what requests under way may still cost, up to what is authorized; null to close at the newest one.</param>
    public static CloseOutcome Judge(MerchantChannel channel, SignedPayment? lower) => channel.State switch
    {
        MerchantState.Closing or MerchantState.Closed => new CloseOutcome.AlreadyClosing(channel),
        // Nothing is countersigned that spends what is not mined: a double spend would leave it to be sent for ever.
        MerchantState.Pending or MerchantState.Open when channel.State is MerchantState.Pending || channel.DepositHeight is null => new CloseOutcome.Refused(CloseRejection.ChannelPending),
        MerchantState.Abandoned or MerchantState.Refunded => new CloseOutcome.Refused(CloseRejection.ChannelGone),
        _ when channel.IsHeld => new CloseOutcome.Refused(CloseRejection.ChannelHeld),
        _ => (lower ?? channel.Balance.Newest) is not { } payment ? new CloseOutcome.Refused(CloseRejection.NothingAuthorized)
            : payment != channel.Balance.Newest && Fault(channel, payment) is { } reason ? new CloseOutcome.Refused(reason)
            : new CloseOutcome.Granted(payment),
    };

    private static CloseRejection? Fault(MerchantChannel channel, SignedPayment payment) =>
        payment.Total < channel.Balance.Taken.RoundedUp ? CloseRejection.TotalBelowSpent
        : payment.Total > channel.Balance.Authorized ? CloseRejection.TotalAboveAuthorized
        : payment.Total != Money.Zero && payment.Total.Satoshi < StandardScript.DustThreshold(channel.PayoutScript).Satoshi ? CloseRejection.TotalBelowDust
        : !payment.Signature.IsLowS ? CloseRejection.SignatureHighS
        : !channel.IsSigned(payment) ? CloseRejection.SignatureInvalid
        : null;
}

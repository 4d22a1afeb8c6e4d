using NBitcoin;

namespace BtcChannels;

/// <summary>What becomes of a payment.</summary>
public abstract record PaymentOutcome
{
    private PaymentOutcome() { }

    /// <summary>It is good. It may be answered once <paramref name="Next"/> is stored.</summary>
    public sealed record Accepted(MerchantChannel Next) : PaymentOutcome;

    /// <summary>It is the newest accepted one again, to the byte: the same answer, in every state.</summary>
    public sealed record AlreadyAccepted(MerchantChannel Same) : PaymentOutcome;

    public sealed record Refused(PaymentRejection Reason) : PaymentOutcome;
}

/// <summary>Judges payments; pure.</summary>
public static class PaymentJudge
{
    public static PaymentOutcome Judge(MerchantChannel channel, SignedPayment payment, Moment now, MerchantPolicy policy)
    {
        if (payment == channel.Balance.Newest) return new PaymentOutcome.AlreadyAccepted(channel);
        if (Fault(channel, payment, now, policy) is { } reason) return new PaymentOutcome.Refused(reason);
        var spent = policy.PaymentsAreSpent ? MilliSatoshi.Of(payment.Total) : channel.Balance.Spent;
        return new PaymentOutcome.Accepted(channel with { Balance = new Balance(payment, spent) });
    }

    private static PaymentRejection? Fault(MerchantChannel channel, SignedPayment payment, Moment now, MerchantPolicy policy) =>
        channel.State is MerchantState.Pending ? PaymentRejection.ChannelPending
        : channel.State is not MerchantState.Open ? PaymentRejection.ChannelClosed
        : now.ChainSilence > policy.MaxChainSilence ? PaymentRejection.ChainSilent
        : channel.Terms.Expiry.IsWithin(policy.CloseMargin, now) ? PaymentRejection.ExpiryTooNear
        : payment.Total <= channel.Balance.Authorized ? PaymentRejection.TotalNotRaised
        : payment.Total > channel.Capacity ? PaymentRejection.TotalOverCapacity
        : payment.Total.Satoshi < channel.Template.MerchantDust ? PaymentRejection.TotalBelowDust
        : !payment.Signature.IsLowS ? PaymentRejection.SignatureHighS
        : !channel.IsSigned(payment) ? PaymentRejection.SignatureInvalid
        : null;
}

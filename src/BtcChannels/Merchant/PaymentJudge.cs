namespace BtcChannels;

/// <summary>Judges payments; pure. Of several faults the first of <see cref="PaymentRejection"/> is the answer.</summary>
public static class PaymentJudge
{
    public static PaymentOutcome Judge(PayableChannel channel, SignedPayment payment, Moment now, MerchantPolicy policy) =>
        Judge(channel, payment, now, policy, isSignatureKnown: false);

    /// <summary>The same for a payment that was accepted for another version of the channel: its signature is good, and is not verified again.</summary>
    public static PaymentOutcome JudgeAgain(PayableChannel channel, SignedPayment payment, Moment now, MerchantPolicy policy) =>
        Judge(channel, payment, now, policy, isSignatureKnown: true);

    private static PaymentOutcome Judge(PayableChannel channel, SignedPayment payment, Moment now, MerchantPolicy policy, bool isSignatureKnown)
    {
        if (payment == channel.Balance.Newest) return new PaymentOutcome.AlreadyAccepted(channel);
        var fault = Fault(channel, payment, now, policy) ?? (isSignatureKnown ? null : SignatureFault(channel, payment));
        if (fault is { } reason) return new PaymentOutcome.Refused(reason);
        // What is reserved is for something else, which is still to be paid for.
        var spent = policy.PaymentsAreSpent ? MilliSatoshi.Of(payment.Total) - channel.Balance.Reserved.Total : channel.Balance.Spent;
        return new PaymentOutcome.Accepted(channel.With(new Balance(payment, spent, channel.Balance.Reserved), now));
    }

    private static PaymentRejection? Fault(PayableChannel channel, SignedPayment payment, Moment now, MerchantPolicy policy) =>
        channel.Obstacle is { } obstacle ? obstacle
        : now.ChainSilence > policy.MaxChainSilence ? PaymentRejection.ChainSilent
        : channel.Expiry.IsWithin(policy.CloseMargin, now) ? PaymentRejection.ExpiryTooNear
        : payment.Total <= channel.Balance.Authorized ? PaymentRejection.TotalNotRaised
        : payment.Total > channel.Capacity ? PaymentRejection.TotalOverCapacity
        : payment.Total.Satoshi < channel.MerchantDust ? PaymentRejection.TotalBelowDust
        : null;

    internal static PaymentRejection? SignatureFault(PayableChannel channel, SignedPayment payment) =>
        !payment.Signature.IsLowS ? PaymentRejection.SignatureHighS
        : !channel.IsSigned(payment) ? PaymentRejection.SignatureInvalid
        : null;
}

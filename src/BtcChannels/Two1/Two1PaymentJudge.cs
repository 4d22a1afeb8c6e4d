using NBitcoin;

namespace BtcChannels.Two1;

/// <summary>Judges payments by the two1 door; pure. Of several faults the first of <see cref="Two1PaymentRejection"/> is the answer, in 21's order.</summary>
public static class Two1PaymentJudge
{
    /// <param name="channel">The channel.</param>
    /// <param name="payment">What was sent.</param>
    /// <param name="now">Clock and chain.</param>
    /// <param name="policy">The merchant's.</param>
    /// <param name="isSignatureKnown">The payment was found good for another version of the channel.</param>
    public static Two1PaymentOutcome Judge(PayableChannel channel, Two1Payment payment, Moment now, MerchantPolicy policy, bool isSignatureKnown)
    {
        if (channel.Two1 is not { } two1) return new Two1PaymentOutcome.Refused(Two1PaymentRejection.ChannelUnknown);
        var read = Read(payment, two1);
        if (read is not null && read.Payment == channel.Balance.Newest && read.Fee == two1.Terms.CloseFee) return new Two1PaymentOutcome.AlreadyAccepted(channel);
        var next = read is null ? null : Next(channel, two1, read, now);
        // What is built by the rules is verified the fast way; what is not is wrong in any case, and only its first fault is looked for.
        var isSigned = isSignatureKnown || (next is not null ? next.IsSigned(read!.Payment with { Signature = read.Payment.Signature.Normalize() }) : payment.IsSigned);
        if (Fault(channel, two1, payment, read, isSigned, now, policy) is { } reason) return new Two1PaymentOutcome.Refused(reason);
        var amount = read!.Payment.Total - channel.Balance.Authorized;
        return new Two1PaymentOutcome.Accepted(next!, new PaymentToken(payment.Transaction.GetHash(), amount, now.Clock, IsRedeemed: false));
    }

    private static HalfSignedPayment? Read(Two1Payment payment, Two1Payable two1) =>
        payment.Script is { } script && IsScriptOf(script, two1.Terms) && HalfSignedPayment.TryRead(payment.Transaction, script, two1.Deposit, out var read) ? read : null;

    private static bool IsScriptOf(Two1Script script, ChannelTerms terms) =>
        script.IsSound && script.Expiry == terms.Expiry.Value && script.MerchantKey == terms.MerchantKey && script.CustomerKey == terms.CustomerKey;

    private static PayableChannel Next(PayableChannel channel, Two1Payable two1, HalfSignedPayment read, Moment now)
    {
        var terms = two1.Terms;
        if (read.Fee != terms.CloseFee) terms = new ChannelTerms(terms.Kind, terms.MerchantKey, terms.CustomerKey, terms.Expiry, read.Fee);
        // A lower total is refused later, and is no balance.
        var balance = read.Payment.Total > channel.Balance.Authorized ? new Balance(read.Payment, channel.Balance.Spent, channel.Balance.Reserved) : channel.Balance;
        return channel.With(balance, two1 with { Terms = terms, Unredeemed = two1.Unredeemed + 1 }, now);
    }

    private static Two1PaymentRejection? Fault(
        PayableChannel channel, Two1Payable two1, Two1Payment payment, HalfSignedPayment? read, bool isSigned, Moment now, MerchantPolicy policy)
    {
        if (payment.Script is not { } script) return Two1PaymentRejection.ScriptMalformed;
        if (script.MerchantKey != two1.Terms.MerchantKey) return Two1PaymentRejection.MerchantKeyOther;
        if (!isSigned) return Two1PaymentRejection.SignatureInvalid;
        if (read is null && !payment.HasShape) return Two1PaymentRejection.StructureInvalid;
        if (channel.Obstacle is { } obstacle) return obstacle == PaymentRejection.ChannelPending ? Two1PaymentRejection.ChannelPending : Two1PaymentRejection.ChannelClosed;
        if (now.ChainSilence > policy.MaxChainSilence) return Two1PaymentRejection.ChainSilent;
        if (channel.Expiry.IsWithin(policy.CloseMargin, now)) return Two1PaymentRejection.ChannelClosed;
        return AmountFault(channel, two1, payment.Transaction, policy.Two1)
            ?? (!IsScriptOf(script, two1.Terms) ? Two1PaymentRejection.ScriptOther
            : read is null ? Two1PaymentRejection.StructureInvalid
            : !read.Payment.Signature.IsLowS ? Two1PaymentRejection.SignatureHighS
            : read.Fee > policy.Two1.MaxFee ? Two1PaymentRejection.FeeTooHigh
            : two1.Unredeemed >= policy.Two1.MaxUnredeemed ? Two1PaymentRejection.TooManyUnredeemed
            : null);
    }

    /// <summary>Of any transaction: nobody has checked yet that its amounts are money.</summary>
    private static Two1PaymentRejection? AmountFault(PayableChannel channel, Two1Payable two1, Transaction payment, Two1Policy policy)
    {
        var merchant = HalfSignedPayment.MerchantScript(two1.Terms);
        var toMerchant = payment.Outputs.FirstOrDefault(output => output.ScriptPubKey == merchant);
        if (toMerchant is null) return Two1PaymentRejection.MerchantUnpaid;
        var total = toMerchant.Value.Satoshi;
        if (total < policy.MinOutput.Satoshi) return Two1PaymentRejection.TotalTooSmall;
        if (payment.Outputs.Any(output => !ReferenceEquals(output, toMerchant) && output.Value < policy.MinOutput)) return Two1PaymentRejection.RestTooSmall;
        if (total <= channel.Balance.Authorized.Satoshi) return Two1PaymentRejection.TotalNotRaised;
        var paid = payment.Outputs.Aggregate((Int128)0, (sum, output) => sum + output.Value.Satoshi);
        return two1.Deposit.Value.Satoshi - paid < policy.MinFee.Satoshi ? Two1PaymentRejection.FeeTooLow : null;
    }
}

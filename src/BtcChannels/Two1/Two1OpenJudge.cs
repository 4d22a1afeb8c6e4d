using NBitcoin;

namespace BtcChannels.Two1;

/// <summary>What becomes of a wish to open by the two1 door, as far as it can be told without asking store or node.</summary>
public abstract record Two1OpenOutcome
{
    private Two1OpenOutcome() { }

    /// <param name="Terms">With the least fee, until a payment chooses its own.</param>
    /// <param name="Deposit">The output.</param>
    /// <param name="Day">Of the merchant's key.</param>
    public sealed record Acceptable(ChannelTerms Terms, Deposit Deposit, uint Day) : Two1OpenOutcome;

    public sealed record Refused(Two1OpenRejection Reason) : Two1OpenOutcome;
}

/// <summary>Judges it; pure. Of several faults the first of <see cref="Two1OpenRejection"/> is the answer.</summary>
public static class Two1OpenJudge
{
    // A key may be used a little after it was handed out.
    private const uint DaysBehind = 2;

    /// <summary>What can be told of deposit and script themselves. What comes before, and whether the deposit was used, is for others: <see cref="JudgeTimes"/> goes on after it.</summary>
    public static Two1OpenOutcome Match(Transaction deposit, Script redeemScript, Two1Days days, Moment now, MerchantPolicy policy)
    {
        if (!Two1Script.TryRead(redeemScript, out var script)) return Refused(Two1OpenRejection.ScriptMalformed);
        if (!script.IsSound) return Refused(Two1OpenRejection.ExpiryUnsound);
        if (HalfSignedPayment.TermsOf(script, policy.Two1.MinFee) is not { } terms) return Refused(Two1OpenRejection.KeysEqual);
        return Deposit.Find(deposit, terms) switch
        {
            DepositSearch.Found found => days.Find(script.MerchantKey, Two1Days.DayOf(now.Clock), (uint)Math.Ceiling(policy.MaxDuration.TotalDays) + DaysBehind) is { } day
                ? new Two1OpenOutcome.Acceptable(terms, found.Deposit, day) : Refused(Two1OpenRejection.KeyForeign),
            DepositSearch.Several => Refused(Two1OpenRejection.DepositAmbiguous),
            _ => Refused(Two1OpenRejection.DepositMissing),
        };
    }

    /// <summary>What is left once it is known that the deposit was not used.</summary>
    public static Two1OpenRejection? JudgeTimes(ChannelTerms terms, Deposit deposit, Moment now, MerchantPolicy policy)
    {
        var left = (long)terms.Expiry.Value - now.Latest;
        return left < (long)policy.Two1.LeastDuration(policy).TotalSeconds - 1 ? Two1OpenRejection.ExpiryTooSoon
            : left > (long)policy.MaxDuration.TotalSeconds ? Two1OpenRejection.ExpiryTooFar
            : deposit.Value < policy.Two1.MinDeposit(policy) ? Two1OpenRejection.DepositTooSmall
            : deposit.Value > policy.MaxDeposit ? Two1OpenRejection.DepositTooLarge
            : null;
    }

    private static Two1OpenOutcome.Refused Refused(Two1OpenRejection reason) => new(reason);
}

using NBitcoin;

namespace BtcChannels;

/// <summary>What a customer accepts of a merchant.</summary>
public sealed record CustomerPolicy
{
    /// <summary>The most that the close may cost, satoshi. Default 50,000.</summary>
    public Money MaxCloseFee { get; init; } = Money.Satoshis(50_000);

    /// <summary>The most of a deposit that the close may cost, percent, 1 to 100. Default 25.</summary>
    public int MaxCloseFeePercent { get; init; } = 25;

    /// <summary>The longest that the money may be tied up. Default 60 days.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromDays(60);

    /// <summary>The most confirmations to wait for. Default 6.</summary>
    public int MaxConfirmations { get; init; } = 6;
}

/// <summary>Why an offer is not taken up, in the order checked.</summary>
public enum OfferRejection
{
    /// <summary>The offer's deadline has passed.</summary>
    Expired,

    /// <summary>The close would cost more than policy allows.</summary>
    CloseFeeTooHigh,

    /// <summary>The merchant waits for more confirmations than policy allows.</summary>
    TooManyConfirmations,

    /// <summary>The merchant does not take a deposit of this size.</summary>
    DepositOutOfBounds,

    /// <summary>The merchant does not take this expiry.</summary>
    ExpiryOutOfBounds,

    /// <summary>The money would be tied up for longer than policy allows.</summary>
    DurationTooLong,
}

/// <summary>Checks a merchant's terms before anything is funded; pure.</summary>
public static class OfferJudge
{
    /// <param name="offer">The merchant's.</param>
    /// <param name="deposit">What would be paid in, satoshi: capacity and close fee.</param>
    /// <param name="expiry">The expiry wanted, by time.</param>
    /// <param name="now">The later of clock and chain, UNIX seconds.</param>
    /// <param name="policy">The customer's.</param>
    public static OfferRejection? Fault(Offer offer, Money deposit, Expiry expiry, long now, CustomerPolicy policy) =>
        now > offer.Deadline ? OfferRejection.Expired
        : offer.CloseFee <= Money.Zero || offer.CloseFee > policy.MaxCloseFee || offer.CloseFee * 100 > deposit * policy.MaxCloseFeePercent ? OfferRejection.CloseFeeTooHigh
        : offer.Confirmations > policy.MaxConfirmations ? OfferRejection.TooManyConfirmations
        : deposit < offer.MinDeposit || deposit > offer.MaxDeposit ? OfferRejection.DepositOutOfBounds
        : !expiry.IsTime || expiry.Value < offer.MinExpiry || expiry.Value > offer.MaxExpiry ? OfferRejection.ExpiryOutOfBounds
        : expiry.Value > now + (long)policy.MaxDuration.TotalSeconds ? OfferRejection.DurationTooLong
        : null;
}

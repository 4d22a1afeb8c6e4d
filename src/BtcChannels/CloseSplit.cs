using NBitcoin;

namespace BtcChannels;

/// <summary>Who gets what of a deposit, satoshi. A share below its dust threshold is no output: it goes to the fee.</summary>
public sealed record CloseSplit
{
    private CloseSplit(Money deposit, Money closeFee, Money toMerchant, Money toCustomer)
    {
        (ToMerchant, ToCustomer, Fee) = (toMerchant, toCustomer, deposit - toMerchant - toCustomer);
        if (ToMerchant < Money.Zero || ToCustomer < Money.Zero || Fee < closeFee)
            throw new InvalidOperationException($"Value appeared: {deposit.Satoshi} sat became {toMerchant.Satoshi}, {toCustomer.Satoshi} and fee {Fee.Satoshi}");
    }

    public Money ToMerchant { get; }
    public Money ToCustomer { get; }

    /// <summary>What the miners get: the agreed fee, and a share that would have been dust.</summary>
    public Money Fee { get; }

    /// <param name="total">The merchant's cumulative total, 0 to the capacity.</param>
    /// <exception cref="ArgumentOutOfRangeException">The total is negative or above the capacity.</exception>
    public static CloseSplit Of(Money deposit, Money closeFee, Money total, Script merchantScript, Script customerScript)
    {
        var capacity = deposit - closeFee;
        if (total < Money.Zero || total > capacity)
            throw new ArgumentOutOfRangeException(nameof(total), $"{total.Satoshi} sat is outside 0 to {capacity.Satoshi}");
        return new(deposit, closeFee, NotDust(total, merchantScript), NotDust(capacity - total, customerScript));
    }

    private static Money NotDust(Money share, Script script) => share < StandardScript.DustThreshold(script) ? Money.Zero : share;
}

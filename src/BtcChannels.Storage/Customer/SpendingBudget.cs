using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>The most that may be authorized in answer to challenges, satoshi; null for no bound.</summary>
/// <param name="PerMerchant">To one merchant, ever.</param>
/// <param name="PerDay">To all of them, from midnight to midnight UTC.</param>
/// <param name="Total">To all of them, ever.</param>
public sealed record SpendingBudget(Money? PerMerchant, Money? PerDay, Money? Total)
{
    /// <summary>Whether so much more holds; <see cref="SpendOutcome.Written"/> where it does.</summary>
    public SpendOutcome Judge(SpendingTotals so, Money raise) =>
        IsOver(so.ToMerchant + raise, PerMerchant) ? SpendOutcome.OverMerchant
        : IsOver(so.OnDay + raise, PerDay) ? SpendOutcome.OverDay
        : IsOver(so.Total + raise, Total) ? SpendOutcome.OverTotal
        : SpendOutcome.Written;

    private static bool IsOver(Money spent, Money? most) => most is not null && spent > most;
}

/// <summary>What was authorized in answer to challenges, satoshi.</summary>
public sealed record SpendingTotals(Money ToMerchant, Money OnDay, Money Total);

/// <summary>What came of asking for money within a budget, in the order checked.</summary>
public enum SpendOutcome
{
    /// <summary>The payment is on disk, and counted.</summary>
    Written,

    /// <summary>The channel has moved on: read it and judge again. Nothing is written.</summary>
    Stale,

    /// <summary>Nothing is written: the merchant's budget does not hold it.</summary>
    OverMerchant,

    /// <summary>Nothing is written: the day's budget does not hold it.</summary>
    OverDay,

    /// <summary>Nothing is written: the whole budget does not hold it.</summary>
    OverTotal,
}

using System.Diagnostics;
using System.Globalization;
using BtcChannels.Wire;
using static BtcChannels.MerchantState;

namespace BtcChannels;

/// <summary>Tells by what a channel was and what it is what became of it; pure.</summary>
public static class ChannelHistory
{
    /// <param name="before">As it was stored.</param>
    /// <param name="after">As it is to be stored.</param>
    /// <param name="what">What made it so; null for a payment that ends a hold.</param>
    /// <param name="now">When.</param>
    /// <returns>What is worth telling of the difference, in the order of things; often nothing.</returns>
    public static IReadOnlyList<HistoryNote> Between(MerchantChannel before, MerchantChannel after, MerchantEvent? what, Moment now) =>
        [.. OfDeposit(before, after, what, now), .. OfPayments(before, after, now), .. OfState(before, after, what, now)];

    /// <summary>A channel begins.</summary>
    public static HistoryNote Opened(Deposit deposit, Moment now) => HistoryNote.At(now, HistoryKind.Opened, deposit.Value);

    private static IEnumerable<HistoryNote> OfDeposit(MerchantChannel before, MerchantChannel after, MerchantEvent? what, Moment now)
    {
        if (after.DepositHeight is { } height)
        {
            if (before.DepositHeight != height) yield return HistoryNote.At(now, HistoryKind.DepositMined, detail: height.ToString(CultureInfo.InvariantCulture));
        }
        else if (before.DepositHeight is not null) yield return HistoryNote.At(now, HistoryKind.DepositReorganised, before.Balance.Authorized);
        else if (before.State is Open && after.State is Pending) yield return HistoryNote.At(now, HistoryKind.DepositVanished, before.Balance.Authorized);
        // Elsewhere the state says it.
        if (what is MerchantEvent.DepositDoubleSpent && after.State is Closing closing) yield return HistoryNote.At(now, HistoryKind.DepositDoubleSpent, closing.Close.Payment.Total);
    }

    private static IEnumerable<HistoryNote> OfPayments(MerchantChannel before, MerchantChannel after, Moment now)
    {
        if (before.IsHeld != after.IsHeld) yield return HistoryNote.At(now, after.IsHeld ? HistoryKind.Held : HistoryKind.Released);
        if (before.Balance.Newest is null && after.Balance.Newest is { } first) yield return HistoryNote.At(now, HistoryKind.FirstPayment, first.Total);
    }

    private static IEnumerable<HistoryNote> OfState(MerchantChannel before, MerchantChannel after, MerchantEvent? what, Moment now)
    {
        var isAnother = before.State.GetType() != after.State.GetType();
        if (before.State.Spent is not null && after.State.Spent is null) yield return HistoryNote.At(now, HistoryKind.SpendReorganised);
        switch (after.State)
        {
            case Pending or Open when before.State is Abandoned:
                yield return HistoryNote.At(now, HistoryKind.Revived);
                if (after.State is Open) yield return HistoryNote.At(now, HistoryKind.Open);
                break;
            case Open when isAnother:
                yield return HistoryNote.At(now, HistoryKind.Open);
                break;
            case Closing closing when isAnother:
                yield return HistoryNote.At(now, HistoryKind.Closing, closing.Close.Payment.Total, ReasonOf(what));
                break;
            case Closed closed when !IsSame(before.State as Closed, closed):
                yield return HistoryNote.At(now, HistoryKind.Closed, closed.Spend.ToMerchant, closed.Spend.Txid.ToString());
                break;
            case Refunded refunded when !IsSame(before.State as Refunded, refunded):
                yield return HistoryNote.At(now, HistoryKind.Refunded, refunded.Spend.ToCustomer, refunded.Spend.Txid.ToString());
                break;
            case Abandoned abandoned when (before.State as Abandoned)?.Reason != abandoned.Reason:
                yield return HistoryNote.At(now, HistoryKind.Abandoned, after.Balance.Authorized, Slug.Of(abandoned.Reason));
                break;
        }
        if (after.State.IsFinal && !before.State.IsFinal) yield return HistoryNote.At(now, HistoryKind.Final);
    }

    private static bool IsSame(MerchantState? before, MerchantState after) =>
        before?.Spent is { } old && after.Spent is { } spend && (old.Txid, old.Height) == (spend.Txid, spend.Height);

    private static string ReasonOf(MerchantEvent? what) => what switch
    {
        MerchantEvent.CloseGranted => "customer",
        MerchantEvent.CloseOrdered => "operator",
        MerchantEvent.MarginNear => "crowd",
        MerchantEvent.TimePassed => "margin",
        MerchantEvent.SpendReorganised => "reorganised",
        _ => throw new UnreachableException($"{what} closes nothing"),
    };
}

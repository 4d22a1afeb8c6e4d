using NBitcoin;

namespace BtcChannels;

/// <summary>Something that became of a merchant's channel: a line of its history.</summary>
/// <param name="Kind">What.</param>
/// <param name="Time">When it was stored, UNIX seconds by the merchant's clock.</param>
/// <param name="Height">Of the tip, as far as the chain was dealt with then; null before it ever was.</param>
/// <param name="Amount">Satoshi; <see cref="HistoryKind"/> says of what. Null where it is of nothing.</param>
/// <param name="Detail">What <see cref="HistoryKind"/> says; null where it says nothing.</param>
public sealed record HistoryNote(HistoryKind Kind, long Time, int? Height, Money? Amount = null, string? Detail = null)
{
    /// <summary>So many of a channel are kept, the newest.</summary>
    public const int MostKept = 100;

    internal static HistoryNote At(Moment now, HistoryKind kind, Money? amount = null, string? detail = null) => new(kind, now.Clock, now.Tip.Height, amount, detail);
}

/// <summary>What a history tells of. Payments are not among it, but for the first.</summary>
public enum HistoryKind
{
    /// <summary>The customer's request was granted. The amount is the deposit's value.</summary>
    Opened,

    /// <summary>The deposit stands in a block. The detail is its height.</summary>
    DepositMined,

    /// <summary>That block is not in the best chain any more. The amount is what is authorized.</summary>
    DepositReorganised,

    /// <summary>The node has the deposit neither in its mempool nor in a block any more, and no payment is taken until it has. The amount is what is authorized.</summary>
    DepositVanished,

    /// <summary>Its coin went elsewhere, although a close is out. The amount is the close's total.</summary>
    DepositDoubleSpent,

    /// <summary>Given up, it is back: its deposit was mined after all.</summary>
    Revived,

    /// <summary>It takes payments from here on.</summary>
    Open,

    /// <summary>The first payment. The amount is its total.</summary>
    FirstPayment,

    /// <summary>Its store was restored from a backup: the customer has to show his newest payment.</summary>
    Held,

    /// <summary>He did.</summary>
    Released,

    /// <summary>
    /// A close is made and sent. The amount is its total; the detail says why: <c>customer</c> (he asked), <c>operator</c>, <c>margin</c> (it is reached), <c>crowd</c> (many reach it at once, so closing began early) or <c>reorganised</c>
    /// (it was mined and is not any more).
    /// </summary>
    Closing,

    /// <summary>The close, or an older payment with our signature, stands in a block. The amount is what it pays the merchant, the detail its id.</summary>
    Closed,

    /// <summary>The customer's refund stands in a block. The amount is what it pays the customer, the detail its id.</summary>
    Refunded,

    /// <summary>The block of the close or refund is not in the best chain any more.</summary>
    SpendReorganised,

    /// <summary>It is given up. The amount is what is authorized and so perhaps lost, the detail the <see cref="AbandonReason"/>.</summary>
    Abandoned,

    /// <summary>Nothing can change any more that the merchant would look at.</summary>
    Final,
}

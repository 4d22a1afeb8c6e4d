using System.Diagnostics;

namespace BtcChannels;

/// <summary>What becomes of a payment.</summary>
public abstract record PaymentOutcome
{
    private PaymentOutcome() { }

    /// <summary>The channel with the payment, newly or already accepted; null where it is refused.</summary>
    public PayableChannel? Paid => this switch
    {
        Accepted it => it.Next,
        AlreadyAccepted it => it.Same,
        Refused => null,
        _ => throw new UnreachableException(GetType().Name),
    };

    /// <summary>It is good. It may be answered once <paramref name="Next"/> is stored.</summary>
    public sealed record Accepted(PayableChannel Next) : PaymentOutcome;

    /// <summary>It is the newest accepted one again, to the byte: the same answer, in every state.</summary>
    public sealed record AlreadyAccepted(PayableChannel Same) : PaymentOutcome;

    public sealed record Refused(PaymentRejection Reason) : PaymentOutcome;
}

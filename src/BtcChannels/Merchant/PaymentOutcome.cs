namespace BtcChannels;

/// <summary>What becomes of a payment.</summary>
public abstract record PaymentOutcome
{
    private PaymentOutcome() { }

    /// <summary>It is good. It may be answered once <paramref name="Next"/> is stored.</summary>
    public sealed record Accepted(PayableChannel Next) : PaymentOutcome;

    /// <summary>It is the newest accepted one again, to the byte: the same answer, in every state.</summary>
    public sealed record AlreadyAccepted(PayableChannel Same) : PaymentOutcome;

    public sealed record Refused(PaymentRejection Reason) : PaymentOutcome;
}

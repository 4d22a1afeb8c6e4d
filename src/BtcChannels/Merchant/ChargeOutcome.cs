using NBitcoin;

namespace BtcChannels;

/// <summary>What becomes of a charge: of money for something that is served here.</summary>
public abstract record ChargeOutcome
{
    private ChargeOutcome() { }

    /// <summary>It is granted, and may be served once <paramref name="Channel"/> is stored.</summary>
    /// <param name="Channel">With what is charged or reserved.</param>
    /// <param name="IsChanged">Whether there is anything to store.</param>
    public sealed record Granted(PayableChannel Channel, bool IsChanged) : ChargeOutcome;

    /// <summary>There is too little left to charge. A voucher that came with it is accepted all the same: it stays credit.</summary>
    /// <param name="Channel">With the voucher.</param>
    /// <param name="IsChanged">Whether there is anything to store.</param>
    /// <param name="Wanted">What is taken already and what this would cost, together.</param>
    public sealed record Insufficient(PayableChannel Channel, bool IsChanged, MilliSatoshi Wanted) : ChargeOutcome
    {
        /// <summary>The total that would do, satoshi; it may be above the capacity.</summary>
        public Money Required => Wanted.RoundedUp;
    }

    /// <summary>A request of that key is under way.</summary>
    public sealed record UnderWay : ChargeOutcome;

    public sealed record Refused(PaymentRejection Reason) : ChargeOutcome;
}

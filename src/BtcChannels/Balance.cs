using NBitcoin;

namespace BtcChannels;

/// <summary>
/// What a channel has seen pass: authorized (what the newest signature pays the merchant) and spent (what the customer has consumed for it). Both only rise. What
/// requests under way may cost is reserved until they are over; spent and reserved together never exceed authorized.
/// </summary>
public sealed record Balance
{
    public static readonly Balance Nothing = new(null, MilliSatoshi.Zero);

    public Balance(SignedPayment? newest, MilliSatoshi spent) : this(newest, spent, Reservations.None) { }

    /// <exception cref="ArgumentException">More is spent and reserved than authorized.</exception>
    public Balance(SignedPayment? newest, MilliSatoshi spent, Reservations reserved)
    {
        (Newest, Spent, Reserved) = (newest, spent, reserved);
        if (Taken > MilliSatoshi.Of(Authorized)) throw new ArgumentException($"{spent} spent and {reserved.Total} reserved of {Authorized.Satoshi} sat authorized");
    }

    /// <summary>The payment with the highest total that was accepted; null before the first.</summary>
    public SignedPayment? Newest { get; }

    public MilliSatoshi Spent { get; }

    public Reservations Reserved { get; }

    public Money Authorized => Newest?.Total ?? Money.Zero;

    /// <summary>What is spent or reserved: the rest may still be charged, and less than that no close may pay.</summary>
    public MilliSatoshi Taken => Spent + Reserved.Total;

    /// <summary>What may still be charged.</summary>
    public MilliSatoshi Available => MilliSatoshi.Of(Authorized) - Taken;

    /// <summary>The same without what runs that have ended left reserved.</summary>
    public Balance Of(Func<long, bool> isLive) => Reserved.Of(isLive) is var live && ReferenceEquals(live, Reserved) ? this : new(Newest, Spent, live);
}

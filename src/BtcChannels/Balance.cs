using NBitcoin;

namespace BtcChannels;

/// <summary>
/// What a channel has seen pass: authorized (what the newest signature pays the merchant) and spent (what the customer has consumed for it).
/// Both only rise, and spent never exceeds authorized.
/// </summary>
public sealed record Balance
{
    public static readonly Balance Nothing = new(null, MilliSatoshi.Zero);

    /// <exception cref="ArgumentException">More is spent than authorized.</exception>
    public Balance(SignedPayment? newest, MilliSatoshi spent)
    {
        (Newest, Spent) = (newest, spent);
        if (spent > MilliSatoshi.Of(Authorized)) throw new ArgumentException($"{spent} spent of {Authorized.Satoshi} sat authorized");
    }

    /// <summary>The payment with the highest total that was accepted; null before the first.</summary>
    public SignedPayment? Newest { get; }

    public MilliSatoshi Spent { get; }

    public Money Authorized => Newest?.Total ?? Money.Zero;
}

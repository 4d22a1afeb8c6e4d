using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>How channels at two1 doors are opened.</summary>
public sealed record Two1Options
{
    /// <summary>
    /// What the close of a new channel pays the miners, satoshi: the customer's choice, fixed at open. Default 125,000, the least that 21's last servers take; their
    /// predecessors took 30,000 or 5,000, and newer ones less.
    /// </summary>
    public Money Fee { get; init; } = Two1Protocol.DefaultFee;

    /// <summary>The shortest time that a channel may last, which 21's servers ask for. Default 4 days, of which the last 3 take no payments.</summary>
    public TimeSpan MinDuration { get; init; } = Two1Protocol.MinDuration;

    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    internal void Validate()
    {
        if (Fee < Money.Satoshis(1L)) throw new ArgumentException("A close has to pay a fee");
        if (MinDuration < TimeSpan.Zero) throw new ArgumentException("MinDuration is not negative");
    }
}

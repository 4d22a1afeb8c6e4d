using NBitcoin;

namespace BtcChannels;

/// <summary>An amount in thousandths of a satoshi (msat), never negative: what a customer has consumed may be a fraction of a satoshi.</summary>
public readonly record struct MilliSatoshi : IComparable<MilliSatoshi>
{
    private const long PerSatoshi = 1000;

    /// <param name="value">msat, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public MilliSatoshi(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    public long Value { get; }

    public static MilliSatoshi Zero => default;

    public static MilliSatoshi Of(Money amount) => new(checked(amount.Satoshi * PerSatoshi));

    /// <summary>The least whole number of satoshi that covers this amount.</summary>
    public Money RoundedUp => Money.Satoshis((Value / PerSatoshi) + (Value % PerSatoshi == 0 ? 0 : 1));

    public static MilliSatoshi operator +(MilliSatoshi a, MilliSatoshi b) => new(checked(a.Value + b.Value));

    /// <exception cref="ArgumentOutOfRangeException">The second is above the first.</exception>
    public static MilliSatoshi operator -(MilliSatoshi a, MilliSatoshi b) => new(checked(a.Value - b.Value));

    public static bool operator <(MilliSatoshi a, MilliSatoshi b) => a.Value < b.Value;
    public static bool operator >(MilliSatoshi a, MilliSatoshi b) => a.Value > b.Value;
    public static bool operator <=(MilliSatoshi a, MilliSatoshi b) => a.Value <= b.Value;
    public static bool operator >=(MilliSatoshi a, MilliSatoshi b) => a.Value >= b.Value;

    public int CompareTo(MilliSatoshi other) => Value.CompareTo(other.Value);
    public override string ToString() => $"{Value} msat";
}

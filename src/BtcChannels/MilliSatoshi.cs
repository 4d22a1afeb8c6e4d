using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using NBitcoin;

namespace BtcChannels;

/// <summary>An amount in thousandths of a satoshi (msat), never negative: what a customer has consumed may be a fraction of a satoshi.</summary>
public readonly record struct MilliSatoshi : IComparable<MilliSatoshi>
{
    internal const long PerSatoshi = 1000;

    // Before the point: as many as all bitcoins that there can be take.
    private const int MaxWholeDigits = 16;

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

    /// <summary>So many times this amount.</summary>
    /// <param name="count">At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    /// <exception cref="OverflowException">The product is above what is counted here.</exception>
    public MilliSatoshi Times(long count) => new(checked(Value * count));

    /// <summary>How many units at this price cover an amount, rounded up.</summary>
    /// <exception cref="DivideByZeroException">The price is zero.</exception>
    public long UnitsFor(MilliSatoshi amount) => (amount.Value / Value) + (amount.Value % Value == 0 ? 0 : 1);

    /// <summary>Satoshi as a decimal number, without zeros at its end: <c>0.25</c>.</summary>
    public string ToDecimalString() => Value % PerSatoshi == 0
        ? (Value / PerSatoshi).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Value / PerSatoshi}.{Value % PerSatoshi:000}").TrimEnd('0');

    /// <summary>Reads satoshi as a decimal number: digits without a zero in front, and at most three after a point.</summary>
    public static bool TryParseDecimal([NotNullWhen(true)] string? text, out MilliSatoshi amount)
    {
        amount = default;
        if (text is null) return false;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text.AsSpan() : text.AsSpan(0, point);
        var fraction = point < 0 ? default : text.AsSpan(point + 1);
        if (whole.Length is 0 or > MaxWholeDigits || whole.ContainsAnyExceptInRange('0', '9') || (whole[0] == '0' && whole.Length > 1)) return false;
        if (point >= 0 && (fraction.Length is 0 or > 3 || fraction.ContainsAnyExceptInRange('0', '9'))) return false;
        var thousandths = 0L;
        for (var i = 0; i < 3; i++) thousandths = (thousandths * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        var satoshi = long.Parse(whole, NumberStyles.None, CultureInfo.InvariantCulture);
        if (satoshi > (long.MaxValue / PerSatoshi) - 1) return false;
        amount = new((satoshi * PerSatoshi) + thousandths);
        return true;
    }

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

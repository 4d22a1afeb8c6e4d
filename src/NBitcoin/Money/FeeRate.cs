using System.Globalization;

namespace NBitcoin;

/// <summary>What a transaction pays for its size, kept in whole satoshi per 1000 virtual bytes. Immutable.</summary>
public class FeeRate : IEquatable<FeeRate>, IComparable<FeeRate>
{
    /// <exception cref="ArgumentNullException">There is no amount.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative.</exception>
    public FeeRate(Money feePerK)
    {
        ArgumentNullException.ThrowIfNull(feePerK);
        ArgumentOutOfRangeException.ThrowIfNegative(feePerK.Satoshi, nameof(feePerK));
        FeePerK = feePerK;
    }

    /// <summary>The rate of a fee paid for so many virtual bytes, rounded down; zero for a size of zero.</summary>
    public FeeRate(Money feePaid, int size)
        : this(size > 0 ? Money.Satoshis((decimal)feePaid.Satoshi * 1000 / size) : Money.Zero) { }

    /// <summary>Satoshi per virtual byte; what is below a thousandth is cut off.</summary>
    public FeeRate(decimal satoshiPerByte) : this(Money.Satoshis(satoshiPerByte * 1000)) { }

    public static FeeRate Zero { get; } = new(Money.Zero);

    /// <summary>The fee of 1000 virtual bytes.</summary>
    public Money FeePerK { get; }

    /// <summary>Satoshi per virtual byte.</summary>
    public decimal SatoshiPerByte => (decimal)FeePerK.Satoshi / 1000;

    public static FeeRate Min(FeeRate left, FeeRate right) => left <= right ? left : right;

    public static FeeRate Max(FeeRate left, FeeRate right) => left >= right ? left : right;

    /// <summary>The fee of so many virtual bytes, rounded down to a satoshi.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public Money GetFee(int virtualSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(virtualSize);
        return FeePerK * virtualSize / 1000;
    }

    public Money GetFee(Transaction tx) => GetFee(tx.GetVirtualSize());

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{SatoshiPerByte} Sat/B");

    public bool Equals(FeeRate other) => other is not null && FeePerK == other.FeePerK;

    public override bool Equals(object obj) => Equals(obj as FeeRate);

    public override int GetHashCode() => FeePerK.GetHashCode();

    /// <summary>Compares the rates; null is least.</summary>
    public int CompareTo(FeeRate other) => other is null ? 1 : FeePerK.CompareTo(other.FeePerK);

    public int CompareTo(object obj) => obj switch
    {
        null => 1,
        FeeRate other => CompareTo(other),
        _ => throw new ArgumentException("Not a fee rate", nameof(obj)),
    };

    public static bool operator ==(FeeRate left, FeeRate right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(FeeRate left, FeeRate right) => !(left == right);

    public static bool operator <(FeeRate left, FeeRate right) => left.FeePerK < right.FeePerK;

    public static bool operator >(FeeRate left, FeeRate right) => left.FeePerK > right.FeePerK;

    public static bool operator <=(FeeRate left, FeeRate right) => left.FeePerK <= right.FeePerK;

    public static bool operator >=(FeeRate left, FeeRate right) => left.FeePerK >= right.FeePerK;
}

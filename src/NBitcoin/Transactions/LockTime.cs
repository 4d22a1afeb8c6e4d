using System.Globalization;

namespace NBitcoin;

/// <summary>
/// When a transaction may be mined: a block height below 500,000,000, else UNIX time. The default is zero, no lock.
/// </summary>
public struct LockTime : IBitcoinSerializable
{
    // The protocol's LOCKTIME_THRESHOLD.
    internal const uint FirstTime = 500_000_000;

    private uint _value;

    /// <summary>A time, cut off to whole seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is before 1985-11-05 00:53:20 UTC, or after 2106-02-07 06:28:15 UTC.</exception>
    public LockTime(DateTimeOffset dateTime)
    {
        var seconds = dateTime.ToUnixTimeSeconds();
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, FirstTime, nameof(dateTime));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, uint.MaxValue, nameof(dateTime));
        _value = (uint)seconds;
    }

    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public LockTime(int valueOrHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(valueOrHeight);
        _value = (uint)valueOrHeight;
    }

    public LockTime(uint valueOrHeight) => _value = valueOrHeight;

    public static LockTime Zero => default;

    public readonly uint Value => _value;

    public readonly bool IsHeightLock => _value < FirstTime;

    public readonly bool IsTimeLock => !IsHeightLock;

    /// <exception cref="InvalidOperationException">This is a time.</exception>
    public readonly int Height => IsHeightLock ? (int)_value : throw new InvalidOperationException("This lock is a time, not a height");

    /// <exception cref="InvalidOperationException">This is a height.</exception>
    public readonly DateTimeOffset Date => IsTimeLock
        ? DateTimeOffset.FromUnixTimeSeconds(_value)
        : throw new InvalidOperationException("This lock is a height, not a time");

    public void ReadWrite(BitcoinStream stream) => stream.ReadWrite(ref _value);

    public override readonly string ToString() => IsHeightLock
        ? string.Create(CultureInfo.InvariantCulture, $"Height : {_value}")
        : string.Create(CultureInfo.InvariantCulture, $"Date : {Date:u}");

    public override readonly bool Equals(object obj) => obj is LockTime other && _value == other._value;

    public override readonly int GetHashCode() => _value.GetHashCode();

    public static bool operator ==(LockTime a, LockTime b) => a._value == b._value;

    public static bool operator !=(LockTime a, LockTime b) => !(a == b);

    public static implicit operator LockTime(int valueOrHeight) => new(valueOrHeight);

    public static implicit operator LockTime(uint valueOrHeight) => new(valueOrHeight);

    public static implicit operator LockTime(DateTimeOffset date) => new(date);

    public static implicit operator DateTimeOffset(LockTime lockTime) => lockTime.Date;

    /// <exception cref="OverflowException">The value is above <see cref="int.MaxValue"/>.</exception>
    public static implicit operator int(LockTime lockTime) => checked((int)lockTime._value);

    public static implicit operator uint(LockTime lockTime) => lockTime._value;

    public static implicit operator long(LockTime lockTime) => lockTime._value;
}

using System.Globalization;

namespace NBitcoin;

/// <summary>An input's sequence number: finality, replaceability (BIP125) and relative lock (BIP68). The default is 0.</summary>
public struct Sequence
{
    /// <summary>Set: there is no relative lock.</summary>
    public const uint SEQUENCE_LOCKTIME_DISABLE_FLAG = 0x80000000;

    /// <summary>Set: the relative lock is a time, in units of 512 seconds; else a number of blocks.</summary>
    public const uint SEQUENCE_LOCKTIME_TYPE_FLAG = 0x00400000;

    /// <summary>The bits that hold a relative lock.</summary>
    public const uint SEQUENCE_LOCKTIME_MASK = 0x0000ffff;

    /// <summary>An input with it does not let the transaction's lock time count.</summary>
    public const uint SEQUENCE_FINAL = 0xffffffff;

    /// <summary>An input at or below it signals that the transaction may be replaced.</summary>
    public const uint MAX_BIP125_RBF_SEQUENCE = 0xfffffffd;

    private const int SecondsPerUnit = 512;

    public Sequence(uint value) => Value = value;

    /// <summary>A relative lock of so many blocks, 0 to 65535.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside that range.</exception>
    public Sequence(int lockHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lockHeight);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lockHeight, (int)SEQUENCE_LOCKTIME_MASK);
        Value = (uint)lockHeight;
    }

    /// <summary>A relative lock of a time, cut off to a multiple of 512 seconds, at most 65535 of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative or longer.</exception>
    public Sequence(TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        var units = period.Ticks / TimeSpan.TicksPerSecond / SecondsPerUnit;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(units, SEQUENCE_LOCKTIME_MASK, nameof(period));
        Value = SEQUENCE_LOCKTIME_TYPE_FLAG | (uint)units;
    }

    /// <summary>ffffffff: final.</summary>
    public static Sequence Final => new(SEQUENCE_FINAL);

    /// <summary>fffffffd: not final and replaceable.</summary>
    public static Sequence OptInRBF => new(MAX_BIP125_RBF_SEQUENCE);

    /// <summary>fffffffe: not final, so that the lock time counts, and not replaceable.</summary>
    public static Sequence FeeSnipping => new(SEQUENCE_FINAL - 1);

    public uint Value { get; }

    public readonly bool IsRelativeLock => (Value & SEQUENCE_LOCKTIME_DISABLE_FLAG) == 0;

    public readonly bool IsRBF => Value <= MAX_BIP125_RBF_SEQUENCE;

    /// <exception cref="InvalidOperationException">There is no relative lock.</exception>
    public readonly SequenceLockType LockType => !IsRelativeLock
        ? throw new InvalidOperationException("There is no relative lock")
        : (Value & SEQUENCE_LOCKTIME_TYPE_FLAG) != 0 ? SequenceLockType.Time : SequenceLockType.Height;

    /// <summary>Blocks that must lie on top of the spent output.</summary>
    /// <exception cref="InvalidOperationException">There is no relative lock, or it is a time.</exception>
    public readonly int LockHeight => LockType == SequenceLockType.Height
        ? (int)(Value & SEQUENCE_LOCKTIME_MASK)
        : throw new InvalidOperationException("The relative lock is a time");

    /// <summary>The time that must have passed since the spent output.</summary>
    /// <exception cref="InvalidOperationException">There is no relative lock, or it is a number of blocks.</exception>
    public readonly TimeSpan LockPeriod => LockType == SequenceLockType.Time
        ? TimeSpan.FromSeconds((Value & SEQUENCE_LOCKTIME_MASK) * SecondsPerUnit)
        : throw new InvalidOperationException("The relative lock is a number of blocks");

    public override readonly string ToString() => this switch
    {
        { IsRelativeLock: true, LockType: SequenceLockType.Time } => $"Relative lock (time): {LockPeriod}",
        { IsRelativeLock: true } => string.Create(CultureInfo.InvariantCulture, $"Relative lock (height): {LockHeight}"),
        { IsRBF: true } => "RBF",
        _ => "No lock",
    };

    public static implicit operator uint(Sequence a) => a.Value;

    public static implicit operator Sequence(uint a) => new(a);
}

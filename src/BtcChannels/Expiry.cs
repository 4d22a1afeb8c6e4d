using NBitcoin;

namespace BtcChannels;

/// <summary>When the customer may take the deposit back: the operand of OP_CHECKLOCKTIMEVERIFY (BIP65) and the refund's lock time.</summary>
public readonly record struct Expiry
{
    /// <summary>From here up a lock time is UNIX seconds, below it a height (BIP65).</summary>
    public const uint TimeThreshold = 500_000_000;

    /// <summary>What the network aims at: how heights are reckoned as time.</summary>
    public static readonly TimeSpan BlockSpacing = TimeSpan.FromMinutes(10);

    /// <param name="value">1 to 4,294,967,295: a height below <see cref="TimeThreshold"/>, UNIX seconds from there up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is 0.</exception>
    public Expiry(uint value)
    {
        ArgumentOutOfRangeException.ThrowIfZero(value);
        Value = value;
    }

    public uint Value { get; }

    public bool IsTime => Value >= TimeThreshold;

    public LockTime LockTime => new(Value);

    /// <summary>The push in the redeem script: a minimal script number, five bytes from 2^31 up, since four with the top bit set are negative.</summary>
    public Op Push => Op.GetPushOp((long)Value);

    /// <summary>Reads the push back. False for what this type would write differently, 21's negative four bytes and a push that is cut off among them.</summary>
    public static bool TryParse(Op push, out Expiry expiry)
    {
        expiry = default;
        if (push.IsInvalid || ScriptNumber(push) is not { } number || number is < 1 or > uint.MaxValue) return false;
        var read = new Expiry((uint)number);
        if (!read.Push.ToBytes().AsSpan().SequenceEqual(push.ToBytes())) return false;
        expiry = read;
        return true;
    }

    /// <summary>Whether the refund may stand in the block that follows <paramref name="tip"/>: a lock time has to lie below (BIP113).</summary>
    public bool IsRefundableAfter(ChainTip tip) => IsTime ? Value < tip.MedianTime : Value < (long)tip.Height + 1;

    /// <summary>Whether no more than <paramref name="margin"/> is left, by whatever says it first. Heights count ten minutes a block.</summary>
    public bool IsWithin(TimeSpan margin, Moment now) => IsTime
        ? now.Latest + (long)margin.TotalSeconds >= Value
        : now.Tip.Height + BlocksIn(margin) >= Value;

    /// <summary>Time left from <paramref name="now"/>; negative when it is past. Heights count ten minutes a block.</summary>
    public TimeSpan Left(Moment now) => IsTime
        ? TimeSpan.FromSeconds(Value - now.Latest)
        : BlockSpacing * ((long)Value - now.Tip.Height);

    public override string ToString() => IsTime ? $"{DateTimeOffset.FromUnixTimeSeconds(Value):u}" : $"block {Value}";

    private static long BlocksIn(TimeSpan span) => (long)Math.Ceiling(span / BlockSpacing);

    private static long? ScriptNumber(Op push)
    {
        if (push.Code is >= OpcodeType.OP_1 and <= OpcodeType.OP_16) return push.Code - OpcodeType.OP_1 + 1;
        if (push.PushData is not { Length: > 0 and <= 5 } bytes || (bytes[^1] & 0x80) != 0) return null;
        long number = 0;
        for (var i = 0; i < bytes.Length; i++) number |= (long)bytes[i] << (8 * i);
        return number;
    }
}

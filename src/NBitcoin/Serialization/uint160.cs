using System.Buffers.Binary;
using System.Globalization;

namespace NBitcoin;

/// <summary>
/// An unsigned number of 160 bits: hashes of keys and scripts. Bytes are least significant first, as on the wire;
/// text is hex with the most significant digit first. Immutable.
/// </summary>
public sealed class uint160 : IComparable<uint160>, IEquatable<uint160>, IComparable
{
    private const int Width = 20;

    // Least significant first.
    private readonly ulong _a, _b;
    private readonly uint _c;

    public uint160() { }

    public uint160(uint160 b) => (_a, _b, _c) = (b._a, b._b, b._c);

    public uint160(ulong b) => _a = b;

    /// <summary>Reads 20 bytes, least significant first.</summary>
    /// <exception cref="FormatException">There are not exactly 20 bytes.</exception>
    public uint160(byte[] vch) : this(vch, true) { }

    /// <summary>Reads 20 bytes, least significant first unless <paramref name="lendian"/> is false.</summary>
    /// <exception cref="FormatException">There are not exactly 20 bytes.</exception>
    public uint160(byte[] vch, bool lendian = true)
    {
        if (vch.Length != Width) throw new FormatException($"A uint160 has {Width} bytes, not {vch.Length}");
        ReadOnlySpan<byte> bytes = lendian ? vch : [.. vch.Reverse()];
        _a = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
    }

    /// <inheritdoc cref="Parse"/>
    public uint160(string str) : this(HexNumber.Parse(str, Width), false) { }

    public static uint160 Zero { get; } = new();

    public static uint160 One { get; } = new(1UL);

    /// <summary>20.</summary>
    public int Size => Width;

    /// <summary>Reads 40 hex digits, most significant first; "0x" before them and white space around are allowed.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static uint160 Parse(string hex) => new(hex);

    /// <summary>As <see cref="Parse"/>, with false for what it would refuse, null included.</summary>
    public static bool TryParse(string hex, out uint160 result)
    {
        result = HexNumber.TryParse(hex, Width, out var bytes) ? new(bytes, false) : null;
        return result is not null;
    }

    /// <summary>Byte <paramref name="index"/>, 0 being the least significant, 19 the most.</summary>
    public byte GetByte(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Width);
        return ToBytes()[index];
    }

    public ulong GetLow64() => _a;

    public uint GetLow32() => unchecked((uint)_a);

    public byte[] ToBytes(bool lendian = true)
    {
        var bytes = new byte[Width];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), _b);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), _c);
        if (!lendian) Array.Reverse(bytes);
        return bytes;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_c:x8}{_b:x16}{_a:x16}");

    public bool Equals(uint160 other) => other is not null && _a == other._a && _b == other._b && _c == other._c;

    public override bool Equals(object obj) => Equals(obj as uint160);

    public override int GetHashCode() => HashCode.Combine(_a, _b, _c);

    /// <summary>Compares as numbers; null is least.</summary>
    public int CompareTo(uint160 other) => other is null ? 1 : (_c, _b, _a).CompareTo((other._c, other._b, other._a));

    public int CompareTo(object obj) => obj switch
    {
        null => 1,
        uint160 other => CompareTo(other),
        _ => throw new ArgumentException("Not a uint160", nameof(obj)),
    };

    public static bool operator ==(uint160 a, uint160 b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(uint160 a, uint160 b) => !(a == b);

    public static bool operator ==(uint160 a, ulong b) => a is not null && a == new uint160(b);

    public static bool operator !=(uint160 a, ulong b) => !(a == b);

    public static bool operator <(uint160 a, uint160 b) => Comparer<uint160>.Default.Compare(a, b) < 0;

    public static bool operator >(uint160 a, uint160 b) => Comparer<uint160>.Default.Compare(a, b) > 0;

    public static bool operator <=(uint160 a, uint160 b) => Comparer<uint160>.Default.Compare(a, b) <= 0;

    public static bool operator >=(uint160 a, uint160 b) => Comparer<uint160>.Default.Compare(a, b) >= 0;

    public static implicit operator uint160(ulong value) => new(value);
}

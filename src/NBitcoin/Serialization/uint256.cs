using System.Buffers.Binary;
using System.Globalization;

namespace NBitcoin;

/// <summary>
/// An unsigned number of 256 bits: hashes, transaction ids. Bytes are least significant first, as on the wire;
/// text is hex with the most significant digit first, as block explorers show it. Immutable.
/// </summary>
public sealed class uint256 : IComparable<uint256>, IEquatable<uint256>, IComparable
{
    private const int Width = 32;

    // Least significant first.
    private readonly ulong _a, _b, _c, _d;

    public uint256() { }

    public uint256(uint256 b) => (_a, _b, _c, _d) = (b._a, b._b, b._c, b._d);

    public uint256(ulong b) => _a = b;

    /// <summary>Reads 32 bytes, least significant first.</summary>
    /// <exception cref="FormatException">There are not exactly 32 bytes.</exception>
    public uint256(byte[] vch) : this((ReadOnlySpan<byte>)vch) { }

    /// <summary>Reads 32 bytes, least significant first unless <paramref name="lendian"/> is false.</summary>
    /// <exception cref="FormatException">There are not exactly 32 bytes.</exception>
    public uint256(byte[] vch, bool lendian = true) : this(InLittleEndian(vch, lendian)) { }

    /// <inheritdoc cref="uint256(byte[], bool)"/>
    public uint256(byte[] vch, int offset, int length, bool lendian = true)
        : this(InLittleEndian(vch.AsSpan(offset, length), lendian)) { }

    /// <inheritdoc cref="uint256(byte[])"/>
    public uint256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Width) throw new FormatException($"A uint256 has {Width} bytes, not {bytes.Length}");
        _a = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
    }

    /// <inheritdoc cref="Parse"/>
    public uint256(string str) : this(InLittleEndian(HexNumber.Parse(str, Width), false)) { }

    public static uint256 Zero { get; } = new();

    public static uint256 One { get; } = new(1UL);

    /// <summary>32.</summary>
    public int Size => Width;

    /// <summary>Reads 64 hex digits, most significant first; "0x" before them and white space around are allowed.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static uint256 Parse(string hex) => new(hex);

    /// <summary>As <see cref="Parse"/>, with false for what it would refuse, null included.</summary>
    public static bool TryParse(string hex, out uint256 result)
    {
        result = HexNumber.TryParse(hex, Width, out var bytes) ? new(InLittleEndian(bytes, false)) : null;
        return result is not null;
    }

    /// <summary>Byte <paramref name="index"/>, 0 being the least significant, 31 the most.</summary>
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
        ToBytes(bytes, lendian);
        return bytes;
    }

    public void ToBytes(byte[] output) => ToBytes(output.AsSpan());

    public void ToBytes(byte[] output, bool lendian) => ToBytes(output.AsSpan(), lendian);

    /// <summary>Writes 32 bytes at the start of <paramref name="output"/>.</summary>
    /// <exception cref="ArgumentException">There is room for fewer.</exception>
    public void ToBytes(Span<byte> output, bool lendian = true)
    {
        if (output.Length < Width) throw new ArgumentException($"A uint256 needs {Width} bytes", nameof(output));
        BinaryPrimitives.WriteUInt64LittleEndian(output, _a);
        BinaryPrimitives.WriteUInt64LittleEndian(output[8..], _b);
        BinaryPrimitives.WriteUInt64LittleEndian(output[16..], _c);
        BinaryPrimitives.WriteUInt64LittleEndian(output[24..], _d);
        if (!lendian) output[..Width].Reverse();
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{_d:x16}{_c:x16}{_b:x16}{_a:x16}");

    public bool Equals(uint256 other) =>
        other is not null && _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals(object obj) => Equals(obj as uint256);

    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <summary>Compares as numbers; null is least.</summary>
    public int CompareTo(uint256 other)
    {
        if (other is null) return 1;
        return (_d, _c, _b, _a).CompareTo((other._d, other._c, other._b, other._a));
    }

    public int CompareTo(object obj) => obj switch
    {
        null => 1,
        uint256 other => CompareTo(other),
        _ => throw new ArgumentException("Not a uint256", nameof(obj)),
    };

    public static bool operator ==(uint256 a, uint256 b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(uint256 a, uint256 b) => !(a == b);

    public static bool operator ==(uint256 a, ulong b) => a is not null && a == new uint256(b);

    public static bool operator !=(uint256 a, ulong b) => !(a == b);

    public static bool operator <(uint256 a, uint256 b) => Comparer<uint256>.Default.Compare(a, b) < 0;

    public static bool operator >(uint256 a, uint256 b) => Comparer<uint256>.Default.Compare(a, b) > 0;

    public static bool operator <=(uint256 a, uint256 b) => Comparer<uint256>.Default.Compare(a, b) <= 0;

    public static bool operator >=(uint256 a, uint256 b) => Comparer<uint256>.Default.Compare(a, b) >= 0;

    public static implicit operator uint256(ulong value) => new(value);

    private static ReadOnlySpan<byte> InLittleEndian(ReadOnlySpan<byte> bytes, bool already)
    {
        if (already) return bytes;
        var reversed = bytes.ToArray();
        Array.Reverse(reversed);
        return reversed;
    }
}

using System.Buffers.Binary;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Takes an input apart. Past its end there are zeros and empty parts, so any bytes mean something.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte Byte() => Padded(1)[0];

    public uint UInt() => BinaryPrimitives.ReadUInt32LittleEndian(Padded(sizeof(uint)));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Padded(sizeof(long)));

    /// <summary>Bytes with their length, two bytes, before them.</summary>
    public byte[] Part() => Take(BinaryPrimitives.ReadUInt16LittleEndian(Padded(sizeof(ushort)))).ToArray();

    public byte[] Rest() => Take(_rest.Length).ToArray();

    public static byte[] WritePart(byte[] part)
    {
        var length = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(length, checked((ushort)part.Length));
        return [.. length, .. part];
    }

    public static byte[] Write(uint value) => [.. BitConverter.GetBytes(value)];

    public static byte[] Write(long value) => [.. BitConverter.GetBytes(value)];

    private byte[] Padded(int count)
    {
        var padded = new byte[count];
        Take(count).CopyTo(padded);
        return padded;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        count = Math.Min(count, _rest.Length);
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}

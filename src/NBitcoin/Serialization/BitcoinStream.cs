using System.Buffers.Binary;

namespace NBitcoin;

/// <summary>
/// Reads or writes the protocol's serialization; numbers are little-endian. Reading past the end throws
/// <see cref="EndOfStreamException"/>, and what no serializer writes <see cref="FormatException"/>: lengths are never
/// trusted, so that hostile bytes cannot make it allocate more than they bring.
/// </summary>
public class BitcoinStream
{
    // The protocol's MAX_SIZE, of anything that a length precedes.
    private const ulong MaxLength = 0x02000000;

    public BitcoinStream(Stream inner, bool serializing) => (Inner, Serializing) = (inner, serializing);

    /// <summary>Reads the bytes.</summary>
    public BitcoinStream(byte[] bytes) : this(new MemoryStream(bytes, writable: false), false) { }

    public Stream Inner { get; }

    /// <summary>True when writing, false when reading.</summary>
    public bool Serializing { get; }

    /// <summary>The default is all: with witnesses.</summary>
    public TransactionOptions TransactionOptions { get; set; } = TransactionOptions.All;

    public void ReadWrite(ref byte data)
    {
        Span<byte> bytes = [data];
        ReadWrite(bytes);
        data = bytes[0];
    }

    public void ReadWrite(ref ushort data)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, data);
        ReadWrite(bytes);
        data = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public void ReadWrite(ref uint data)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, data);
        ReadWrite(bytes);
        data = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public void ReadWrite(ref int data)
    {
        var bits = unchecked((uint)data);
        ReadWrite(ref bits);
        data = unchecked((int)bits);
    }

    public void ReadWrite(ref ulong data)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, data);
        ReadWrite(bytes);
        data = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public void ReadWrite(ref long data)
    {
        var bits = unchecked((ulong)data);
        ReadWrite(ref bits);
        data = unchecked((long)bits);
    }

    public void ReadWrite(ref uint256 value)
    {
        Span<byte> bytes = stackalloc byte[32];
        if (Serializing) value.ToBytes(bytes);
        ReadWrite(bytes);
        if (!Serializing) value = new uint256(bytes);
    }

    /// <summary>A script, its length before it.</summary>
    public void ReadWrite(ref Script script)
    {
        var bytes = Serializing ? script.ToBytes(true) : [];
        ReadWriteAsVarString(ref bytes);
        if (!Serializing) script = Script.FromBytesUnsafe(bytes);
    }

    /// <summary>Writes the bytes, or fills them.</summary>
    public void ReadWrite(byte[] arr) => ReadWrite(arr.AsSpan());

    /// <inheritdoc cref="ReadWrite(byte[])"/>
    public void ReadWrite(Span<byte> arr)
    {
        if (Serializing) Inner.Write(arr);
        else Inner.ReadExactly(arr);
    }

    /// <inheritdoc cref="ReadWriteAsVarInt(ref ulong)"/>
    public void ReadWriteAsVarInt(ref uint val)
    {
        ulong wide = val;
        ReadWriteAsVarInt(ref wide);
        val = wide <= uint.MaxValue ? (uint)wide : throw new FormatException("A length is out of range");
    }

    /// <summary>A number in the protocol's CompactSize: 1, 3, 5 or 9 bytes, as few as can hold it.</summary>
    public void ReadWriteAsVarInt(ref ulong val)
    {
        var prefix = val switch { < 0xfd => (byte)val, <= ushort.MaxValue => (byte)0xfd, <= uint.MaxValue => (byte)0xfe, _ => (byte)0xff };
        ReadWrite(ref prefix);
        if (prefix < 0xfd)
        {
            val = prefix;
        }
        else if (prefix == 0xfd)
        {
            var narrow = Serializing ? (ushort)val : (ushort)0;
            ReadWrite(ref narrow);
            val = narrow >= 0xfd ? narrow : throw NotShortest();
        }
        else if (prefix == 0xfe)
        {
            var narrow = Serializing ? (uint)val : 0;
            ReadWrite(ref narrow);
            val = narrow > ushort.MaxValue ? narrow : throw NotShortest();
        }
        else
        {
            ReadWrite(ref val);
            if (val <= uint.MaxValue) throw NotShortest();
        }

        static FormatException NotShortest() => new("A length is not written in the shortest form");
    }

    /// <summary>Bytes, their length before them.</summary>
    public void ReadWriteAsVarString(ref byte[] bytes)
    {
        var length = ReadWriteCount(bytes.Length);
        if (Serializing)
        {
            ReadWrite(bytes);
            return;
        }
        if (Inner.CanSeek && Inner.Length - Inner.Position < length) throw new EndOfStreamException();
        bytes = new byte[length];
        ReadWrite(bytes);
    }

    /// <summary>How many elements follow. Room for them is made as they are read.</summary>
    internal int ReadWriteCount(int count)
    {
        var length = (ulong)count;
        ReadWriteAsVarInt(ref length);
        return length <= MaxLength ? (int)length : throw new FormatException("A length is above 32 MiB");
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace BtcChannels;

/// <summary>128 random bits that name an offer. The merchant's key for the channel is derived from them, so nothing else needs keeping.</summary>
public readonly record struct OfferId(UInt128 Value)
{
    public const int Length = 16;

    public static OfferId Random() => FromBytes(RandomNumberGenerator.GetBytes(Length));

    /// <param name="bytes">16, big-endian.</param>
    public static OfferId FromBytes(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return bytes;
    }

    public override string ToString() => Hex.Write(ToBytes());
}

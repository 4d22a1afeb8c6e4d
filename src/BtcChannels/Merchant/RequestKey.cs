using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace BtcChannels;

/// <summary>Names a request that its customer may repeat without paying again, within a channel: the first half of the SHA-256 of what he called it.</summary>
public readonly record struct RequestKey
{
    public const int Length = 16;

    private readonly UInt128 _value;

    private RequestKey(UInt128 value) => _value = value;

    /// <param name="name">The customer's name for it, in any form.</param>
    public static RequestKey Of(string name) => FromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, Length));

    /// <exception cref="ArgumentException">It is not 16 bytes.</exception>
    public static RequestKey FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length ? new(BinaryPrimitives.ReadUInt128BigEndian(bytes)) : throw new ArgumentException("A request key has 16 bytes", nameof(bytes));

    /// <exception cref="FormatException">It is not 32 digits of lower-case hex.</exception>
    public static RequestKey Parse(string text) => Hex.TryParse(text, out var bytes) && bytes.Length == Length ? FromBytes(bytes) : throw new FormatException($"'{text}' is no request key");

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
        return bytes;
    }

    public override string ToString() => Hex.Write(ToBytes());
}

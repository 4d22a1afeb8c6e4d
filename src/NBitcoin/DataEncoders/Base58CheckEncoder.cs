using System.Security.Cryptography;

namespace NBitcoin.DataEncoders;

/// <summary>Base 58 of the data and the first four bytes of its double SHA-256.</summary>
public class Base58CheckEncoder : Base58Encoder
{
    private const int ChecksumLength = 4;

    public override string EncodeData(ReadOnlySpan<byte> data) => base.EncodeData((ReadOnlySpan<byte>)[.. data, .. Checksum(data)]);

    public override byte[] DecodeData(string encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return TryDecode(encoded, out var data) ? data : throw new FormatException("Invalid base 58 check text");
    }

    internal static new bool TryDecode(string encoded, out byte[] data)
    {
        data = [];
        if (!Base58Encoder.TryDecode(encoded, out var bytes) || bytes.Length < ChecksumLength) return false;
        if (!bytes.AsSpan(^ChecksumLength..).SequenceEqual(Checksum(bytes.AsSpan(..^ChecksumLength)))) return false;
        data = bytes[..^ChecksumLength];
        return true;
    }

    private static ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> data) => SHA256.HashData(SHA256.HashData(data)).AsSpan(0, ChecksumLength);
}

using Hmac256 = System.Security.Cryptography.HMACSHA256;
using Hmac512 = System.Security.Cryptography.HMACSHA512;
using Sha256 = System.Security.Cryptography.SHA256;
using Sha512 = System.Security.Cryptography.SHA512;

namespace NBitcoin.Crypto;

/// <summary>The hash functions of the Bitcoin protocol.</summary>
public static class Hashes
{
    /// <summary>SHA-256 twice: transaction ids, block hashes, signature hashes.</summary>
    public static uint256 DoubleSHA256(byte[] data) => new(DoubleSHA256RawBytes(data));

    public static uint256 DoubleSHA256(byte[] data, int count) => DoubleSHA256(data, 0, count);

    public static uint256 DoubleSHA256(byte[] data, int offset, int count) =>
        new(DoubleSHA256RawBytes(data, offset, count));

    public static byte[] DoubleSHA256RawBytes(byte[] data) => Twice(data);

    public static byte[] DoubleSHA256RawBytes(byte[] data, int offset, int count) => Twice(data.AsSpan(offset, count));

    /// <summary>RIPEMD-160 of SHA-256: the hash of keys and scripts in addresses.</summary>
    public static uint160 Hash160(byte[] data) => new(Hash160RawBytes(data));

    public static uint160 Hash160(ReadOnlySpan<byte> data) => new(KeyHash(data));

    public static uint160 Hash160(byte[] data, int count) => Hash160(data, 0, count);

    public static uint160 Hash160(byte[] data, int offset, int count) => new(Hash160RawBytes(data, offset, count));

    public static byte[] Hash160RawBytes(byte[] data) => KeyHash(data);

    public static byte[] Hash160RawBytes(byte[] data, int offset, int count) => KeyHash(data.AsSpan(offset, count));

    public static byte[] RIPEMD160(byte[] data) => Ripemd160.HashData(data);

    public static byte[] RIPEMD160(byte[] data, int count) => RIPEMD160(data, 0, count);

    public static byte[] RIPEMD160(byte[] data, int offset, int count) =>
        Ripemd160.HashData(data.AsSpan(offset, count));

    public static byte[] SHA256(byte[] data) => Sha256.HashData(data);

    public static byte[] SHA256(ReadOnlySpan<byte> data) => Sha256.HashData(data);

    public static byte[] SHA256(byte[] data, int offset, int count) => SHA256(data.AsSpan(offset, count));

    public static byte[] SHA512(byte[] data) => Sha512.HashData(data);

    public static byte[] SHA512(byte[] data, int offset, int count) =>
        Sha512.HashData(data.AsSpan(offset, count));

    public static byte[] HMACSHA256(byte[] key, byte[] data) =>
        Hmac256.HashData(key, data);

    public static byte[] HMACSHA512(byte[] key, byte[] data) =>
        Hmac512.HashData(key, data);

    /// <summary>Writes the 64 bytes into <paramref name="output"/>; false if it is too small for them.</summary>
    public static bool HMACSHA512(byte[] key, ReadOnlySpan<byte> data, Span<byte> output, out int outputLength) =>
        Hmac512.TryHashData(key, data, output, out outputLength);

    private static byte[] Twice(ReadOnlySpan<byte> data)
    {
        Span<byte> once = stackalloc byte[Sha256.HashSizeInBytes];
        Sha256.HashData(data, once);
        return Sha256.HashData(once);
    }

    private static byte[] KeyHash(ReadOnlySpan<byte> data)
    {
        Span<byte> once = stackalloc byte[Sha256.HashSizeInBytes];
        Sha256.HashData(data, once);
        return Ripemd160.HashData(once);
    }
}

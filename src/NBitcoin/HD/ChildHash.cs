using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NBitcoin;

/// <summary>The hash that BIP32 derives children with.</summary>
internal static class ChildHash
{
    public const int ChainCodeLength = 32;

    /// <param name="parent">33 bytes: the public key, or for a hardened child a zero byte and the private key.</param>
    /// <exception cref="ArgumentException">The chain code is not 32 bytes.</exception>
    public static void Compute(byte[] chainCode, ReadOnlySpan<byte> parent, uint index, Span<byte> tweak32, Span<byte> childChainCode)
    {
        ArgumentNullException.ThrowIfNull(chainCode);
        if (chainCode.Length != ChainCodeLength) throw new ArgumentException("A chain code is 32 bytes", nameof(chainCode));
        Span<byte> data = stackalloc byte[33 + 4], hash = stackalloc byte[HMACSHA512.HashSizeInBytes];
        parent.CopyTo(data);
        BinaryPrimitives.WriteUInt32BigEndian(data[33..], index);
        HMACSHA512.HashData(chainCode, data, hash);
        hash[..32].CopyTo(tweak32);
        hash[32..].CopyTo(childChainCode);
        CryptographicOperations.ZeroMemory(data);
        CryptographicOperations.ZeroMemory(hash);
    }

    public static InvalidOperationException NoChild(uint index) => new($"BIP32 gives this key no child {index}; take the next index");
}

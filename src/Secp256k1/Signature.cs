using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Secp256k1;

/// <summary>An ECDSA signature: r and s, each from 1 to the group order less 1. The default value is no signature and verifies nothing.</summary>
public readonly struct Signature : IEquatable<Signature>
{
    /// <summary>Bytes of the compact form.</summary>
    public const int CompactLength = 64;

    /// <summary>Most bytes that the DER form takes, without a hash type.</summary>
    public const int MaxDerLength = 72;

    private readonly Compact _compact;

    private Signature(ReadOnlySpan<byte> compact64) => compact64.CopyTo(_compact);

    [UnscopedRef]
    internal ReadOnlySpan<byte> Bytes => _compact;

    private static ReadOnlySpan<byte> Order =>
    [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
        0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
    ];

    private static ReadOnlySpan<byte> HalfOrder =>
    [
        0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
    ];

    /// <summary>Reads r and s, 32 bytes each, big-endian.</summary>
    /// <returns>False for another length, or when r or s is zero or not below the group order.</returns>
    public static bool TryParseCompact(ReadOnlySpan<byte> compact64, out Signature signature)
    {
        signature = default;
        if (compact64.Length != CompactLength || !InRange(compact64[..32]) || !InRange(compact64[32..])) return false;
        signature = new(compact64);
        return true;
    }

    /// <summary>Reads strict DER (BIP66), without the hash type byte that follows it in a script.</summary>
    /// <returns>False for any other encoding, or when r or s is zero or not below the group order.</returns>
    public static bool TryParseDer(ReadOnlySpan<byte> der, out Signature signature)
    {
        signature = default;
        Span<byte> compact = stackalloc byte[CompactLength];
        return Der.TryRead(der, compact[..32], compact[32..]) && TryParseCompact(compact, out signature);
    }

    /// <summary>Reads what consensus read as a signature before BIP66: see <see cref="LaxDer"/>.</summary>
    /// <returns>False for what is none, or when r or s is zero or not below the group order: such a signature is nobody's.</returns>
    internal static bool TryParseLaxDer(ReadOnlySpan<byte> der, out Signature signature)
    {
        signature = default;
        Span<byte> compact = stackalloc byte[CompactLength];
        return LaxDer.TryRead(der, compact[..32], compact[32..]) && TryParseCompact(compact, out signature);
    }

    /// <summary>Whether the bytes are encoded as BIP66 demands, whatever the two numbers; without the hash type byte.</summary>
    public static bool IsStrictDer(ReadOnlySpan<byte> der) => Der.TrySplit(der, out _, out _);

    /// <summary>Takes a signature that the library made.</summary>
    internal static Signature FromValid(ReadOnlySpan<byte> compact64) => new(compact64);

    /// <summary>Whether s is at most half the group order (BIP146): of a signature's two forms, the only one that is accepted.</summary>
    public bool IsLowS => Bytes[32..].SequenceCompareTo(HalfOrder) <= 0;

    /// <summary>Whether r takes 32 bytes in DER, not 33.</summary>
    public bool IsLowR => Bytes[0] < 0x80;

    /// <summary>The low S form: this, or this with s taken from the group order.</summary>
    public Signature Normalize()
    {
        if (IsLowS) return this;
        Span<byte> compact = stackalloc byte[CompactLength];
        Bytes.CopyTo(compact);
        var borrow = 0;
        for (var i = 31; i >= 0; i--)
        {
            var difference = Order[i] - compact[32 + i] - borrow;
            borrow = difference < 0 ? 1 : 0;
            compact[32 + i] = (byte)(difference & 0xff);
        }
        return new(compact);
    }

    /// <summary>Writes r and s into the first 64 bytes.</summary>
    /// <exception cref="ArgumentException">There is less room than that.</exception>
    public void WriteCompact(Span<byte> destination)
    {
        if (destination.Length < CompactLength) throw new ArgumentException("A compact signature takes 64 bytes.", nameof(destination));
        Bytes.CopyTo(destination);
    }

    /// <summary>r and s, 32 bytes each, big-endian.</summary>
    public byte[] ToCompact() => Bytes.ToArray();

    /// <summary>The strict DER form, at most 72 bytes, without a hash type.</summary>
    public byte[] ToDer()
    {
        Span<byte> der = stackalloc byte[MaxDerLength];
        return der[..Der.Write(Bytes[..32], Bytes[32..], der)].ToArray();
    }

    /// <inheritdoc/>
    public bool Equals(Signature other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Signature other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Whether the two are the same r and s.</summary>
    public static bool operator ==(Signature left, Signature right) => left.Equals(right);

    /// <summary>Whether the two differ in r or s.</summary>
    public static bool operator !=(Signature left, Signature right) => !left.Equals(right);

    /// <summary>The compact form in hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);

    private static bool InRange(ReadOnlySpan<byte> scalar) => scalar.ContainsAnyExcept((byte)0) && scalar.SequenceCompareTo(Order) < 0;

    [InlineArray(CompactLength)]
    private struct Compact
    {
        private byte _first;
    }
}

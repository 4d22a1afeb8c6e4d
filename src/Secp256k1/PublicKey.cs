using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Secp256k1;

/// <summary>A point of the curve that is not infinity. Immutable, usable from any thread.</summary>
public sealed unsafe class PublicKey : IEquatable<PublicKey>
{
    /// <summary>Bytes of the compressed form.</summary>
    public const int CompressedLength = 33;

    /// <summary>Bytes of the uncompressed form.</summary>
    public const int UncompressedLength = 65;

    private readonly Point _point;

    private PublicKey(in Point point) => _point = point;

    /// <summary>Reads the compressed (02 or 03, 33 bytes) or uncompressed (04, 65 bytes) form of SEC 1.</summary>
    /// <returns>False for any other length or prefix, the hybrid ones (06, 07) among them, and for what is no point of the curve.</returns>
    /// <exception cref="Secp256k1MissingException">libsecp256k1 is not installed.</exception>
    public static bool TryParse(ReadOnlySpan<byte> sec1, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        return (sec1 is { Length: CompressedLength } and [2 or 3, ..] || sec1 is { Length: UncompressedLength } and [4, ..]) && TryRead(sec1, out key);
    }

    /// <summary>As <see cref="TryParse"/>, and the hybrid form (06, 07: the full point, and in the prefix whether y is odd), as consensus does.</summary>
    internal static bool TryParseHybridToo(ReadOnlySpan<byte> sec1, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        return sec1 is { Length: UncompressedLength } and [6 or 7, ..] ? TryRead(sec1, out key) : TryParse(sec1, out key);
    }

    internal static PublicKey Of(ReadOnlySpan<byte> validSecret)
    {
        Point point;
        fixed (byte* secret = validSecret)
            if (!Context.Succeeded(Native.PublicKeyCreate(Context.Handle, (byte*)&point, secret)))
                throw new ArgumentException("No secret key.", nameof(validSecret));
        return new(point);
    }

    /// <summary>The SEC 1 form, 33 bytes or, uncompressed, 65.</summary>
    public byte[] ToBytes(bool compressed = true)
    {
        var bytes = new byte[compressed ? CompressedLength : UncompressedLength];
        Serialize(bytes, compressed ? Native.Compressed : Native.Uncompressed);
        return bytes;
    }

    /// <summary>Writes the compressed form into the first 33 bytes.</summary>
    /// <exception cref="ArgumentException">There is less room than that.</exception>
    public void WriteTo(Span<byte> compressed33)
    {
        if (compressed33.Length < CompressedLength) throw new ArgumentException("A compressed public key takes 33 bytes.", nameof(compressed33));
        Serialize(compressed33[..CompressedLength], Native.Compressed);
    }

    /// <summary>Whether <paramref name="signature"/> is this key's signature of the 32-byte hash. High S is refused (BIP146), so a signature has one form.</summary>
    /// <exception cref="ArgumentException">The hash is not 32 bytes.</exception>
    public bool Verify(ReadOnlySpan<byte> hash32, in Signature signature)
    {
        if (hash32.Length != 32) throw new ArgumentException("A hash is 32 bytes.", nameof(hash32));
        var context = Context.Handle;
        var parsed = stackalloc byte[Native.SignatureSize];
        fixed (byte* compact = signature.Bytes, hash = hash32)
        fixed (Point* point = &_point)
            // libsecp256k1 itself answers 0 to high S, and to the zeros of a default value.
            return Context.Succeeded(Native.SignatureParseCompact(context, parsed, compact))
                && Context.Succeeded(Native.Verify(context, parsed, hash, (byte*)point));
    }

    /// <summary>This point plus <paramref name="tweak32"/> times the generator (BIP32's public derivation).</summary>
    /// <returns>False when the tweak is not below the group order, or the sum is infinity.</returns>
    /// <exception cref="ArgumentException">The tweak is not 32 bytes.</exception>
    public bool TryTweakAdd(ReadOnlySpan<byte> tweak32, [NotNullWhen(true)] out PublicKey? result)
    {
        if (tweak32.Length != 32) throw new ArgumentException("A tweak is 32 bytes.", nameof(tweak32));
        result = null;
        var point = _point;
        fixed (byte* tweak = tweak32)
            if (!Context.Succeeded(Native.PublicKeyTweakAdd(Context.Handle, (byte*)&point, tweak))) return false;
        result = new(point);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(PublicKey? other)
    {
        if (other is null) return false;
        if (ReferenceEquals(this, other)) return true;
        Span<byte> mine = stackalloc byte[CompressedLength], theirs = stackalloc byte[CompressedLength];
        WriteTo(mine);
        other.WriteTo(theirs);
        return mine.SequenceEqual(theirs);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        Span<byte> bytes = stackalloc byte[CompressedLength];
        WriteTo(bytes);
        HashCode hash = default;
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    /// <summary>The compressed form in hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToBytes());

    private static bool TryRead(ReadOnlySpan<byte> sec1, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        Point point;
        fixed (byte* input = sec1)
            if (!Context.Succeeded(Native.PublicKeyParse(Context.Handle, (byte*)&point, input, (nuint)sec1.Length))) return false;
        key = new(point);
        return true;
    }

    private void Serialize(Span<byte> output, uint form)
    {
        var length = (nuint)output.Length;
        fixed (byte* bytes = output)
        fixed (Point* point = &_point)
            if (!Context.Succeeded(Native.PublicKeySerialize(Context.Handle, bytes, &length, (byte*)point, form)))
                throw new InvalidOperationException("libsecp256k1 could not serialize a public key.");
    }

    // The library's own form of a point: opaque, so equality goes by the serialized one.
    [InlineArray(Native.PublicKeySize)]
    private struct Point
    {
        private byte _first;
    }
}

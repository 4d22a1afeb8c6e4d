using Secp256k1;

namespace NBitcoin.Crypto;

/// <summary>An ECDSA signature without a hash type.</summary>
public class ECDSASignature
{
    /// <summary>Reads strict DER (BIP66).</summary>
    /// <exception cref="FormatException">The bytes are not that, or r or s is not from 1 to the group order less 1.</exception>
    public ECDSASignature(byte[] derSig) : this(NotNull(derSig).AsSpan())
    {
    }

    /// <inheritdoc cref="ECDSASignature(byte[])"/>
    public ECDSASignature(ReadOnlySpan<byte> derSig) =>
        Value = Signature.TryParseDer(derSig, out var value) ? value : throw new FormatException("Invalid DER signature");

    internal ECDSASignature(Signature value) => Value = value;

    internal Signature Value { get; }

    /// <summary>Whether s is at most half the group order (BIP146).</summary>
    public bool IsLowS => Value.IsLowS;

    /// <summary>Whether r takes 32 bytes in DER, not 33.</summary>
    public bool IsLowR => Value.IsLowR;

    /// <param name="compactFormat">r and s, 32 bytes each, big-endian.</param>
    /// <returns>False for another length, or when r or s is not from 1 to the group order less 1.</returns>
    public static bool TryParseFromCompact(byte[] compactFormat, out ECDSASignature signature) =>
        TryParseFromCompact(NotNull(compactFormat).AsSpan(), out signature);

    /// <inheritdoc cref="TryParseFromCompact(byte[], out ECDSASignature)"/>
    public static bool TryParseFromCompact(ReadOnlySpan<byte> compactFormat, out ECDSASignature signature)
    {
        signature = Signature.TryParseCompact(compactFormat, out var value) ? new(value) : null!;
        return signature is not null;
    }

    /// <inheritdoc cref="ECDSASignature(byte[])"/>
    public static ECDSASignature FromDER(byte[] sig) => new(sig);

    /// <summary>Whether the bytes are strict DER (BIP66), whatever the numbers in it.</summary>
    public static bool IsValidDER(byte[] bytes) => IsValidDER(NotNull(bytes).AsSpan());

    /// <inheritdoc cref="IsValidDER(byte[])"/>
    public static bool IsValidDER(ReadOnlySpan<byte> bytes) => Signature.IsStrictDer(bytes);

    public byte[] ToCompact() => Value.ToCompact();

    public byte[] ToDER() => Value.ToDer();

    /// <summary>The form with low S.</summary>
    public ECDSASignature MakeCanonical() => IsLowS ? this : new(Value.Normalize());

    private static byte[] NotNull(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return bytes;
    }
}

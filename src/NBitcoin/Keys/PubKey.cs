using NBitcoin.Crypto;
using NBitcoin.DataEncoders;
using Secp256k1;

namespace NBitcoin;

/// <summary>A public key and the form, compressed or not, that it is written in. Immutable.</summary>
public class PubKey : IDestination, IComparable<PubKey>, IEquatable<PubKey>, IPubKey
{
    private readonly PublicKey _point;
    private readonly byte[] _bytes;

    /// <param name="hex">A key of 33 or 65 bytes.</param>
    /// <exception cref="FormatException">The text is no hex, or the bytes are no key.</exception>
    public PubKey(string hex) : this(Encoders.Hex.DecodeData(hex))
    {
    }

    /// <param name="bytes">A compressed (02, 03) or uncompressed (04) key of SEC 1; the hybrid form (06, 07) is refused.</param>
    /// <exception cref="FormatException">The bytes are no such key.</exception>
    public PubKey(byte[] bytes) : this(NotNull(bytes).AsSpan())
    {
    }

    /// <inheritdoc cref="PubKey(byte[])"/>
    public PubKey(ReadOnlySpan<byte> bytes)
    {
        _point = PublicKey.TryParse(bytes, out var point) ? point : throw new FormatException("Invalid public key");
        _bytes = bytes.ToArray();
    }

    internal PubKey(PublicKey point, bool compressed)
    {
        _point = point;
        _bytes = point.ToBytes(compressed);
    }

    public static bool TryCreatePubKey(byte[] bytes, out PubKey pubKey) => TryCreatePubKey(NotNull(bytes).AsSpan(), out pubKey);

    public static bool TryCreatePubKey(ReadOnlySpan<byte> bytes, out PubKey pubKey)
    {
        pubKey = PublicKey.TryParse(bytes, out var point) ? new(point, bytes.Length == PublicKey.CompressedLength) : null!;
        return pubKey is not null;
    }

    public bool IsCompressed => _bytes.Length == PublicKey.CompressedLength;

    public KeyId Hash => new(Hashes.Hash160(_bytes.AsSpan()));

    /// <exception cref="InvalidOperationException">The key is not compressed: a witness program of it could never be spent (BIP143).</exception>
    public WitKeyId WitHash => IsCompressed ? new(Hashes.Hash160(_bytes.AsSpan())) : throw new InvalidOperationException("Segwit takes compressed keys only");

    /// <summary>P2PK.</summary>
    public Script ScriptPubKey => new((byte[])[(byte)_bytes.Length, .. _bytes, 0xac]);

    public PubKey Compress() => IsCompressed ? this : new(_point, true);

    public PubKey Decompress() => IsCompressed ? new(_point, false) : this;

    /// <exception cref="InvalidOperationException">A segwit type, and the key is not compressed.</exception>
    public BitcoinAddress GetAddress(ScriptPubKeyType type, Network network) => GetDestination(type).GetAddress(network);

    /// <inheritdoc cref="GetAddress"/>
    public Script GetScriptPubKey(ScriptPubKeyType type) => GetDestination(type).ScriptPubKey;

    /// <inheritdoc cref="GetAddress"/>
    public IAddressableDestination GetDestination(ScriptPubKeyType type) => type switch
    {
        ScriptPubKeyType.Legacy => Hash,
        ScriptPubKeyType.Segwit => WitHash,
        ScriptPubKeyType.SegwitP2SH => new ScriptId(WitHash.ScriptPubKey),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No script type that is known here"),
    };

    public HDFingerprint GetHDFingerPrint() => HDFingerprint.FromKeyId(Hash);

    /// <summary>Whether this is a signature of the hash, as consensus sees it: with high S too.</summary>
    public bool Verify(uint256 hash, ECDSASignature sig)
    {
        ArgumentNullException.ThrowIfNull(hash);
        ArgumentNullException.ThrowIfNull(sig);
        Span<byte> message = stackalloc byte[32];
        hash.ToBytes(message);
        return _point.Verify(message, sig.Value.Normalize());
    }

    /// <param name="sig">Strict DER, without a hash type.</param>
    /// <exception cref="FormatException">The signature is not that.</exception>
    public bool Verify(uint256 hash, byte[] sig) => Verify(hash, new ECDSASignature(sig));

    /// <summary>BIP32's public derivation.</summary>
    /// <param name="cc">The chain code, 32 bytes.</param>
    /// <param name="nChild">Below 2^31.</param>
    /// <param name="ccChild">The child's chain code.</param>
    /// <exception cref="ArgumentException">The chain code is not 32 bytes.</exception>
    /// <exception cref="InvalidOperationException">The child is hardened, or (once in 2^127) does not exist.</exception>
    public PubKey Derivate(byte[] cc, uint nChild, out byte[] ccChild)
    {
        if (nChild >= KeyPath.Hardened) throw new InvalidOperationException("A public key has no hardened children");
        Span<byte> tweak = stackalloc byte[32];
        ccChild = new byte[32];
        ChildHash.Compute(cc, Compress()._bytes, nChild, tweak, ccChild);
        return _point.TryTweakAdd(tweak, out var child) ? new(child, true) : throw ChildHash.NoChild(nChild);
    }

    public byte[] ToBytes() => [.. _bytes];

    /// <summary>A copy, whatever the argument.</summary>
    public byte[] ToBytes(bool @unsafe) => ToBytes();

    /// <exception cref="ArgumentException">The span is too short.</exception>
    public void ToBytes(Span<byte> output, out int length)
    {
        _bytes.CopyTo(output);
        length = _bytes.Length;
    }

    public string ToHex() => Encoders.Hex.EncodeData(_bytes);

    /// <summary>Hex.</summary>
    public override string ToString() => ToHex();

    /// <summary>By the bytes, as BIP67 sorts keys.</summary>
    public int CompareTo(PubKey other) => other is null ? 1 : _bytes.AsSpan().SequenceCompareTo(other._bytes);

    public bool Equals(PubKey pk) => pk is not null && _bytes.AsSpan().SequenceEqual(pk._bytes);

    public override bool Equals(object obj) => Equals(obj as PubKey);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    public static bool operator ==(PubKey a, PubKey b) => Equals(a, b);

    public static bool operator !=(PubKey a, PubKey b) => !Equals(a, b);

    private static byte[] NotNull(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return bytes;
    }
}

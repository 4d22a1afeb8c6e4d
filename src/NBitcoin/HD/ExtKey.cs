using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NBitcoin.DataEncoders;
using Secp256k1;

namespace NBitcoin;

/// <summary>An extended private key (BIP32).</summary>
public class ExtKey : IDestination, ISecret, IEquatable<ExtKey>, IHDKey
{
    /// <summary>Bytes of an extended key without the network's prefix.</summary>
    public const int Length = HDNode.Length;

    private readonly HDNode _node;

    /// <summary>A fresh master key from 64 bytes of the system's secure random source.</summary>
    public ExtKey() : this(FromFreshSeed())
    {
    }

    /// <inheritdoc cref="CreateFromSeed(byte[])"/>
    /// <param name="seedHex">The seed in hex.</param>
    /// <exception cref="FormatException">The text is not hex.</exception>
    public ExtKey(string seedHex) : this(FromSeed(Encoders.Hex.DecodeData(seedHex)))
    {
    }

    /// <summary>A master key.</summary>
    /// <exception cref="ArgumentException">The chain code is not 32 bytes.</exception>
    public ExtKey(Key masterKey, byte[] chainCode) : this(masterKey, chainCode, 0, default, 0)
    {
    }

    /// <exception cref="ArgumentException">The chain code is not 32 bytes.</exception>
    public ExtKey(Key key, byte[] chainCode, byte depth, HDFingerprint fingerprint, uint child) : this((key, new(depth, fingerprint, child, chainCode)))
    {
    }

    private ExtKey((Key Key, HDNode Node) parts)
    {
        ArgumentNullException.ThrowIfNull(parts.Key);
        (PrivateKey, _node) = parts;
    }

    /// <param name="seed">16 to 64 bytes, as BIP32 asks for. They are not wiped.</param>
    /// <exception cref="ArgumentException">The seed has another length.</exception>
    public static ExtKey CreateFromSeed(byte[] seed)
    {
        ArgumentNullException.ThrowIfNull(seed);
        return CreateFromSeed(seed.AsSpan());
    }

    /// <inheritdoc cref="CreateFromSeed(byte[])"/>
    public static ExtKey CreateFromSeed(ReadOnlySpan<byte> seed) => new(FromSeed(seed));

    /// <param name="bytes">74 bytes, as <see cref="ToBytes"/> gives.</param>
    /// <exception cref="FormatException">The bytes are no extended private key.</exception>
    public static ExtKey CreateFromBytes(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return CreateFromBytes(bytes.AsSpan());
    }

    /// <inheritdoc cref="CreateFromBytes(byte[])"/>
    public static ExtKey CreateFromBytes(ReadOnlySpan<byte> bytes)
    {
        var node = HDNode.Read(bytes, out var key);
        return key[0] == 0 && SecretKey.TryCreate(key[1..], out var secret) ? new((new(secret, true), node)) : throw new FormatException("Invalid extended private key");
    }

    /// <param name="wif">An xprv, or of test networks a tprv.</param>
    /// <exception cref="FormatException">The text is not that.</exception>
    public static ExtKey Parse(string wif, Network expectedNetwork) => new BitcoinExtKey(wif, expectedNetwork).ExtKey;

    public Key PrivateKey { get; }

    public byte[] ChainCode => _node.ChainCode;

    /// <summary>0 for a master key.</summary>
    public byte Depth => _node.Depth;

    /// <summary>The index among the siblings, hardened from 2^31 up.</summary>
    public uint Child => _node.Child;

    public HDFingerprint ParentFingerprint => _node.Parent;

    public bool IsHardened => _node.IsHardened;

    /// <summary>P2PK of the key.</summary>
    public Script ScriptPubKey => PrivateKey.PubKey.ScriptPubKey;

    public PubKey GetPublicKey() => PrivateKey.PubKey;

    public ExtPubKey Neuter() => new(PrivateKey.PubKey.Compress(), _node);

    /// <exception cref="InvalidOperationException">The child (once in 2^127) does not exist, or lies below level 255.</exception>
    public ExtKey Derive(uint index)
    {
        var key = PrivateKey.Derivate(_node.ChainCode, index, out var chainCode);
        return new((key, _node.Below(PrivateKey.PubKey.Compress(), index, chainCode)));
    }

    /// <inheritdoc cref="Derive(uint)"/>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public ExtKey Derive(int index, bool hardened) => Derive(KeyPath.Empty.Derive(index, hardened)[0]);

    /// <inheritdoc cref="Derive(uint)"/>
    public ExtKey Derive(KeyPath keyPath)
    {
        ArgumentNullException.ThrowIfNull(keyPath);
        var derived = this;
        foreach (var index in keyPath.Indexes)
        {
            var above = derived;
            derived = above.Derive(index);
            if (above != (object)this) above.PrivateKey.Dispose();
        }
        return derived;
    }

    IHDKey IHDKey.Derive(KeyPath keyPath) => Derive(keyPath);

    public BitcoinExtKey GetWif(Network network) => new(this, network);

    /// <summary>An xprv, or of test networks a tprv.</summary>
    public string ToString(Network network) => GetWif(network).ToString();

    /// <summary>74 bytes: the serialization of BIP32 without the network's prefix.</summary>
    public byte[] ToBytes()
    {
        var secret = PrivateKey.ToBytes();
        try
        {
            return _node.Write([0, .. secret]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    public bool Equals([NotNullWhen(true)] ExtKey other) => other is not null && CryptographicOperations.FixedTimeEquals(ToBytes(), other.ToBytes());

    public override bool Equals(object obj) => Equals(obj as ExtKey);

    public override int GetHashCode() => PrivateKey.GetHashCode();

    public static bool operator ==(ExtKey a, ExtKey b) => Equals(a, b);

    public static bool operator !=(ExtKey a, ExtKey b) => !Equals(a, b);

    private static (Key, HDNode) FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length is < 16 or > 64) throw new ArgumentException("A seed is 16 to 64 bytes", nameof(seed));
        Span<byte> hash = stackalloc byte[HMACSHA512.HashSizeInBytes];
        HMACSHA512.HashData("Bitcoin seed"u8, seed, hash);
        try
        {
            return SecretKey.TryCreate(hash[..32], out var secret)
                ? (new(secret, true), new(0, default, 0, hash[32..].ToArray()))
                : throw new ArgumentException("BIP32 gives this seed no master key", nameof(seed));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(hash);
        }
    }

    private static (Key, HDNode) FromFreshSeed()
    {
        Span<byte> seed = stackalloc byte[64];
        RandomNumberGenerator.Fill(seed);
        try
        {
            return FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }
}

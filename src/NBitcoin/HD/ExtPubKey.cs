using System.Diagnostics.CodeAnalysis;

namespace NBitcoin;

/// <summary>An extended public key (BIP32).</summary>
public class ExtPubKey : IDestination, IHDKey, IEquatable<ExtPubKey>
{
    /// <summary>Bytes of an extended key without the network's prefix.</summary>
    public const int Length = HDNode.Length;

    private readonly HDNode _node;

    /// <param name="bytes">74 bytes, as <see cref="ToBytes"/> gives.</param>
    /// <exception cref="FormatException">The bytes are no extended public key.</exception>
    public ExtPubKey(byte[] bytes) : this(bytes.AsSpan())
    {
    }

    /// <inheritdoc cref="ExtPubKey(byte[])"/>
    public ExtPubKey(ReadOnlySpan<byte> bytes)
    {
        _node = HDNode.Read(bytes, out var key);
        PubKey = new(key);
    }

    /// <summary>A master key.</summary>
    /// <exception cref="ArgumentException">The chain code is not 32 bytes, or the key is not compressed.</exception>
    public ExtPubKey(PubKey masterKey, byte[] chainCode) : this(masterKey, chainCode, 0, default, 0)
    {
    }

    /// <exception cref="ArgumentException">The chain code is not 32 bytes, or the key is not compressed.</exception>
    public ExtPubKey(PubKey pubkey, byte[] chainCode, byte depth, HDFingerprint fingerprint, uint child) : this(pubkey, new HDNode(depth, fingerprint, child, chainCode))
    {
    }

    internal ExtPubKey(PubKey key, HDNode node)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!key.IsCompressed) throw new ArgumentException("An extended key is compressed", nameof(key));
        (PubKey, _node) = (key, node);
    }

    /// <param name="wif">An xpub, or of test networks a tpub.</param>
    /// <exception cref="FormatException">The text is not that.</exception>
    public static ExtPubKey Parse(string wif, Network expectedNetwork) => new BitcoinExtPubKey(wif, expectedNetwork).ExtPubKey;

    public PubKey PubKey { get; }

    public byte[] ChainCode => _node.ChainCode;

    /// <summary>0 for a master key.</summary>
    public byte Depth => _node.Depth;

    /// <summary>The index among the siblings, hardened from 2^31 up.</summary>
    public uint Child => _node.Child;

    public HDFingerprint ParentFingerprint => _node.Parent;

    public bool IsHardened => _node.IsHardened;

    /// <summary>P2PK of the key.</summary>
    public Script ScriptPubKey => PubKey.ScriptPubKey;

    public PubKey GetPublicKey() => PubKey;

    /// <param name="index">Below 2^31.</param>
    /// <exception cref="InvalidOperationException">The child is hardened, lies below level 255, or (once in 2^127) does not exist.</exception>
    public ExtPubKey Derive(uint index)
    {
        var key = PubKey.Derivate(_node.ChainCode, index, out var chainCode);
        return new(key, _node.Below(PubKey, index, chainCode));
    }

    /// <inheritdoc cref="Derive(uint)"/>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public ExtPubKey Derive(int index, bool hardened) => Derive(KeyPath.Empty.Derive(index, hardened)[0]);

    /// <inheritdoc cref="Derive(uint)"/>
    public ExtPubKey Derive(KeyPath derivation)
    {
        ArgumentNullException.ThrowIfNull(derivation);
        return derivation.Indexes.Aggregate(this, (key, index) => key.Derive(index));
    }

    IHDKey IHDKey.Derive(KeyPath keyPath) => Derive(keyPath);

    public BitcoinExtPubKey GetWif(Network network) => new(this, network);

    /// <summary>An xpub, or of test networks a tpub.</summary>
    public string ToString(Network network) => GetWif(network).ToString();

    /// <summary>74 bytes: the serialization of BIP32 without the network's prefix.</summary>
    public byte[] ToBytes() => _node.Write(PubKey.ToBytes());

    public bool Equals([NotNullWhen(true)] ExtPubKey other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override bool Equals(object obj) => Equals(obj as ExtPubKey);

    public override int GetHashCode() => PubKey.GetHashCode();

    public static bool operator ==(ExtPubKey a, ExtPubKey b) => Equals(a, b);

    public static bool operator !=(ExtPubKey a, ExtPubKey b) => !Equals(a, b);
}

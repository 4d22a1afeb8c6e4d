using System.Buffers.Binary;
using System.Security.Cryptography;
using NBitcoin.Crypto;
using NBitcoin.DataEncoders;
using Secp256k1;

namespace NBitcoin;

/// <summary>A private key. <see cref="Dispose"/> wipes it; after that only the public key is left.</summary>
public class Key : IDestination, IDisposable
{
    private readonly SecretKey _secret;

    /// <summary>A fresh key from the system's secure random source.</summary>
    public Key() : this(true)
    {
    }

    /// <inheritdoc cref="Key()"/>
    public Key(bool fCompressedIn) : this(SecretKey.Generate(), fCompressedIn)
    {
    }

    /// <param name="data">The key, big-endian; from 1 to the group order less 1. It is copied, and not wiped.</param>
    /// <param name="count">How many bytes of it to take: 32; -1 is all.</param>
    /// <exception cref="ArgumentException">There are not 32 bytes, or the number is out of range.</exception>
    public Key(byte[] data, int count = -1, bool fCompressedIn = true) : this(Checked(data, count), fCompressedIn)
    {
    }

    internal Key(SecretKey secret, bool compressed)
    {
        _secret = secret;
        PubKey = new(secret.PublicKey, compressed);
    }

    public static Key Parse(string wif, Network expectedNetwork) => new BitcoinSecret(wif, expectedNetwork).PrivateKey;

    public bool IsCompressed => PubKey.IsCompressed;

    public PubKey PubKey { get; }

    Script IDestination.ScriptPubKey => PubKey.ScriptPubKey;

    public BitcoinAddress GetAddress(ScriptPubKeyType scriptPubKeyType, Network network) => PubKey.GetAddress(scriptPubKeyType, network);

    public IAddressableDestination GetDestination(ScriptPubKeyType scriptPubKeyType) => PubKey.GetDestination(scriptPubKeyType);

    public Script GetScriptPubKey(ScriptPubKeyType scriptPubKeyType) => PubKey.GetScriptPubKey(scriptPubKeyType);

    /// <summary>Signs with RFC 6979 nonces, low S and low R, as Bitcoin Core does: always the same signature for a hash.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public ECDSASignature Sign(uint256 hash) => Sign(hash, true);

    /// <summary>As <see cref="Sign(uint256)"/>; without low R it takes half the time, and one byte more every other time.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public ECDSASignature Sign(uint256 hash, bool useLowR)
    {
        ArgumentNullException.ThrowIfNull(hash);
        Span<byte> message = stackalloc byte[32], entropy = stackalloc byte[32];
        hash.ToBytes(message);
        entropy.Clear();
        var signature = _secret.Sign(message);
        for (var counter = 1u; useLowR && !signature.IsLowR; counter++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entropy, counter);
            signature = _secret.Sign(message, entropy);
        }
        return new(signature);
    }

    /// <summary>BIP32's private derivation, hardened from 2^31 up.</summary>
    /// <param name="cc">The chain code, 32 bytes.</param>
    /// <param name="ccChild">The child's chain code.</param>
    /// <exception cref="ArgumentException">The chain code is not 32 bytes.</exception>
    /// <exception cref="InvalidOperationException">The child (once in 2^127) does not exist.</exception>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public Key Derivate(byte[] cc, uint nChild, out byte[] ccChild)
    {
        Span<byte> tweak = stackalloc byte[32], parent = stackalloc byte[33];
        parent.Clear();
        if (nChild >= KeyPath.Hardened) _secret.CopyTo(parent[1..]);
        else _secret.PublicKey.WriteTo(parent);
        try
        {
            ccChild = new byte[32];
            ChildHash.Compute(cc, parent, nChild, tweak, ccChild);
            return _secret.TryTweakAdd(tweak, out var child) ? new(child, true) : throw ChildHash.NoChild(nChild);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parent);
            CryptographicOperations.ZeroMemory(tweak);
        }
    }

    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public BitcoinSecret GetBitcoinSecret(Network network) => new(this, network);

    /// <inheritdoc cref="GetBitcoinSecret"/>
    public BitcoinSecret GetWif(Network network) => new(this, network);

    /// <summary>The wallet import format.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public string ToString(Network network) => GetWif(network).ToString();

    /// <summary>32 bytes, big-endian. Wiping them is the caller's business.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public byte[] ToBytes()
    {
        var bytes = new byte[SecretKey.Length];
        _secret.CopyTo(bytes);
        return bytes;
    }

    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public string ToHex() => Encoders.Hex.EncodeData(ToBytes());

    public void Dispose()
    {
        _secret.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The same number, written to be compressed or not alike.</summary>
    public override bool Equals(object obj) => obj is Key other && PubKey.Equals(other.PubKey);

    public override int GetHashCode() => PubKey.GetHashCode();

    public static bool operator ==(Key a, Key b) => Equals(a, b);

    public static bool operator !=(Key a, Key b) => !Equals(a, b);

    private static SecretKey Checked(byte[] data, int count)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (count < -1 || count > data.Length) throw new ArgumentOutOfRangeException(nameof(count));
        var bytes = count == -1 ? data : data.AsSpan(0, count);
        if (bytes.Length != SecretKey.Length) throw new ArgumentException("A private key is 32 bytes", nameof(data));
        return SecretKey.TryCreate(bytes, out var secret) ? secret : throw new ArgumentException("A private key is from 1 to the group order less 1", nameof(data));
    }
}

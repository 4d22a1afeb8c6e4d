using System.Security.Cryptography;

namespace NBitcoin;

/// <summary>A private key as text: the wallet import format.</summary>
public class BitcoinSecret : Base58Data, IDestination, ISecret
{
    private const byte CompressedMark = 1;

    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public BitcoinSecret(Key key, Network network) : base(Base58Type.SECRET_KEY, Data(key), network) => PrivateKey = key;

    /// <exception cref="FormatException">The text is no private key of that network.</exception>
    public BitcoinSecret(string base58, Network expectedNetwork) : this(Parse(base58, expectedNetwork), expectedNetwork)
    {
    }

    public Key PrivateKey { get; }

    public PubKey PubKey => PrivateKey.PubKey;

    public virtual KeyId PubKeyHash => PubKey.Hash;

    public bool IsCompressed => PrivateKey.IsCompressed;

    public override Base58Type Type => Base58Type.SECRET_KEY;

    Script IDestination.ScriptPubKey => PubKey.ScriptPubKey;

    public BitcoinAddress GetAddress(ScriptPubKeyType type) => PubKey.GetAddress(type, Network);

    private static byte[] Data(Key key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.IsCompressed ? [.. key.ToBytes(), CompressedMark] : key.ToBytes();
    }

    private static Key Parse(string base58, Network network)
    {
        var data = Read(base58, Base58Type.SECRET_KEY, network);
        try
        {
            var compressed = data is { Length: 33 } and [.., CompressedMark];
            return (compressed || data.Length == 32) && Secp256k1.SecretKey.TryCreate(data.AsSpan(0, 32), out var secret)
                ? new(secret, compressed)
                : throw new FormatException("Invalid private key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(data);
        }
    }
}

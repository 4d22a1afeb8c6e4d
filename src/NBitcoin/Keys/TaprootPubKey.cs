using NBitcoin.DataEncoders;
using Secp256k1;

namespace NBitcoin;

/// <summary>The output key of a P2TR script (BIP341): the x coordinate of a point. It can be paid here, not signed for.</summary>
public class TaprootPubKey : IAddressableDestination, IPubKey
{
    internal const int Length = 32;

    private readonly byte[] _bytes;

    /// <param name="pubkey">32 bytes.</param>
    /// <exception cref="FormatException">No point of the curve has that x coordinate.</exception>
    public TaprootPubKey(byte[] pubkey)
    {
        ArgumentNullException.ThrowIfNull(pubkey);
        _bytes = PublicKey.TryParse([2, .. pubkey], out _) ? [.. pubkey] : throw new FormatException("Invalid taproot public key");
    }

    public static bool TryCreate(byte[] pubkey, out TaprootPubKey result)
    {
        ArgumentNullException.ThrowIfNull(pubkey);
        result = PublicKey.TryParse([2, .. pubkey], out _) ? new(pubkey) : null!;
        return result is not null;
    }

    public Script ScriptPubKey => new((byte[])[0x51, Length, .. _bytes]);

    public TaprootAddress GetAddress(Network network) => new(this, network);

    BitcoinAddress IAddressableDestination.GetAddress(Network network) => GetAddress(network);

    bool IAddressableDestination.IsSupported(Network network) => true;

    public byte[] ToBytes() => [.. _bytes];

    public override bool Equals(object obj) => obj is TaprootPubKey other && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    public static bool operator ==(TaprootPubKey a, TaprootPubKey b) => Equals(a, b);

    public static bool operator !=(TaprootPubKey a, TaprootPubKey b) => !Equals(a, b);

    /// <summary>Hex.</summary>
    public override string ToString() => Encoders.Hex.EncodeData(_bytes);
}

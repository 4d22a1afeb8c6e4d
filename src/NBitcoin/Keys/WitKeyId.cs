using NBitcoin.DataEncoders;

namespace NBitcoin;

/// <summary>HASH160 of a compressed public key, as P2WPKH pays it (BIP141).</summary>
public class WitKeyId : IAddressableDestination
{
    internal const int Length = 20;

    private readonly byte[] _bytes;

    /// <summary>All zeros.</summary>
    public WitKeyId() => _bytes = new byte[Length];

    /// <param name="value">20 bytes, in the order of the script.</param>
    /// <exception cref="ArgumentException">There are not 20.</exception>
    public WitKeyId(byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length != Length) throw new ArgumentException("WitKeyId takes 20 bytes", nameof(value));
        _bytes = [.. value];
    }

    public WitKeyId(uint160 value) : this(value.ToBytes())
    {
    }

    /// <param name="value">20 bytes in hex, in the order of the script.</param>
    /// <exception cref="FormatException">The text is not hex.</exception>
    /// <exception cref="ArgumentException">There are not 20 bytes.</exception>
    public WitKeyId(string value) : this(Encoders.Hex.DecodeData(value))
    {
    }

    public Script ScriptPubKey => new((byte[])[0x00, Length, .. _bytes]);

    public KeyId AsKeyId() => new(_bytes);

    public BitcoinWitPubKeyAddress GetAddress(Network network) => new(this, network);

    BitcoinAddress IAddressableDestination.GetAddress(Network network) => GetAddress(network);

    public bool IsSupported(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return true;
    }

    /// <summary>In the order of the script.</summary>
    public byte[] ToBytes() => [.. _bytes];

    public override bool Equals(object obj) => obj is WitKeyId other && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    public static bool operator ==(WitKeyId a, WitKeyId b) => Equals(a, b);

    public static bool operator !=(WitKeyId a, WitKeyId b) => !Equals(a, b);

    /// <summary>Hex, in the order of the script.</summary>
    public override string ToString() => Encoders.Hex.EncodeData(_bytes);
}

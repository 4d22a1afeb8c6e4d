using NBitcoin.Crypto;
using NBitcoin.DataEncoders;

namespace NBitcoin;

/// <summary>SHA-256 of a witness script, as P2WSH pays it (BIP141).</summary>
public class WitScriptId : IAddressableDestination
{
    internal const int Length = 32;

    private readonly byte[] _bytes;

    /// <summary>All zeros.</summary>
    public WitScriptId() => _bytes = new byte[Length];

    /// <param name="value">32 bytes, in the order of the script.</param>
    /// <exception cref="ArgumentException">There are not 32.</exception>
    public WitScriptId(byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length != Length) throw new ArgumentException("WitScriptId takes 32 bytes", nameof(value));
        _bytes = [.. value];
    }

    public WitScriptId(uint256 value) : this(value.ToBytes())
    {
    }

    /// <param name="value">32 bytes in hex, in the order of the script.</param>
    /// <exception cref="FormatException">The text is not hex.</exception>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public WitScriptId(string value) : this(Encoders.Hex.DecodeData(value))
    {
    }

    public WitScriptId(Script script) : this(Hashes.SHA256(script.ToBytes()))
    {
    }

    public Script ScriptPubKey => new((byte[])[0x00, Length, .. _bytes]);

    public BitcoinWitScriptAddress GetAddress(Network network) => new(this, network);

    BitcoinAddress IAddressableDestination.GetAddress(Network network) => GetAddress(network);

    public bool IsSupported(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return true;
    }

    /// <summary>In the order of the script.</summary>
    public byte[] ToBytes() => [.. _bytes];

    public override bool Equals(object obj) => obj is WitScriptId other && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    public static bool operator ==(WitScriptId a, WitScriptId b) => Equals(a, b);

    public static bool operator !=(WitScriptId a, WitScriptId b) => !Equals(a, b);

    /// <summary>Hex, in the order of the script.</summary>
    public override string ToString() => Encoders.Hex.EncodeData(_bytes);
}

using NBitcoin.Crypto;
using NBitcoin.DataEncoders;

namespace NBitcoin;

/// <summary>HASH160 of a redeem script, as P2SH pays it (BIP16).</summary>
public class ScriptId : IAddressableDestination
{
    internal const int Length = 20;

    private readonly byte[] _bytes;

    /// <summary>All zeros.</summary>
    public ScriptId() => _bytes = new byte[Length];

    /// <param name="value">20 bytes, in the order of the script.</param>
    /// <exception cref="ArgumentException">There are not 20.</exception>
    public ScriptId(byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length != Length) throw new ArgumentException("ScriptId takes 20 bytes", nameof(value));
        _bytes = [.. value];
    }

    public ScriptId(uint160 value) : this(value.ToBytes())
    {
    }

    /// <param name="value">20 bytes in hex, in the order of the script.</param>
    /// <exception cref="FormatException">The text is not hex.</exception>
    /// <exception cref="ArgumentException">There are not 20 bytes.</exception>
    public ScriptId(string value) : this(Encoders.Hex.DecodeData(value))
    {
    }

    public ScriptId(Script script) : this(Hashes.Hash160(script.ToBytes()))
    {
    }

    public Script ScriptPubKey => new((byte[])[0xa9, Length, .. _bytes, 0x87]);

    public BitcoinScriptAddress GetAddress(Network network) => new(this, network);

    BitcoinAddress IAddressableDestination.GetAddress(Network network) => GetAddress(network);

    public bool IsSupported(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return true;
    }

    /// <summary>In the order of the script.</summary>
    public byte[] ToBytes() => [.. _bytes];

    public override bool Equals(object obj) => obj is ScriptId other && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    public static bool operator ==(ScriptId a, ScriptId b) => Equals(a, b);

    public static bool operator !=(ScriptId a, ScriptId b) => !Equals(a, b);

    /// <summary>Hex, in the order of the script.</summary>
    public override string ToString() => Encoders.Hex.EncodeData(_bytes);
}

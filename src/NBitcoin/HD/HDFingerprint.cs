using System.Buffers.Binary;
using NBitcoin.DataEncoders;

namespace NBitcoin;

/// <summary>The first four bytes of a key's HASH160 (BIP32). The default is a master key's parent: none.</summary>
public readonly struct HDFingerprint
{
    private readonly uint _value;

    /// <param name="value">The four bytes, read least significant first.</param>
    public HDFingerprint(uint value) => _value = value;

    /// <exception cref="ArgumentException">There are not four bytes.</exception>
    public HDFingerprint(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 4) throw new ArgumentException("A fingerprint is 4 bytes", nameof(bytes));
        _value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <exception cref="ArgumentException">There are not four bytes.</exception>
    public HDFingerprint(byte[] bytes) : this(bytes.AsSpan())
    {
    }

    public static HDFingerprint FromKeyId(KeyId id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return new(id.ToBytes().AsSpan(0, 4));
    }

    /// <param name="str">Eight hex digits.</param>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static HDFingerprint Parse(string str) => TryParse(str, out var result) ? result : throw new FormatException("Invalid key fingerprint");

    public static bool TryParse(string str, out HDFingerprint result)
    {
        ArgumentNullException.ThrowIfNull(str);
        var fits = str.Length == 8 && HexEncoder.IsWellFormed(str);
        result = fits ? new(Encoders.Hex.DecodeData(str)) : default;
        return fits;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[4];
        ToBytes(bytes);
        return bytes;
    }

    /// <exception cref="ArgumentOutOfRangeException">The span is shorter than four bytes.</exception>
    public void ToBytes(Span<byte> output) => BinaryPrimitives.WriteUInt32LittleEndian(output, _value);

    public override bool Equals(object obj) => obj is HDFingerprint other && _value == other._value;

    public override int GetHashCode() => unchecked((int)_value);

    public static bool operator ==(HDFingerprint x, HDFingerprint y) => x._value == y._value;

    public static bool operator !=(HDFingerprint x, HDFingerprint y) => x._value != y._value;

    /// <summary>Hex.</summary>
    public override string ToString() => Encoders.Hex.EncodeData(ToBytes());
}

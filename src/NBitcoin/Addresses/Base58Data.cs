using NBitcoin.DataEncoders;

namespace NBitcoin;

/// <summary>Data written in base 58 with a checksum, after a prefix for type and network.</summary>
public abstract class Base58Data : IBase58Data
{
    // Longest of all is an extended key: 82 bytes, 112 letters. Decoding takes the square of the length.
    private const int MaxLength = 120;

    private readonly string _text;

    internal Base58Data(Base58Type type, ReadOnlySpan<byte> data, Network network)
    {
        Network = network;
        _text = Write(type, data, network);
    }

    public Network Network { get; }

    public abstract Base58Type Type { get; }

    public string ToWif() => _text;

    /// <summary>The base 58 text.</summary>
    public override string ToString() => _text;

    public override bool Equals(object obj) => obj is Base58Data other && _text == other._text && Network == other.Network;

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(Base58Data a, Base58Data b) => Equals(a, b);

    public static bool operator !=(Base58Data a, Base58Data b) => !Equals(a, b);

    internal static string Write(Base58Type type, ReadOnlySpan<byte> data, Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Encoders.Base58Check.EncodeData((byte[])[.. network.Prefix(type), .. data]);
    }

    /// <summary>The data behind the prefix.</summary>
    /// <exception cref="FormatException">The text is no base 58, or of another type or network.</exception>
    internal static byte[] Read(string text, Base58Type type, Network network) =>
        TryRead(text, type, network, out var data) ? data : throw new FormatException($"Invalid {type} for {network}");

    internal static bool TryRead(string text, Base58Type type, Network network, out byte[] data)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(network);
        data = [];
        if (text.Length > MaxLength || !Base58CheckEncoder.TryDecode(text, out var all) || !all.AsSpan().StartsWith(network.Prefix(type))) return false;
        data = all[network.Prefix(type).Length..];
        return true;
    }
}

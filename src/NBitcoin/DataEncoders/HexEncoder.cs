namespace NBitcoin.DataEncoders;

/// <summary>Hex: lower case out, either case in, two digits a byte and nothing else.</summary>
public class HexEncoder : DataEncoder
{
    public override string EncodeData(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(data);

    public override byte[] DecodeData(string encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return Convert.FromHexString(encoded);
    }

    public static bool IsWellFormed(string str)
    {
        ArgumentNullException.ThrowIfNull(str);
        return str.Length % 2 == 0 && str.All(char.IsAsciiHexDigit);
    }
}

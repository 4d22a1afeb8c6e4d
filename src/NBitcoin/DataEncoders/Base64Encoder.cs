namespace NBitcoin.DataEncoders;

/// <summary>Base 64 with padding (RFC 4648, section 4).</summary>
public class Base64Encoder : DataEncoder
{
    public override string EncodeData(ReadOnlySpan<byte> data) => Convert.ToBase64String(data);

    public override byte[] DecodeData(string encoded) => Convert.FromBase64String(encoded);
}

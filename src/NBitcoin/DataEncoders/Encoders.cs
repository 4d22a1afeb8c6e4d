using System.Text;

namespace NBitcoin.DataEncoders;

/// <summary>The encoders that Bitcoin uses. All are stateless and usable from any thread.</summary>
public static class Encoders
{
    public static DataEncoder Hex { get; } = new HexEncoder();

    public static DataEncoder Base58 { get; } = new Base58Encoder();

    public static DataEncoder Base58Check { get; } = new Base58CheckEncoder();

    public static DataEncoder Base64 { get; } = new Base64Encoder();

    public static Bech32Encoder Bech32(string hrp) => new(Encoding.ASCII.GetBytes(hrp));
}

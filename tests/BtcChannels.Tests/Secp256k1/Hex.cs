namespace BtcChannels.Tests.Curve;

internal static class Hex
{
    public const string Order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    public const string OrderLess1 = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
    public const string OrderPlus1 = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142";
    public const string HalfOrder = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
    public const string HalfOrderPlus1 = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1";
    public const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";
    public const string One = "0000000000000000000000000000000000000000000000000000000000000001";
    public const string Two = "0000000000000000000000000000000000000000000000000000000000000002";

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}

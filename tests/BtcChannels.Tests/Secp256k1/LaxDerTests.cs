using Secp256k1;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.Curve;

/// <summary>The signatures of before BIP66, as nodes read them.</summary>
public class LaxDerTests
{
    [Theory]
    [InlineData("3006020101020102")]
    [InlineData("30ff" + "020101020102", false)]             // 127 bytes of length, which are not there
    [InlineData("3000020101020102")]                         // the outer length means nothing
    [InlineData("308106020101020102")]
    [InlineData("3082000602010102" + "0102")]
    [InlineData("300602810101020102")]                       // long form of r's length
    [InlineData("3006028300000101020102")]
    [InlineData("3006028500000000010102" + "0102")]          // zeros before the length
    [InlineData("30060284010000000102" + "0102", false)]     // four bytes of length
    [InlineData("30080203000001020102")]                     // padded
    [InlineData("30060201010201" + "02deadbeef")]            // what follows is ignored
    [InlineData("3006020101", false)]                        // there is no s
    [InlineData("", false)]
    [InlineData("30", false)]
    [InlineData("3106020101020102", false)]
    [InlineData("3006030101020102", false)]
    [InlineData("3006020101030102", false)]
    [InlineData("3006020101020202", false)]                  // s is cut off
    public void Old_encodings_are_read(string hex, bool valid = true)
    {
        Assert.Equal(valid, Signature.TryParseLaxDer(Bytes(hex), out var signature));
        if (valid) Assert.Equal(One + Two, signature.ToString());
    }

    [Theory]
    [InlineData("0201ff", "00000000000000000000000000000000000000000000000000000000000000ff")]   // positive, whatever its sign says
    [InlineData("0220" + HalfOrderPlus1, HalfOrderPlus1)]
    [InlineData("0221" + "00" + OrderLess1, OrderLess1)]
    [InlineData("0220" + OrderLess1, OrderLess1)]
    [InlineData("0220" + Order, null)]
    [InlineData("0220" + Zero, null)]
    [InlineData("0200", null)]
    [InlineData("0221" + "01" + Zero, null)]
    public void Numbers_are_from_1_to_the_order_less_1(string s, string? value)
    {
        Assert.Equal(value is not null, Signature.TryParseLaxDer(Bytes("3000020101" + s), out var signature));
        if (value is not null) Assert.Equal(One + value, signature.ToString());
    }

    [Fact]
    public void Strict_DER_reads_the_same()
    {
        using var key = SecretKey.Generate();
        var signature = key.Sign(Bytes(Two));
        Assert.True(Signature.TryParseLaxDer(signature.ToDer(), out var same));
        Assert.Equal(signature, same);
    }
}

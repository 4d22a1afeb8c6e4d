using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class AuthorizationHeaderTests
{
    private static readonly AuthorizationHeader s_header = new(1_700_000_000, ChannelSigning.Sign(Sample.Customer, uint256.One));
    private static readonly string s_signature = WireSignature.Write(s_header.Signature);

    [Fact]
    public void It_is_read_as_it_was_written()
    {
        Assert.Equal($"BtcChannels time=1700000000, signature={s_signature}", s_header.ToString());
        Assert.True(AuthorizationHeader.TryParse(s_header.ToString(), out var read));
        Assert.Equal(s_header, read);
    }

    [Theory]
    [InlineData("Bearer time=1700000000, signature={0}")]
    [InlineData("BtcChannels  time=1700000000, signature={0}")]
    [InlineData("BtcChannels time=1700000000,signature={0}")]
    [InlineData("BtcChannels time=1700000000 signature={0}")]
    [InlineData("BtcChannels signature={0}, time=1700000000")]
    [InlineData("BtcChannels time=\"1700000000\", signature=\"{0}\"")]
    [InlineData("BtcChannels time=-1, signature={0}")]
    [InlineData("BtcChannels time=+1, signature={0}")]
    [InlineData("BtcChannels time=1e9, signature={0}")]
    [InlineData("BtcChannels time=1.0, signature={0}")]
    [InlineData("BtcChannels time=, signature={0}")]
    [InlineData("BtcChannels time= 1, signature={0}")]
    [InlineData("BtcChannels time=9223372036854775808, signature={0}")]
    [InlineData("BtcChannels time=1700000000, signature=")]
    [InlineData("BtcChannels time=1700000000, signature={0}00")]
    [InlineData("BtcChannels time=1700000000, signature={0} ")]
    [InlineData("BtcChannels time=1700000000, signature={0}, signature={0}")]
    [InlineData("BtcChannels time=1700000000")]
    [InlineData("BtcChannels")]
    [InlineData("")]
    [InlineData(null)]
    public void Anything_else_is_refused(string? form)
    {
        Assert.False(AuthorizationHeader.TryParse(form?.Replace("{0}", s_signature, StringComparison.Ordinal), out var header));
        Assert.Null(header);
    }

    [Fact]
    public void A_signature_is_64_bytes_of_two_numbers_in_range()
    {
        var order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        var (one, zero) = (new string('0', 63) + "1", new string('0', 64));
        Assert.True(WireSignature.TryParse(one + one, out _));
        Assert.False(WireSignature.TryParse(one + zero, out _));
        Assert.False(WireSignature.TryParse(zero + one, out _));
        Assert.False(WireSignature.TryParse(order + one, out _));
        Assert.False(WireSignature.TryParse(one + order, out _));
        Assert.False(WireSignature.TryParse(s_signature.ToUpperInvariant(), out _));
        Assert.False(WireSignature.TryParse(s_signature[2..], out _));
        Assert.False(WireSignature.TryParse(null, out _));
        Assert.False(WireSignature.TryParse(Hex.Write(s_header.Signature.ToDer()), out _));
    }
}

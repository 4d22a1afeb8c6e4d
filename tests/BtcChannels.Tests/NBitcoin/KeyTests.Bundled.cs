using NBitcoin;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.NBitcoinApi;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class KeyTests
{
    [Fact]
    public void A_count_takes_the_first_bytes_and_must_be_32()
    {
        byte[] longer = [.. Bytes(One), 7];
        Assert.Equal(One, new Key(longer, 32, false).ToHex());
        Assert.Throws<ArgumentException>(() => new Key(longer, 31));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Key(longer, 34));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Key(longer, -2));
    }

    [Theory]
    [InlineData("80" + Zero + "01")]
    [InlineData("80" + Order + "01")]
    [InlineData("80" + One + "02")]
    [InlineData("80" + One + "0101")]
    [InlineData("80" + "01")]
    public void A_good_checksum_does_not_make_a_private_key(string hex) =>
        Assert.Throws<FormatException>(() => new BitcoinSecret(global::NBitcoin.DataEncoders.Encoders.Base58Check.EncodeData(Bytes(hex)), Network.Main));

    [Fact]
    public void A_wiped_key_signs_no_more_and_keeps_its_public_key()
    {
        var key = new Key(Bytes(One));
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign(uint256.One));
        Assert.Throws<ObjectDisposedException>(() => key.ToBytes());
        Assert.Throws<ObjectDisposedException>(() => key.GetWif(Network.Main));
        Assert.Throws<ObjectDisposedException>(() => key.Derivate(new byte[32], 0, out _));
        Assert.Equal(new Key(Bytes(One)).PubKey, key.PubKey);
    }
}

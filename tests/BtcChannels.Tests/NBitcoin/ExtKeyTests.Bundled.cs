using NBitcoin;
using NBitcoin.DataEncoders;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.NBitcoinApi;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class ExtKeyTests
{
    [Theory]
    [InlineData(15)]
    [InlineData(65)]
    [InlineData(0)]
    public void A_seed_is_16_to_64_bytes(int length) => Assert.Throws<ArgumentException>(() => ExtKey.CreateFromSeed(new byte[length]));

    // The faults of BIP32's test vector 5, each put into a good key.
    [Theory]
    [InlineData(0x0488ade4u, 0, "00000000", "00000000", "00" + Zero)]
    [InlineData(0x0488ade4u, 0, "00000000", "00000000", "00" + Order)]
    [InlineData(0x0488ade4u, 0, "00000000", "00000000", "04" + One)]
    [InlineData(0x0488ade4u, 0, "00000000", "00000000", "01" + One)]
    [InlineData(0x0488ade4u, 0, "00000001", "00000000", "00" + One)]
    [InlineData(0x0488ade4u, 0, "00000000", "00000001", "00" + One)]
    [InlineData(0x0488ade4u, 0, "00000000", "00000000", "00" + One + "00")]
    [InlineData(0x0488b21eu, 0, "00000000", "00000000", "00" + One)]
    [InlineData(0x0488b21eu, 0, "00000000", "00000000", "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData(0x0488b21eu, 0, "00000001", "00000000", "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData(0x0488b21eu, 0, "00000000", "00000001", "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData(0x0488b21eu, 0, "00000000", "00000000", "020000000000000000000000000000000000000000000000000000000000000005")]
    [InlineData(0u, 0, "00000000", "00000000", "00" + One)]
    public void A_good_checksum_does_not_make_an_extended_key(uint version, byte depth, string fingerprint, string child, string key)
    {
        var text = Encoders.Base58Check.EncodeData(Bytes($"{version:x8}{depth:x2}{fingerprint}{child}{Zero}{key}"));
        Assert.Throws<FormatException>(() => Network.Main.Parse(text));
        Assert.Throws<FormatException>(() => ExtKey.Parse(text, Network.Main));
        Assert.Throws<FormatException>(() => ExtPubKey.Parse(text, Network.Main));
    }

    [Fact]
    public void The_same_key_without_a_fault_is_read() =>
        Assert.Equal(One, ExtKey.Parse(Encoders.Base58Check.EncodeData(Bytes("0488ade4" + "00" + "00000000" + "00000000" + Zero + "00" + One)), Network.Main).PrivateKey.ToHex());

    [Fact]
    public void Level_255_is_the_last() => Assert.Throws<InvalidOperationException>(() =>
        new ExtKey(new Key(), new byte[32], 255, default, 0).Derive(0));
}

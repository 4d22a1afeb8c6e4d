using NBitcoin;

namespace BtcChannels.Tests.NBitcoinApi;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class AddressTests
{
    [Theory]
    [InlineData("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y")]   // version 1, 40 bytes
    [InlineData("BC1SW50QGDZ25J")]                                                               // version 16
    [InlineData("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs")]                                         // version 2
    [InlineData(" 1111111111111111111114oLvT2")]
    [InlineData("1111111111111111111114oLvT2\n")]
    public void Witness_programs_without_a_meaning_and_white_space_are_refused(string text) =>
        Assert.Throws<FormatException>(() => BitcoinAddress.Create(text, Network.Main));

    [Fact]
    public void A_taproot_key_that_is_no_point_is_refused()
    {
        var notOnCurve = new byte[32];
        notOnCurve[31] = 5;
        var text = global::NBitcoin.DataEncoders.Encoders.Bech32("bc").Encode(1, notOnCurve);
        Assert.Throws<FormatException>(() => BitcoinAddress.Create(text, Network.Main));
        Assert.False(TaprootPubKey.TryCreate(notOnCurve, out _));
    }

    [Fact]
    public void A_text_of_a_million_letters_is_refused_at_once() =>
        Assert.Throws<FormatException>(() => BitcoinAddress.Create(new string('z', 1_000_000), Network.Main));
}

using NBitcoin.DataEncoders;

namespace BtcChannels.Tests.NBitcoinApi;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class EncoderTests
{
    [Theory]
    [InlineData(17, 20)]
    [InlineData(0, 21)]
    [InlineData(1, 1)]
    [InlineData(1, 41)]
    public void No_address_is_made_for_what_is_no_witness_program(byte version, int length) =>
        Assert.Throws<ArgumentException>(() => Encoders.Bech32("bc").Encode(version, new byte[length]));
}

using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class DustTests
{
    [Theory]
    [InlineData("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", 546)]
    [InlineData("a914751e76e8199196d454941c45d1b3a323f1433bd687", 540)]
    [InlineData("0014751e76e8199196d454941c45d1b3a323f1433bd6", 294)]
    [InlineData("00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262", 330)]
    [InlineData("512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", 330)]
    public void Each_form_of_output_has_its_threshold(string script, long threshold)
    {
        TxOut Output(long satoshis) => new(Money.Satoshis(satoshis), Script.FromHex(script));
        Assert.Equal(threshold, Output(0).GetDustThreshold().Satoshi);
        Assert.True(Output(threshold - 1).IsDust());
        Assert.False(Output(threshold).IsDust());
    }

    [Fact]
    public void What_cannot_be_spent_is_never_dust() => Assert.False(new TxOut(Money.Zero, Script.FromHex("6a0101")).IsDust());
}

using NBitcoin;

namespace BtcChannels.Tests.NBitcoinApi;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class TransactionSignatureTests
{
    [Fact]
    public void No_bytes_at_all_are_a_format_error() => Assert.Throws<FormatException>(() => new TransactionSignature([]));

    [Fact]
    public void The_empty_signature_is_well_encoded_and_valid_for_nothing()
    {
        Assert.Equal("300602010002010001", TransactionSignature.Empty.ToString());
        Assert.True(TransactionSignature.IsValid(TransactionSignature.Empty.ToBytes()));
        Assert.False(new Key().PubKey.Verify(uint256.One, TransactionSignature.Empty.Signature));
    }
}

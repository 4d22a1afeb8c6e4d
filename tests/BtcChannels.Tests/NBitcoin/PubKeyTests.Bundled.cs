using NBitcoin;
using NBitcoin.Crypto;

namespace BtcChannels.Tests.NBitcoinApi;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class PubKeyTests
{
    [Fact]
    public void High_S_verifies_here_as_in_consensus()
    {
        var key = new Key();
        var signature = key.Sign(uint256.One);
        Assert.True(global::Secp256k1.Signature.TryParseDer(signature.ToDER(), out var low));
        Assert.True(ECDSASignature.TryParseFromCompact(Curve.SignatureTests.Negate(low).ToCompact(), out var high));
        Assert.False(high.IsLowS);
        Assert.True(key.PubKey.Verify(uint256.One, high));
        Assert.Equal(signature.ToDER(), high.MakeCanonical().ToDER());
    }

    [Fact]
    public void An_uncompressed_key_has_no_segwit_address()
    {
        var key = new PubKey("04" + X + Y);
        Assert.Throws<InvalidOperationException>(() => key.GetAddress(ScriptPubKeyType.Segwit, Network.Main));
        Assert.Throws<InvalidOperationException>(() => key.GetAddress(ScriptPubKeyType.SegwitP2SH, Network.Main));
    }
}

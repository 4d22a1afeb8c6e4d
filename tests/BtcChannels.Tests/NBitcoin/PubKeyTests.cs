using NBitcoin;
using NBitcoin.Crypto;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.NBitcoinApi;

public partial class PubKeyTests
{
    private const string X = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private const string Y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

    [Theory]
    [InlineData(ScriptPubKeyType.Legacy, "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")]
    [InlineData(ScriptPubKeyType.Segwit, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")]
    [InlineData(ScriptPubKeyType.SegwitP2SH, "3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN")]
    public void The_generator_has_the_known_addresses(ScriptPubKeyType type, string address)
    {
        var key = new PubKey("02" + X);
        Assert.Equal(address, key.GetAddress(type, Network.Main).ToString());
        Assert.Equal(key.GetScriptPubKey(type), BitcoinAddress.Create(address, Network.Main).ScriptPubKey);
        Assert.Equal(key.GetScriptPubKey(type), key.GetDestination(type).ScriptPubKey);
    }

    [Theory]
    [InlineData("06" + X + Y)]
    [InlineData("07" + X + Y)]
    [InlineData("05" + X)]
    [InlineData("02" + X + "00")]
    [InlineData("020000000000000000000000000000000000000000000000000000000000000005")]
    [InlineData("")]
    public void What_is_no_public_key_is_a_format_error(string hex)
    {
        Assert.Throws<FormatException>(() => new PubKey(hex));
        Assert.Throws<FormatException>(() => new PubKey(Bytes(hex)));
        Assert.False(PubKey.TryCreatePubKey(Bytes(hex), out var key));
        Assert.Null(key);
    }

    [Fact]
    public void Compression_changes_the_bytes_and_not_the_point()
    {
        var key = new PubKey("02" + X);
        Assert.Equal("04" + X + Y, key.Decompress().ToHex());
        Assert.Equal(key, key.Decompress().Compress());
        Assert.NotEqual(key, key.Decompress());
        Assert.True(key.IsCompressed);
        Assert.False(key.Decompress().IsCompressed);
        Assert.Equal("4104" + X + Y + "ac", key.Decompress().ScriptPubKey.ToHex());
        Assert.Equal("2102" + X + "ac", key.ScriptPubKey.ToHex());
        Assert.Equal("751e76e8199196d454941c45d1b3a323f1433bd6", key.Hash.ToString());
    }

    [Fact]
    public void Keys_sort_by_their_bytes()
    {
        PubKey low = new("02" + X), high = new("03" + X);
        Assert.True(low.CompareTo(high) < 0);
        Assert.True(high.CompareTo(low) > 0);
        Assert.Equal(0, low.CompareTo(new PubKey("02" + X)));
        Assert.Equal(low.GetHashCode(), new PubKey("02" + X).GetHashCode());
    }

    [Fact]
    public void A_signature_that_is_no_DER_is_a_format_error() => Assert.Throws<FormatException>(() => new PubKey("02" + X).Verify(uint256.One, new byte[70]));
}

using System.Text;
using NBitcoin;
using NBitcoin.Crypto;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.NBitcoinApi;

public partial class KeyTests
{
    // From Bitcoin Core's key_tests.cpp: the same two keys, written to be uncompressed and compressed.
    private const string Secret1 = "5HxWvvfubhXpYYpS3tJkw6fq9jE9j18THftkZjHHfmFiWtmAbrj";
    private const string Secret2 = "5KC4ejrDjv152FGwP386VD1i2NYc5KkfSMyv1nGy1VGDxGHqVY3";
    private const string Secret1C = "Kwr371tjA9u2rFSMZjTNun2PXXP3WPZu2afRHTcta6KxEUdm1vEw";
    private const string Secret2C = "L3Hq7a8FEQwJkW1M2GNKDW28546Vp5miewcCzSqUD9kCAXrJdS3g";

    private static readonly uint256 s_hash = Hashes.DoubleSHA256(Encoding.ASCII.GetBytes("Very deterministic message"));

    [Theory]
    [InlineData(Secret1, "1QFqqMUD55ZV3PJEJZtaKCsQmjLT6JkjvJ", false)]
    [InlineData(Secret2, "1F5y5E5FMc5YzdJtB9hLaUe43GDxEKXENJ", false)]
    [InlineData(Secret1C, "1NoJrossxPBKfCHuJXT4HadJrXRE9Fxiqs", true)]
    [InlineData(Secret2C, "1CRj2HyM1CXWzHAXLQtiGLyggNT9WQqsDs", true)]
    public void The_wallet_import_format_gives_the_known_address(string wif, string address, bool compressed)
    {
        var secret = new BitcoinSecret(wif, Network.Main);
        Assert.Equal(compressed, secret.IsCompressed);
        Assert.Equal(address, secret.GetAddress(ScriptPubKeyType.Legacy).ToString());
        Assert.Equal(address, secret.PubKeyHash.GetAddress(Network.Main).ToString());
        Assert.Equal(wif, secret.ToString());
        Assert.Equal(wif, secret.ToWif());
        Assert.Equal(wif, secret.PrivateKey.ToString(Network.Main));
        Assert.Equal(wif, Key.Parse(wif, Network.Main).GetWif(Network.Main).ToWif());
        Assert.Equal(secret, Network.Main.CreateBitcoinSecret(wif));
        Assert.IsType<BitcoinSecret>(Network.Main.Parse(wif));
    }

    [Theory]
    [InlineData(Secret1, "304402205dbbddda71772d95ce91cd2d14b592cfbc1dd0aabd6a394b6c2d377bbe59d31d022014ddda21494a4e221f0824f0b8b924c43fa43c0ad57dccdaa11f81a6bd4582f6")]
    [InlineData(Secret1C, "304402205dbbddda71772d95ce91cd2d14b592cfbc1dd0aabd6a394b6c2d377bbe59d31d022014ddda21494a4e221f0824f0b8b924c43fa43c0ad57dccdaa11f81a6bd4582f6")]
    [InlineData(Secret2, "3044022052d8a32079c11e79db95af63bb9600c5b04f21a9ca33dc129c2bfa8ac9dc1cd5022061d8ae5e0f6c1a16bde3719c64c2fd70e404b6428ab9a69566962e8771b5944d")]
    [InlineData(Secret2C, "3044022052d8a32079c11e79db95af63bb9600c5b04f21a9ca33dc129c2bfa8ac9dc1cd5022061d8ae5e0f6c1a16bde3719c64c2fd70e404b6428ab9a69566962e8771b5944d")]
    public void A_signature_has_the_bytes_that_Bitcoin_Core_makes(string wif, string der)
    {
        var key = Key.Parse(wif, Network.Main);
        var signature = key.Sign(s_hash);
        Assert.Equal(der, Convert.ToHexStringLower(signature.ToDER()));
        Assert.True(key.PubKey.Verify(s_hash, signature));
        Assert.True(key.PubKey.Verify(s_hash, signature.ToDER()));
        Assert.False(new Key().PubKey.Verify(s_hash, signature));
    }

    [Fact]
    public void Low_R_is_found_by_grinding_and_only_where_it_is_asked_for()
    {
        var key = new Key(Bytes(One));
        var hashes = Enumerable.Range(0, 40).Select(i => new uint256((ulong)i)).ToArray();
        Assert.All(hashes, hash => Assert.True(key.Sign(hash) is { IsLowR: true, IsLowS: true } signature && key.PubKey.Verify(hash, signature)));
        var plain = hashes.Select(hash => key.Sign(hash, false)).ToArray();
        Assert.Contains(plain, signature => !signature.IsLowR);
        Assert.All(plain.Zip(hashes), pair => Assert.Equal(pair.First.IsLowR, pair.First.ToDER().SequenceEqual(key.Sign(pair.Second).ToDER())));
    }

    [Theory]
    [InlineData(Zero)]
    [InlineData(Order)]
    [InlineData(OrderPlus1)]
    [InlineData("01")]
    [InlineData("")]
    [InlineData(One + "00")]
    public void What_is_no_private_key_is_refused(string hex) => Assert.ThrowsAny<ArgumentException>(() => new Key(Bytes(hex)));

    [Theory]
    [InlineData(One)]
    [InlineData(OrderLess1)]
    public void A_private_key_comes_back_as_it_was(string hex)
    {
        var key = new Key(Bytes(hex));
        Assert.Equal(hex, key.ToHex());
        Assert.Equal(Bytes(hex), key.ToBytes());
        Assert.True(key.IsCompressed);
        Assert.True(key == new Key(Bytes(hex)));
        Assert.True(key != new Key());
    }

    [Theory]
    [InlineData("5HxWvvfubhXpYYpS3tJkw6fq9jE9j18THftkZjHHfmFiWtmAbrk")]
    [InlineData("1QFqqMUD55ZV3PJEJZtaKCsQmjLT6JkjvJ")]
    [InlineData("")]
    public void What_is_no_wallet_import_format_is_a_format_error(string text) => Assert.Throws<FormatException>(() => new BitcoinSecret(text, Network.Main));

    [Fact]
    public void A_private_key_of_another_network_is_a_format_error() => Assert.Throws<FormatException>(() => new BitcoinSecret(Secret1, Network.RegTest));
}

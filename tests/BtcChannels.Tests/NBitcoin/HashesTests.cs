using System.Text;
using NBitcoin.Crypto;

namespace BtcChannels.Tests.Bitcoin;

public class HashesTests
{
    // From the paper, but for the runs of "a", which end at every edge of the padding.
    [Theory]
    [InlineData("", "9c1185a5c5e9fc54612808977ee8f548b2258d31")]
    [InlineData("a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe")]
    [InlineData("abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc")]
    [InlineData("message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "f71c27109c692c1b56bbdceb5b9d2865b3708dbc")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "12a053384a9c0c88e405a06c27dcf49ada62eb2b")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "b0e20b6e3116640286ed3a87a5713079b21f5189")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "9b752e45573d4b39f4dbd3323cab82bf63326bfb")]
    public void Ripemd160_has_the_published_values(string text, string expected) =>
        Assert.Equal(expected, Hex(Hashes.RIPEMD160(Encoding.ASCII.GetBytes(text))));

    [Theory]
    [InlineData(55, "0d8a8c9063a48576a7c97e9f95253a6e53ff6765")]
    [InlineData(56, "e72334b46c83cc70bef979e15453706c95b888be")]
    [InlineData(57, "eed82d19d597ab275b550ff3d6e0bc2a75350388")]
    [InlineData(63, "e640041293fe663b9bf3f8c21ffecac03819e6b2")]
    [InlineData(64, "9dfb7d374ad924f3f88de96291c33e9abed53e32")]
    [InlineData(65, "99724bb11811e7166af38f671b6a082d8ab4960b")]
    [InlineData(119, "23e398ff2bac815aa1bbb57ca2a669c841872919")]
    [InlineData(120, "c476770a6dae31fcee8d25efe6559a05c8024595")]
    [InlineData(1_000_000, "52783243c1697bdbe16d37f97f68f08325dc1528")]
    public void Ripemd160_pads_every_length(int length, string expected) =>
        Assert.Equal(expected, Hex(Hashes.RIPEMD160(Encoding.ASCII.GetBytes(new string('a', length)))));

    [Fact]
    public void A_key_is_hashed_by_sha256_and_ripemd160()
    {
        var key = Convert.FromHexString("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        Assert.Equal("751e76e8199196d454941c45d1b3a323f1433bd6", Hex(Hashes.Hash160RawBytes(key)));
        Assert.Equal(Hashes.Hash160RawBytes(key), Hashes.Hash160(key).ToBytes());
        Assert.Equal(Hashes.Hash160(key), Hashes.Hash160((ReadOnlySpan<byte>)key));
    }

    [Fact]
    public void A_part_of_an_array_is_hashed_as_the_part_alone()
    {
        byte[] whole = [9, 1, 2, 3, 9];
        byte[] part = [1, 2, 3];
        Assert.Equal(Hashes.DoubleSHA256(part), Hashes.DoubleSHA256(whole, 1, 3));
        Assert.Equal(Hashes.SHA256(part), Hashes.SHA256(whole, 1, 3));
        Assert.Equal(Hashes.SHA512(part), Hashes.SHA512(whole, 1, 3));
        Assert.Equal(Hashes.RIPEMD160(part), Hashes.RIPEMD160(whole, 1, 3));
        Assert.Equal(Hashes.Hash160(part), Hashes.Hash160(whole, 1, 3));
    }

    [Fact]
    public void Sha256_twice_is_sha256_of_sha256() =>
        Assert.Equal(Hashes.SHA256(Hashes.SHA256("hello"u8)), Hashes.DoubleSHA256RawBytes("hello"u8.ToArray()));

    // RFC 4231, test case 2.
    [Fact]
    public void Hmac_has_the_published_values()
    {
        var (key, data) = ("Jefe"u8.ToArray(), "what do ya want for nothing?"u8.ToArray());
        const string Expected = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
        var output = new byte[64];
        Assert.Equal(Expected, Hex(Hashes.HMACSHA512(key, data)));
        Assert.True(Hashes.HMACSHA512(key, data, output, out var length));
        Assert.Equal((64, Expected), (length, Hex(output)));
        Assert.Equal("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", Hex(Hashes.HMACSHA256(key, data)));
    }

    static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

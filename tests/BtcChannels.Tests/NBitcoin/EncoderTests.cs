using NBitcoin.DataEncoders;

namespace BtcChannels.Tests.NBitcoinApi;

public partial class EncoderTests
{
    // From Bitcoin Core's base58_encode_decode.json.
    public static TheoryData<string, string> Base58 => new()
    {
        { "", "" },
        { "61", "2g" },
        { "626262", "a3gV" },
        { "73696d706c792061206c6f6e6720737472696e67", "2cFupjhnEsSn59qHXstmK2ffpLv2" },
        { "00eb15231dfceb60925886b67d065299925915aeb172c06647", "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L" },
        { "516b6fcd0f", "ABnLTmg" },
        { "572e4794", "3EFU7m" },
        { "10c8511e", "Rt5zm" },
        { "00000000000000000000", "1111111111" },
        { "00000000000000000001", "1111111112" },
        { "000111d38e5fc9071ffcd20b4a763cc9ae4f252bb4e48fd66a835e252ada93ff480d6dd43dc62a641155a5", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz" },
        { "271f359e", "zzzzy" },
        { "271f359f", "zzzzz" },
        { "271f35a0", "211111" },
        { "271f35a1", "211112" },
    };

    [Theory]
    [MemberData(nameof(Base58))]
    public void Base_58_has_the_published_text(string hex, string text)
    {
        Assert.Equal(text, Encoders.Base58.EncodeData(Convert.FromHexString(hex)));
        Assert.Equal(hex, Encoders.Hex.EncodeData(Encoders.Base58.DecodeData(text)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("O")]
    [InlineData("I")]
    [InlineData("l")]
    [InlineData("2g!")]
    [InlineData("2é")]
    public void Letters_outside_the_alphabet_are_no_base_58(string text) => Assert.Throws<FormatException>(() => Encoders.Base58.DecodeData(text));

    [Fact]
    public void The_longest_bytes_come_back_from_base_58()
    {
        foreach (var length in Enumerable.Range(0, 300))
        {
            var bytes = Enumerable.Repeat((byte)0xff, length).ToArray();
            Assert.Equal(bytes, Encoders.Base58.DecodeData(Encoders.Base58.EncodeData(bytes)));
        }
    }

    [Fact]
    public void A_checksum_finds_any_one_changed_letter()
    {
        var text = Encoders.Base58Check.EncodeData([0, .. new byte[20]]);
        Assert.Equal("1111111111111111111114oLvT2", text);
        for (var at = 0; at < text.Length; at++)
            Assert.Throws<FormatException>(() => Encoders.Base58Check.DecodeData(text[..at] + (text[at] == '2' ? '3' : '2') + text[(at + 1)..]));
        Assert.Throws<FormatException>(() => Encoders.Base58Check.DecodeData(text[1..]));
        Assert.Throws<FormatException>(() => Encoders.Base58Check.DecodeData("111"));
        Assert.Throws<FormatException>(() => Encoders.Base58Check.DecodeData(""));
    }

    [Fact]
    public void Hex_is_lower_case_out_and_either_case_in()
    {
        Assert.Equal("00abff", Encoders.Hex.EncodeData([0, 0xab, 0xff]));
        Assert.Equal([0, 0xab, 0xff], Encoders.Hex.DecodeData("00aBFf"));
        Assert.Equal("abff", Encoders.Hex.EncodeData([0, 0xab, 0xff], 1, 2));
    }

    [Theory]
    [InlineData("0", false)]
    [InlineData("0g", false)]
    [InlineData(" 00", false)]
    [InlineData("0x00", false)]
    [InlineData("", true)]
    [InlineData("00", true)]
    public void Hex_is_pairs_of_digits(string text, bool wellFormed)
    {
        Assert.Equal(wellFormed, HexEncoder.IsWellFormed(text));
        if (!wellFormed) Assert.Throws<FormatException>(() => Encoders.Hex.DecodeData(text));
    }

    [Fact]
    public void A_segwit_address_is_its_version_and_program()
    {
        var encoder = Encoders.Bech32("bc");
        var program = Convert.FromHexString("751e76e8199196d454941c45d1b3a323f1433bd6");
        Assert.Equal("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", encoder.Encode(0, program));
        Assert.Equal(program, encoder.Decode("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", out var version));
        Assert.Equal(0, version);
        Assert.Equal("bc"u8.ToArray(), encoder.HumanReadablePart);
    }
}

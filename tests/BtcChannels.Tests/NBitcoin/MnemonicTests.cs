using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BtcChannels.Tests.Domain;
using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

public class MnemonicTests
{
    public static TheoryData<string> Vectors => [.. Domain.Vectors.Read("bip39.json").GetProperty("vectors").EnumerateArray().Select(it => it.GetRawText())];

    [Theory, MemberData(nameof(Vectors))]
    public void Entropy_words_seed_and_master_key_are_the_published_ones(string json)
    {
        var vector = JsonDocument.Parse(json).RootElement;
        var made = new Mnemonic(Wordlist.English, Convert.FromHexString(vector.Text("entropy")));
        Assert.Equal(vector.Text("mnemonic"), made.ToString());
        var read = new Mnemonic(vector.Text("mnemonic"), Wordlist.English);
        Assert.True(read.IsValidChecksum);
        Assert.Equal(made.Indices, read.Indices);
        Assert.Equal(vector.Text("seed"), Convert.ToHexStringLower(read.DeriveSeed("TREZOR")));
        Assert.Equal(vector.Text("xprv"), read.DeriveExtKey("TREZOR").ToString(Network.Main));
    }

    [Fact]
    public void The_words_are_those_of_the_standard() => Assert.Equal(
        Domain.Vectors.Read("bip39.json").Text("wordlistSha256"),
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(Wordlist.English.GetWords().Select(word => word + "\n"))))));

    [Fact]
    public void A_mistyped_word_breaks_the_checksum() =>
        Assert.False(new Mnemonic("legal winner thank year wave sausage worth useful legal winner thank zoo", Wordlist.English).IsValidChecksum);

    [Theory]
    [InlineData("abandon")]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about")]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandonne")]
    [InlineData("")]
    public void What_are_no_words_of_the_list_or_not_so_many_is_refused(string words) => Assert.Throws<FormatException>(() => new Mnemonic(words, Wordlist.English));

    [Theory]
    [InlineData(WordCount.Twelve)]
    [InlineData(WordCount.Eighteen)]
    [InlineData(WordCount.TwentyFour)]
    public void Fresh_words_differ_and_are_valid(WordCount count)
    {
        var (one, other) = (new Mnemonic(Wordlist.English, count), new Mnemonic(Wordlist.English, count));
        Assert.Equal((int)count, one.Words.Length);
        Assert.True(one.IsValidChecksum);
        Assert.NotEqual(one.ToString(), other.ToString());
    }

    [Theory]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(33)]
    public void Entropy_of_another_length_is_refused(int length) => Assert.ThrowsAny<ArgumentException>(() => new Mnemonic(Wordlist.English, new byte[length]));
}

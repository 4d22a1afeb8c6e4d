using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class SeedWordsTests
{
    private const string Words = "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol group space point ten exist slush involve unfold";

    [Fact]
    public void A_seed_is_the_entropy_of_its_words_and_comes_back_from_them()
    {
        var seed = Convert.FromHexString("f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f");
        Assert.Equal(Words, SeedWords.Of(seed).ToString());
        Assert.True(SeedWords.TryRead(Words, out var read, out _));
        Assert.Equal(seed, read);
    }

    [Fact]
    public void Letter_case_and_spaces_make_no_difference()
    {
        Assert.True(SeedWords.TryRead($"  {Words.ToUpperInvariant().Replace(" ", " \t\n ", StringComparison.Ordinal)}\n", out var read, out _));
        Assert.Equal(Words, SeedWords.Of(read).ToString());
    }

    [Theory]
    [InlineData("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong", "these are 12")]
    [InlineData("", "these are 0")]
    [InlineData("void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol group space point ten exist slush involve unfoldd", "Word 24")]
    [InlineData("come void effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol group space point ten exist slush involve unfold", "do not fit together")]
    public void What_is_wrong_with_words_is_said_without_repeating_them(string words, string says)
    {
        Assert.False(SeedWords.TryRead(words, out _, out var fault));
        Assert.Contains(says, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("void", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_wallet_of_words_is_that_of_every_other_wallet_program()
    {
        var seed = new byte[32];
        var expected = new Mnemonic("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art", Wordlist.English)
            .DeriveExtKey().Derive(new KeyPath("84'/0'/0'/0/0")).PrivateKey.PubKey.WitHash.ScriptPubKey;
        Assert.Equal(expected, new WalletKeys(seed, Network.Main).Account(WalletPurpose.Bip84).ScriptAt(new AddressPath(0, 0)));
    }
}

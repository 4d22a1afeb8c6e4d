using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class AccountKeyTests
{
    [Theory]
    [InlineData(WalletPurpose.Bip84, "bip84.json")]
    [InlineData(WalletPurpose.Bip44, "bip44.json")]
    public void Addresses_are_the_published_ones(WalletPurpose purpose, string file)
    {
        var vector = Vectors.Read(file);
        var account = Account(vector.Text("mnemonic"), purpose).Public;
        foreach (var (chain, name) in new[] { (AddressPath.Receiving, "receiving"), (AddressPath.Change, "change") })
            foreach (var (index, address) in vector.GetProperty(name).EnumerateArray().Index())
            {
                var path = new AddressPath(chain, (uint)index);
                Assert.Equal(address.GetString(), account.AddressAt(path).ToString());
                Assert.Equal(account.ScriptAt(path), account.Scripts(chain, index + 1).Last());
            }
    }

    [Fact]
    public void The_account_key_of_bip44_is_the_published_one()
    {
        var vector = Vectors.Read("bip44.json");
        var account = Account(vector.Text("mnemonic"), WalletPurpose.Bip44).Public;
        Assert.Equal((vector.Text("account"), vector.Text("master")), (account.PublicKey.ToString(Network.Main), account.Master.ToString()));
    }

    [Theory]
    [InlineData(WalletPurpose.Bip84)]
    [InlineData(WalletPurpose.Bip44)]
    public void A_secret_key_is_that_of_its_address(WalletPurpose purpose)
    {
        var account = Account(Vectors.Read("bip84.json").Text("mnemonic"), purpose);
        foreach (var path in new[] { new AddressPath(0, 0), new AddressPath(1, 7), new AddressPath(0, int.MaxValue) })
        {
            using var key = account.Secret(path);
            Assert.Equal(account.Public.ScriptAt(path), purpose == WalletPurpose.Bip84 ? key.PubKey.WitHash.ScriptPubKey : key.PubKey.Hash.ScriptPubKey);
        }
    }

    [Fact]
    public void Test_networks_have_accounts_of_their_own()
    {
        var words = Vectors.Read("bip84.json").Text("mnemonic");
        Assert.NotEqual(
            Account(words, WalletPurpose.Bip84).Public.ScriptAt(default),
            new WalletAccount(new Mnemonic(words, Wordlist.English).DeriveExtKey(), WalletPurpose.Bip84, Network.RegTest).Public.ScriptAt(default));
    }

    [Fact]
    public void A_descriptor_names_where_its_keys_come_from_and_ends_with_its_checksum()
    {
        var descriptor = Account(Vectors.Read("bip44.json").Text("mnemonic"), WalletPurpose.Bip44).Public.Descriptor(AddressPath.Receiving);
        Assert.StartsWith($"pkh([73c5da0a/44h/0h/0h]{Vectors.Read("bip44.json").Text("account")}/0/*)#", descriptor, StringComparison.Ordinal);
        Assert.Equal(descriptor, DescriptorChecksum.AppendTo(descriptor.Split('#')[0]));
    }

    [Fact]
    public void Checksums_of_descriptors_are_the_published_ones() => Assert.All(
        Vectors.Read("bip380.json").GetProperty("valid").EnumerateArray().Select(it => it.GetString()!), valid => Assert.Equal(valid, DescriptorChecksum.AppendTo(valid.Split('#')[0])));

    [Fact]
    public void What_stands_in_no_descriptor_has_no_checksum() => Assert.Throws<ArgumentException>(() => DescriptorChecksum.AppendTo("raw(Ü)"));

    private static WalletAccount Account(string words, WalletPurpose purpose) => new(new Mnemonic(words, Wordlist.English).DeriveExtKey(), purpose, Network.Main);
}

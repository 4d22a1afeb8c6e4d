using NBitcoin;

namespace BtcChannels.Tests.NBitcoinApi;

public partial class AddressTests
{
    public static TheoryData<string, string, string> Valid => new()
    {
        // BIP350
        { "Main", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "0014751e76e8199196d454941c45d1b3a323f1433bd6" },
        { "TestNet", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262" },
        { "TestNet", "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy", "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433" },
        { "TestNet", "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c", "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433" },
        { "Main", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" },
        // BIP141's example of P2SH-P2WPKH, and base 58 with hashes of zeros
        { "Main", "1111111111111111111114oLvT2", "76a914000000000000000000000000000000000000000088ac" },
        { "Main", "31h1vYVSYuKP6AhS86fbRdMw9XHieotbST", "a914000000000000000000000000000000000000000087" },
        { "TestNet", "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8", "76a914000000000000000000000000000000000000000088ac" },
        { "RegTest", "2MsFDzHRUAMpjHxKyoEHU3aMCMsVtMqs1PV", "a914000000000000000000000000000000000000000087" },
    };

    [Theory]
    [MemberData(nameof(Valid))]
    public void An_address_pays_the_known_script_and_is_written_back(string network, string text, string script)
    {
        var address = BitcoinAddress.Create(text, Network.GetNetwork(network));
        Assert.Equal(script, address.ScriptPubKey.ToHex());
        Assert.Equal(text, address.ToString(), ignoreCase: text.StartsWith("BC1", StringComparison.Ordinal));
        Assert.Equal(network, address.Network.Name);
        Assert.Equal(text, address.ScriptPubKey.GetDestinationAddress(address.Network).ToString(), ignoreCase: true);
        Assert.Equal(address.ScriptPubKey, Network.Parse<BitcoinAddress>(text, address.Network).ScriptPubKey);
    }

    [Theory]
    // BIP350
    [InlineData("Main", "tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut")]
    [InlineData("Main", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd")]
    [InlineData("TestNet", "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf")]
    [InlineData("Main", "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL")]
    [InlineData("Main", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh")]
    [InlineData("TestNet", "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47")]
    [InlineData("Main", "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4")]
    [InlineData("Main", "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R")]
    [InlineData("Main", "bc1pw5dgrnzv")]
    [InlineData("Main", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav")]
    [InlineData("Main", "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P")]
    [InlineData("TestNet", "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq")]
    [InlineData("Main", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf")]
    [InlineData("TestNet", "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j")]
    [InlineData("Main", "bc1gmk9yu")]
    // well formed, for another network
    [InlineData("Main", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7")]
    [InlineData("RegTest", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7")]
    [InlineData("TestNet", "1111111111111111111114oLvT2")]
    [InlineData("Main", "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8")]
    // a wrong checksum, a private key, nothing
    [InlineData("Main", "1111111111111111111114oLvT3")]
    [InlineData("Main", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ")]
    [InlineData("Main", "")]
    [InlineData("Main", "hello")]
    public void What_is_no_address_of_the_network_is_a_format_error(string network, string text) =>
        Assert.Throws<FormatException>(() => BitcoinAddress.Create(text, Network.GetNetwork(network)));

    // BIP173 and BIP350 for the segwit programs; base 58 of the same hash by each network's prefix.
    public static TheoryData<string, Network, string, string> Destinations => new()
    {
        { "P2PKH", Network.Main, "76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH" },
        { "P2PKH", Network.TestNet, "76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", "mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r" },
        { "P2SH", Network.Main, "a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487", "3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN" },
        { "P2SH", Network.TestNet, "a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487", "2NAUYAHhujozruyzpsFRP63mbrdaU5wnEpN" },
        { "P2WPKH", Network.Main, "0014751e76e8199196d454941c45d1b3a323f1433bd6", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" },
        { "P2WPKH", Network.TestNet, "0014751e76e8199196d454941c45d1b3a323f1433bd6", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx" },
        { "P2WSH", Network.Main, "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262", "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3" },
        { "P2WSH", Network.TestNet, "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7" },
        { "P2TR", Network.Main, "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0" },
        { "P2TR", Network.TestNet, "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433", "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c" },
    };

    [Theory, MemberData(nameof(Destinations))]
    public void Each_standard_script_is_written_as_its_address_and_read_back(string kind, Network network, string script, string text)
    {
        var destination = Script.FromHex(script).GetDestination();
        Assert.Equal(text, destination.GetAddress(network).ToString());
        Assert.Equal(script, BitcoinAddress.Create(text, network).ScriptPubKey.ToHex());
        // The test networks but regtest share all prefixes, regtest those of base 58.
        Network[] alike = network == Network.Main ? [] : [Network.TestNet, Network.TestNet4, global::NBitcoin.Bitcoin.Instance.Signet, .. kind is "P2PKH" or "P2SH" ? (Network[])[Network.RegTest] : []];
        foreach (var other in alike)
        {
            Assert.Equal(text, destination.GetAddress(other).ToString());
            Assert.Equal(other, BitcoinAddress.Create(text, other).Network);
        }
        foreach (var foreign in Networks.Except([network, .. alike])) Assert.Throws<FormatException>(() => BitcoinAddress.Create(text, foreign));
    }

    private static IEnumerable<Network> Networks => [Network.Main, Network.TestNet, Network.TestNet4, global::NBitcoin.Bitcoin.Instance.Signet, Network.RegTest];

    [Fact]
    public void On_regtest_segwit_addresses_have_its_own_prefix()
    {
        foreach (var script in (Script[])[new WitKeyId().ScriptPubKey, new WitScriptId().ScriptPubKey, Script.FromHex("512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")])
        {
            var text = script.GetDestinationAddress(Network.RegTest).ToString();
            Assert.StartsWith("bcrt1", text, StringComparison.Ordinal);
            Assert.Equal(script, BitcoinAddress.Create(text, Network.RegTest).ScriptPubKey);
            Assert.Throws<FormatException>(() => BitcoinAddress.Create(text, Network.TestNet));
        }
    }

    [Fact]
    public void An_address_has_the_type_of_its_script()
    {
        Assert.Equal(Base58Type.PUBKEY_ADDRESS, Assert.IsType<BitcoinPubKeyAddress>(new KeyId().GetAddress(Network.Main)).Type);
        Assert.Equal(Base58Type.SCRIPT_ADDRESS, Assert.IsType<BitcoinScriptAddress>(new ScriptId().GetAddress(Network.Main)).Type);
        Assert.Equal(Bech32Type.WITNESS_PUBKEY_ADDRESS, Assert.IsType<BitcoinWitPubKeyAddress>(new WitKeyId().GetAddress(Network.Main)).Type);
        Assert.Equal(Bech32Type.WITNESS_SCRIPT_ADDRESS, Assert.IsType<BitcoinWitScriptAddress>(new WitScriptId().GetAddress(Network.Main)).Type);
        Assert.IsType<TaprootAddress>(BitcoinAddress.Create("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", Network.Main));
    }

    [Fact]
    public void An_address_of_one_kind_is_not_read_as_another()
    {
        Assert.Equal(new KeyId(), new BitcoinPubKeyAddress("1111111111111111111114oLvT2", Network.Main).Hash);
        Assert.Throws<FormatException>(() => new BitcoinScriptAddress("1111111111111111111114oLvT2", Network.Main));
        Assert.Throws<FormatException>(() => new BitcoinWitScriptAddress("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Network.Main));
        Assert.Throws<FormatException>(() => Network.Parse<BitcoinSecret>("1111111111111111111114oLvT2", Network.Main));
    }

    [Fact]
    public void Addresses_are_equal_by_text_and_network()
    {
        var hash = new KeyId();
        Assert.True(hash.GetAddress(Network.Main) == new KeyId().GetAddress(Network.Main));
        Assert.True(hash.GetAddress(Network.TestNet) != hash.GetAddress(Network.Main));
        Assert.True(hash.GetAddress(Network.TestNet) != hash.GetAddress(Network.RegTest));
        Assert.Equal(hash.GetAddress(Network.Main).GetHashCode(), new KeyId().GetAddress(Network.Main).GetHashCode());
    }

    [Fact]
    public void A_hash_is_written_in_the_order_of_the_script()
    {
        const string hex = "14836dbe7f38c5ac3d49e8d790af808a4ee9edcf";
        Assert.Equal($"76a914{hex}88ac", new KeyId(hex).ScriptPubKey.ToHex());
        Assert.Equal($"a914{hex}87", new ScriptId(hex).ScriptPubKey.ToHex());
        Assert.Equal($"0014{hex}", new WitKeyId(hex).ScriptPubKey.ToHex());
        Assert.Equal(hex, new KeyId(hex).ToString());
        Assert.Equal(new KeyId(hex), new WitKeyId(hex).AsKeyId());
        Assert.Equal(new KeyId(hex), new KeyId(new uint160(Convert.FromHexString(hex))));
        Assert.ThrowsAny<ArgumentException>(() => new KeyId(new byte[19]));
    }

    [Fact]
    public void Scripts_hash_to_the_addresses_of_BIP173()
    {
        var script = new Script(Convert.FromHexString("210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798ac"));
        Assert.Equal("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", script.WitHash.GetAddress(Network.TestNet).ToString());
        Assert.Equal("bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3", script.WitHash.GetAddress(Network.Main).ToString());
        Assert.Equal(script.Hash.ScriptPubKey, script.Hash.GetAddress(Network.RegTest).ScriptPubKey);
    }
}

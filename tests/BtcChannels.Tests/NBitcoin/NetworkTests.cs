using NBitcoin;
using NBitcoin.Crypto;

namespace BtcChannels.Tests.NBitcoinApi;

public partial class NetworkTests
{
    [Theory]
    [InlineData("Main", "Mainnet")]
    [InlineData("TestNet", "Testnet")]
    [InlineData("RegTest", "Regtest")]
    public void A_network_has_its_name_and_chain(string name, string chain)
    {
        var network = Network.GetNetwork(name);
        Assert.Equal((name, name), (network.Name, network.ToString()));
        Assert.Equal(new ChainName(chain), network.ChainName);
        Assert.Contains(network, Network.GetNetworks());
        Assert.Equal(100, network.Consensus.CoinbaseMaturity);
    }

    // The first block's header, as a node gives it: that it hashes to a number below its own target is the proof that it is right.
    public static TheoryData<string, Network, string, int, int, uint> Networks => new()
    {
        { StandardHeader + "29ab5f49ffff001d1dac2b7c", Network.Main, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f", 8333, 8332, 0xd9b4bef9 },
        { StandardHeader + "dae5494dffff001d1aa4ae18", Network.TestNet, "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943", 18333, 18332, 0x0709110b },
        {
            "01000000" + Zeros + "4e7b2b9128fe0291db0693af2ae418b767e657cd407e80cb1434221eaea7a07a" + "046f3566ffff001dbb0c7817",
            Network.TestNet4, "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043", 48333, 48332, 0x283f161c
        },
        { StandardHeader + "008f4d5fae77031e8ad22203", global::NBitcoin.Bitcoin.Instance.Signet, "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6", 38333, 38332, 0x40cf030a },
        { StandardHeader + "dae5494dffff7f2002000000", Network.RegTest, "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206", 18444, 18443, 0xdab5bffa },
    };

    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";
    private const string StandardHeader = "01000000" + Zeros + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a";

    [Theory, MemberData(nameof(Networks))]
    public void A_network_begins_with_its_own_block_and_has_its_own_ports(string header, Network network, string genesis, int port, int rpcPort, uint magic)
    {
        Assert.Equal(genesis, Hashes.DoubleSHA256(Convert.FromHexString(header)).ToString());
        Assert.Equal(genesis, network.GenesisHash.ToString());
        Assert.Equal(genesis, network.Consensus.HashGenesisBlock.ToString());
        Assert.Equal((port, rpcPort, magic), (network.DefaultPort, network.RPCPort, network.Magic));
    }

    [Fact]
    public void The_networks_of_the_currency_are_the_known_ones()
    {
        var bitcoin = global::NBitcoin.Bitcoin.Instance;
        Assert.Equal("BTC", bitcoin.CryptoCode);
        Assert.Equal((Network.Main, Network.TestNet, Network.TestNet4, Network.RegTest), (bitcoin.Mainnet, bitcoin.Testnet, bitcoin.Testnet4, bitcoin.Regtest));
        Assert.Equal(Network.RegTest, bitcoin.GetNetwork(new ChainName("regtest")));
    }

    [Theory]
    [InlineData("mainnet", "Main")]
    [InlineData("testnet", "TestNet")]
    [InlineData("REGTEST", "RegTest")]
    [InlineData("reg", "RegTest")]
    [InlineData("moonnet", null)]
    public void A_network_is_found_by_its_names(string name, string? expected) => Assert.Equal(expected, Network.GetNetwork(name)?.Name);

    [Fact]
    public void Chain_names_are_equal_whatever_their_case()
    {
        Assert.True(ChainName.Regtest == new ChainName("regtest"));
        Assert.True(ChainName.Regtest != ChainName.Mainnet);
        Assert.Equal(ChainName.Regtest.GetHashCode(), new ChainName("REGTEST").GetHashCode());
    }

    [Fact]
    public void What_is_nothing_of_the_network_is_a_format_error()
    {
        Assert.Throws<FormatException>(() => Network.Main.Parse("hello"));
        Assert.Throws<FormatException>(() => Network.Main.CreateBitcoinAddress("hello"));
        Assert.Throws<FormatException>(() => Network.Main.CreateBitcoinSecret("hello"));
    }
}

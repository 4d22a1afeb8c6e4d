using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain;

public class BitcoinNetworksTests
{
    public static TheoryData<Network, string, string, string[]> All => new()
    {
        { Network.Main, "main", "", ["mainnet", "MAIN"] },
        { Network.TestNet, "test", "testnet3", ["testnet", "testnet3"] },
        { Network.TestNet4, "testnet4", "testnet4", ["TestNet4"] },
        { global::NBitcoin.Bitcoin.Instance.Signet, "signet", "signet", ["Signet"] },
        { Network.RegTest, "regtest", "regtest", ["reg", "RegTest"] },
    };

    [Theory, MemberData(nameof(All))]
    public void A_network_has_the_name_and_folder_that_bitcoind_has_for_it(Network network, string name, string folder, string[] others)
    {
        Assert.Equal((name, folder), (BitcoinNetworks.NameOf(network), BitcoinNetworks.FolderOf(network)));
        Assert.All([name, .. others], text => Assert.Equal(network, BitcoinNetworks.TryFind(text, out var found) ? found : null));
        Assert.Contains(name, BitcoinNetworks.Known.Split([", ", " or "], StringSplitOptions.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mainnetz")]
    [InlineData("testnet5")]
    [InlineData(" main")]
    public void Another_name_is_of_none(string text) => Assert.False(BitcoinNetworks.TryFind(text, out _));
}

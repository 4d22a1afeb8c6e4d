using NBitcoin;

namespace BtcChannels.Tests.NBitcoinApi;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public partial class NetworkTests
{
    [Fact]
    public void Younger_test_networks_are_found_by_their_names_too()
    {
        Assert.Equal(Network.TestNet4, Network.GetNetwork("testnet4"));
        Assert.Equal(global::NBitcoin.Bitcoin.Instance.Signet, Network.GetNetwork("signet"));
        Assert.Equal(Network.TestNet4, global::NBitcoin.Bitcoin.Instance.GetNetwork(new ChainName("testnet4")));
        Assert.Null(global::NBitcoin.Bitcoin.Instance.GetNetwork(new ChainName("moonnet")));
        Assert.Equal(5, Network.GetNetworks().Distinct().Count());
    }
}

namespace NBitcoin;

/// <summary>The networks of Bitcoin.</summary>
public class Bitcoin : INetworkSet
{
    private Bitcoin()
    {
    }

    public static Bitcoin Instance { get; } = new();

    public Network Mainnet => Network.Main;

    public Network Testnet => Network.TestNet;

    public Network Testnet4 => Network.TestNet4;

    public Network Signet => Network.Signet;

    public Network Regtest => Network.RegTest;

    /// <summary>BTC.</summary>
    public string CryptoCode => "BTC";

    /// <inheritdoc/>
    public Network GetNetwork(ChainName chainName)
    {
        ArgumentNullException.ThrowIfNull(chainName);
        return Network.GetNetworks().FirstOrDefault(network => network.ChainName == chainName)!;
    }
}

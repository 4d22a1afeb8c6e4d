using NBitcoin;
using NBXplorer.DerivationStrategy;

namespace NBXplorer;

/// <summary>A currency's network, as a server of NBXplorer names it.</summary>
public class NBXplorerNetwork
{
    internal NBXplorerNetwork(INetworkSet networkSet, Network network)
    {
        (CryptoCode, NBitcoinNetwork) = (networkSet.CryptoCode, network);
        DerivationStrategyFactory = new DerivationStrategyFactory(network);
        Serializer = new Serializer(this);
    }

    /// <summary>Such as BTC.</summary>
    public string CryptoCode { get; }

    public Network NBitcoinNetwork { get; }

    /// <summary>Where a server of this network listens and keeps its files if nobody says otherwise.</summary>
    public NBXplorerDefaultSettings DefaultSettings => NBXplorerDefaultSettings.GetDefaultSettings(NBitcoinNetwork.ChainName);

    public DerivationStrategyFactory DerivationStrategyFactory { get; }

    public Serializer Serializer { get; }

    /// <param name="uri">The server's address; null for the default one.</param>
    public ExplorerClient CreateExplorerClient(Uri uri) => new(this, uri);

    public override string ToString() => CryptoCode;
}

namespace NBitcoin;

/// <summary>The networks of one currency.</summary>
public interface INetworkSet
{
    Network Mainnet { get; }

    Network Testnet { get; }

    Network Regtest { get; }

    /// <summary>The currency's short name, such as BTC.</summary>
    string CryptoCode { get; }

    /// <returns>Null where the currency has no such network.</returns>
    Network GetNetwork(ChainName chainName);
}

using NBitcoin;

namespace NBXplorer;

/// <summary>The networks of one kind (main, test, regtest) of all currencies that are known; here that is Bitcoin alone.</summary>
public class NBXplorerNetworkProvider
{
    private readonly NBXplorerNetwork _bitcoin;

    /// <exception cref="ArgumentException">Bitcoin has no network of that name.</exception>
    public NBXplorerNetworkProvider(ChainName networkType)
    {
        ArgumentNullException.ThrowIfNull(networkType);
        NetworkType = networkType;
        _bitcoin = new NBXplorerNetwork(
            Bitcoin.Instance, Bitcoin.Instance.GetNetwork(networkType) ?? throw new ArgumentException($"Bitcoin has no network named {networkType}", nameof(networkType)));
    }

    public ChainName NetworkType { get; }

    public NBXplorerNetwork GetBTC() => _bitcoin;

    /// <returns>Null where the currency is not known.</returns>
    public NBXplorerNetwork GetFromCryptoCode(string cryptoCode) => string.Equals(cryptoCode, _bitcoin.CryptoCode, StringComparison.OrdinalIgnoreCase) ? _bitcoin : null;

    public IEnumerable<NBXplorerNetwork> GetAll() => [_bitcoin];
}

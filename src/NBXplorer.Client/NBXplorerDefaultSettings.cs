using NBitcoin;

namespace NBXplorer;

/// <summary>Where a server listens and keeps its files if nobody says otherwise.</summary>
public class NBXplorerDefaultSettings
{
    private const int MainPort = 24444;

    public string DefaultDataDirectory { get; set; }

    /// <summary>The file that a server writes at every start: whoever can read it may use the server.</summary>
    public string DefaultCookieFile => Path.Combine(DefaultDataDirectory, ".cookie");

    public int DefaultPort { get; set; }

    public Uri DefaultUrl { get; set; }

    /// <exception cref="NotSupportedException">Only the main network, test network 3 and regtest have defaults that are known here.</exception>
    public static NBXplorerDefaultSettings GetDefaultSettings(ChainName networkType)
    {
        var port = networkType == ChainName.Mainnet ? MainPort
            : networkType == ChainName.Testnet ? MainPort + 1
            : networkType == ChainName.Regtest ? MainPort + 2
            : throw new NotSupportedException($"The default port of a server of {networkType} is not known here: give its address and cookie file");
        return new NBXplorerDefaultSettings
        {
            DefaultDataDirectory = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nbxplorer", GetFolderName(networkType)),
            DefaultPort = port,
            DefaultUrl = new Uri($"http://127.0.0.1:{port}/"),
        };
    }

    /// <summary>The folder of a network within the server's data.</summary>
    public static string GetFolderName(ChainName networkType)
    {
        ArgumentNullException.ThrowIfNull(networkType);
        return networkType == ChainName.Mainnet ? "Main" : networkType == ChainName.Testnet ? "TestNet" : networkType == ChainName.Regtest ? "RegTest" : networkType.ToString();
    }
}

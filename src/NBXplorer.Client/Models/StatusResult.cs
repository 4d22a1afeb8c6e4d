using NBitcoin;

namespace NBXplorer.Models;

/// <summary>How far server and node are.</summary>
public class StatusResult
{
    /// <summary>Null where the server cannot reach its node: what it says of the chain is then as old as it may be.</summary>
    public BitcoinStatus BitcoinStatus { get; set; }

    /// <summary>Also where the server lags by a block or two.</summary>
    public bool IsFullySynched { get; set; }

    /// <summary>The node's; 0 where it cannot be reached.</summary>
    public int ChainHeight { get; set; }

    /// <summary>The newest block that the server has dealt with; null right after its start.</summary>
    public int? SyncHeight { get; set; }

    public string InstanceName { get; set; }

    public ChainName NetworkType { get; set; }

    public string CryptoCode { get; set; }

    public string[] SupportedCryptoCodes { get; set; }

    public string Version { get; set; }
}

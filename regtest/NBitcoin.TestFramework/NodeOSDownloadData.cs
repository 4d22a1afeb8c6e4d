namespace NBitcoin.Tests;

/// <summary>Where a node's program is on one operating system.</summary>
public class NodeOSDownloadData
{
    /// <summary>The absolute path of bitcoind.</summary>
    public string Executable { get; set; }
}

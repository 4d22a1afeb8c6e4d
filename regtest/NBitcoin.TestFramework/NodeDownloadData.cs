namespace NBitcoin.Tests;

/// <summary>
/// A version of a node. Nothing is downloaded here: the caller names the program it has, with
/// <see cref="NodeOSDownloadData.Executable"/>.
/// </summary>
public partial class NodeDownloadData
{
    internal NodeDownloadData()
    {
    }

    public static BitcoinNodeDownloadData Bitcoin { get; set; } = new();

    public string Version { get; set; }

    public NodeOSDownloadData Linux { get; set; } = new();

    public NodeOSDownloadData Mac { get; set; } = new();

    public NodeOSDownloadData Windows { get; set; } = new();

    /// <summary>The chain's folder in the data folder.</summary>
    public string RegtestFolderName { get; set; } = "regtest";

    public NodeOSDownloadData GetCurrentOSDownloadData() =>
        OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? Mac : Linux;

    public class NodeDownloadDataBase
    {
    }

    public class BitcoinNodeDownloadData : NodeDownloadDataBase
    {
        public NodeDownloadData v29_1 = new() { Version = "29.1" };
    }
}

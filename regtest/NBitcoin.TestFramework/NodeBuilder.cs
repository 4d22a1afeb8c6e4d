using System.Runtime.CompilerServices;

namespace NBitcoin.Tests;

/// <summary>Makes nodes in folders below one root, and kills those it started when it is disposed.</summary>
public class NodeBuilder : IDisposable
{
    private readonly string _root;

    private NodeBuilder(string root, NodeDownloadData implementation, Network network)
    {
        _root = root;
        NodeImplementation = implementation;
        BitcoinD = EnsureDownloaded(implementation);
        Network = network;
    }

    public string BitcoinD { get; }

    public List<CoreNode> Nodes { get; } = [];

    /// <summary>Options for every node that is made from here on.</summary>
    public NodeConfigParameters ConfigParameters { get; } = [];

    /// <summary>Whether a new node's folder is emptied first.</summary>
    public bool CleanBeforeStartingNode { get; set; } = true;

    public Network Network { get; set; }

    public NodeDownloadData NodeImplementation { get; }

    public RPCWalletType? RPCWalletType { get; set; }

    /// <summary>Whether a node has a wallet, named wallet.dat, from its first start on.</summary>
    public bool CreateWallet { get; set; } = true;

    /// <summary>Whether peers on this machine may connect, on the loopback address.</summary>
    public bool WhiteBind { get; set; }

    /// <param name="network">Regtest where null.</param>
    /// <param name="caller">The root folder; one named after the calling method where it is not given.</param>
    /// <exception cref="FileNotFoundException">The program is not there.</exception>
    public static NodeBuilder Create(NodeDownloadData downloadData, Network network = null, [CallerMemberName] string caller = null, bool showNodeConsole = false)
    {
        if (showNodeConsole) throw new NotSupportedException("The node's console is not shown; its debug.log has all");
        Directory.CreateDirectory(caller);
        return new NodeBuilder(Path.GetFullPath(caller), downloadData, network ?? Network.RegTest);
    }

    /// <returns>The path of the program.</returns>
    /// <exception cref="FileNotFoundException">The program is not there.</exception>
    public static string EnsureDownloaded(NodeDownloadData downloadData)
    {
        var path = downloadData.GetCurrentOSDownloadData().Executable;
        return Path.IsPathFullyQualified(path ?? "") && File.Exists(path)
            ? path
            : throw new FileNotFoundException("Executable must be the absolute path of a bitcoind that is there", path);
    }

    public CoreNode CreateNode(bool start = false)
    {
        var node = new CoreNode(Path.Combine(_root, $"{Nodes.Count}"), this);
        Nodes.Add(node);
        if (start) node.Start();
        return node;
    }

    public void StartAll() => Task.WaitAll([.. Nodes.Where(node => node.State == CoreNodeState.Stopped).Select(node => node.StartAsync())]);

    public void Dispose()
    {
        foreach (var node in Nodes) node.Kill();
        GC.SuppressFinalize(this);
    }
}

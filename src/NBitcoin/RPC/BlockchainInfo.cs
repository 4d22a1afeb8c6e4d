namespace NBitcoin.RPC;

/// <summary>The answer to getblockchaininfo.</summary>
public class BlockchainInfo
{
    public Network Chain { get; set; }

    /// <summary>The height of the best block whose transactions the node has checked.</summary>
    public ulong Blocks { get; set; }

    public ulong Headers { get; set; }

    public uint256 BestBlockHash { get; set; }

    /// <summary>Rounded down: 0 on regtest.</summary>
    public ulong Difficulty { get; set; }

    /// <summary>The median time past of the best block, in UNIX seconds (BIP113).</summary>
    public ulong MedianTime { get; set; }

    /// <summary>An estimate from 0 to 1.</summary>
    public float VerificationProgress { get; set; }

    public bool InitialBlockDownload { get; set; }

    public uint256 ChainWork { get; set; }

    /// <summary>In bytes.</summary>
    public ulong SizeOnDisk { get; set; }

    public bool Pruned { get; set; }
}

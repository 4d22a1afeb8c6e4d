namespace NBitcoin;

/// <summary>The rules of a chain, as far as they are needed here.</summary>
public class Consensus
{
    internal Consensus(uint256 hashGenesisBlock, int subsidyHalvingInterval)
    {
        HashGenesisBlock = hashGenesisBlock;
        SubsidyHalvingInterval = subsidyHalvingInterval;
    }

    public uint256 HashGenesisBlock { get; }

    public ConsensusFactory ConsensusFactory { get; } = new();

    /// <summary>In blocks.</summary>
    public int SubsidyHalvingInterval { get; }

    /// <summary>A coinbase may be spent by a block this far above its own.</summary>
    public int CoinbaseMaturity => 100;

    public TimeSpan PowTargetSpacing { get; } = TimeSpan.FromMinutes(10);

    public bool SupportSegwit => true;

    public bool SupportTaproot => true;
}

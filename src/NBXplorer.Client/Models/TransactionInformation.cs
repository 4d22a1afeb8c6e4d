using NBitcoin;

namespace NBXplorer.Models;

/// <summary>A transaction as it concerns one tracked source.</summary>
public class TransactionInformation
{
    /// <summary>Null where it is in no block.</summary>
    public uint256 BlockHash { get; set; }

    public long Confirmations { get; set; }

    public long? Height { get; set; }

    public bool IsMature { get; set; }

    public uint256 TransactionId { get; set; }

    /// <summary>Null where it was not asked for.</summary>
    public Transaction Transaction { get; set; }

    public List<MatchedOutput> Outputs { get; set; } = [];

    public List<MatchedInput> Inputs { get; set; } = [];

    public DateTimeOffset Timestamp { get; set; }

    public IMoney BalanceChange { get; set; }

    public uint256 ReplacedBy { get; set; }

    public uint256 Replacing { get; set; }

    public bool Replaceable { get; set; }

    public TransactionMetadata Metadata { get; set; }
}

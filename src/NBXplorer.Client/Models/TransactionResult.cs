using NBitcoin;

namespace NBXplorer.Models;

/// <summary>A transaction as the server has it. None of it says that it is in the mempool now.</summary>
public class TransactionResult
{
    /// <summary>By the server's own tip.</summary>
    public long Confirmations { get; set; }

    /// <summary>Null where it is in no block.</summary>
    public uint256 BlockId { get; set; }

    /// <summary>Null for a transaction that nothing tracked has to do with.</summary>
    public uint256 TransactionHash { get; set; }

    /// <summary>Null where it was not asked for.</summary>
    public Transaction Transaction { get; set; }

    public long? Height { get; set; }

    /// <summary>When the server first saw it, to the second.</summary>
    public DateTimeOffset Timestamp { get; set; }

    /// <summary>A tracked transaction that took its place; null where there is none, which does not say that nothing did.</summary>
    public uint256 ReplacedBy { get; set; }

    public TransactionMetadata Metadata { get; set; }
}

using NBXplorer.DerivationStrategy;

namespace NBXplorer.Models;

/// <summary>How far a look through all unspent outputs is, batch by batch of a wallet's addresses.</summary>
public class ScanUTXOProgress
{
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>Null until then.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    public int Found { get; set; }

    public int BatchNumber { get; set; }

    public int RemainingBatches { get; set; }

    /// <summary>Percent.</summary>
    public int CurrentBatchProgress { get; set; }

    public int RemainingSeconds { get; set; }

    /// <summary>Percent.</summary>
    public int OverallProgress { get; set; }

    /// <summary>The first address of the batch.</summary>
    public int From { get; set; }

    /// <summary>The batch's size.</summary>
    public int Count { get; set; }

    public int TotalSearched { get; set; }

    /// <summary>Null until it is complete.</summary>
    public int? TotalSizeOfUTXOSet { get; set; }

    /// <summary>Null where nothing was found.</summary>
    public Dictionary<DerivationFeature, int?> HighestKeyIndexFound { get; set; } = [];
}

namespace NBXplorer.Models;

/// <summary>How far a look through all unspent outputs is.</summary>
public class ScanUTXOInformation
{
    /// <summary>Null where none occurred.</summary>
    public string Error { get; set; }

    public DateTimeOffset QueuedAt { get; set; }

    public ScanUTXOStatus Status { get; set; }

    /// <summary>Null before it began.</summary>
    public ScanUTXOProgress Progress { get; set; }
}

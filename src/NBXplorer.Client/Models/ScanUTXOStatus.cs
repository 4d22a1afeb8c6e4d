namespace NBXplorer.Models;

public enum ScanUTXOStatus
{
    Queued = 0,
    Pending = 1,
    Error = 2,
    Complete = 3,
}

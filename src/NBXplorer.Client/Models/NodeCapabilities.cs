namespace NBXplorer.Models;

public class NodeCapabilities
{
    public bool CanScanTxoutSet { get; set; }

    public bool CanSupportSegwit { get; set; }

    public bool CanSupportTaproot { get; set; }

    public bool CanSupportTransactionCheck { get; set; }
}

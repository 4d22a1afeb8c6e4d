using NBitcoin;

namespace NBXplorer.Models;

/// <summary>What the server's node says of itself.</summary>
public class BitcoinStatus
{
    public int Blocks { get; set; }

    public int Headers { get; set; }

    public double VerificationProgress { get; set; }

    public bool IsSynched { get; set; }

    public FeeRate IncrementalRelayFee { get; set; }

    public FeeRate MinRelayTxFee { get; set; }

    public string[] ExternalAddresses { get; set; }

    public NodeCapabilities Capabilities { get; set; }
}

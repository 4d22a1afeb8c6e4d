namespace NBitcoin.RPC;

/// <summary>What the node's mempool would say to a transaction.</summary>
public class MempoolAcceptResult
{
    public uint256 TxId { get; internal set; }

    public bool IsAllowed { get; internal set; }

    /// <summary>The node's word for the reason, such as missing-inputs; null where it is allowed. The wording differs between versions.</summary>
    public string RejectReason { get; internal set; }
}

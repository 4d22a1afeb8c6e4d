using NBitcoin.RPC;

namespace NBXplorer.Models;

/// <summary>The node's verdict on a transaction.</summary>
public class BroadcastResult
{
    public BroadcastResult() { }

    public BroadcastResult(bool success) => Success = success;

    public bool Success { get; set; }

    /// <summary>Null where it was accepted.</summary>
    public RPCErrorCode? RPCCode { get; set; }

    /// <summary>What the code stands for; where the node was only asked, its reason.</summary>
    public string RPCCodeMessage { get; set; }

    /// <summary>The node's reason.</summary>
    public string RPCMessage { get; set; }
}

namespace NBitcoin.RPC;

/// <summary>An unspent output, as gettxout tells it.</summary>
public class GetTxOutResponse
{
    /// <summary>The tip at which this was true.</summary>
    public uint256 BestBlock { get; set; }

    /// <summary>0 in the mempool, 1 in the tip.</summary>
    public int Confirmations { get; set; }

    public TxOut TxOut { get; set; }

    public bool IsCoinBase { get; set; }

    /// <summary>The node's name of the script's kind, such as scripthash or witness_v0_keyhash.</summary>
    public string ScriptPubKeyType { get; set; }
}

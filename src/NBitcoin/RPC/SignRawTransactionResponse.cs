namespace NBitcoin.RPC;

public class SignRawTransactionResponse
{
    public Transaction SignedTransaction { get; set; }

    /// <summary>Whether every input is signed.</summary>
    public bool Complete { get; set; }
}

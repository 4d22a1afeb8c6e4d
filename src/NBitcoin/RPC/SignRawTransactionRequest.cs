namespace NBitcoin.RPC;

public class SignRawTransactionRequest
{
    public Transaction Transaction { get; set; }
}

namespace NBitcoin.RPC;

public class FundRawTransactionResponse
{
    /// <summary>Unsigned.</summary>
    public Transaction Transaction { get; set; }

    public Money Fee { get; set; }

    /// <summary>The index of the change output, or -1.</summary>
    public int ChangePos { get; set; }
}

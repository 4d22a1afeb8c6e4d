namespace NBitcoin;

/// <summary>An output, where it stands.</summary>
public class IndexedTxOut
{
    public TxOut TxOut { get; set; }

    public uint N { get; set; }

    public Transaction Transaction { get; set; }

    public Coin ToCoin() => new(this);
}

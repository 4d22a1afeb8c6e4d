namespace NBitcoin;

/// <summary>An output and where it is.</summary>
public interface ICoinable
{
    OutPoint Outpoint { get; }

    TxOut TxOut { get; }
}

namespace NBitcoin;

/// <summary>The outputs of a transaction.</summary>
public class TxOutList : UnsignedList<TxOut>
{
    public TxOutList() { }

    public TxOutList(Transaction parent) : base(parent) { }

    public TxOutList(int capacity) : base(capacity) { }

    /// <summary>An output, not added; what is not given stays as <see cref="TxOut()"/> has it.</summary>
    public TxOut CreateNewTxOut() => new();

    /// <inheritdoc cref="CreateNewTxOut()"/>
    public TxOut CreateNewTxOut(Money money = null, Script scriptPubKey = null)
    {
        var output = new TxOut();
        if (money is not null) output.Value = money;
        if (scriptPubKey is not null) output.ScriptPubKey = scriptPubKey;
        return output;
    }

    /// <inheritdoc cref="CreateNewTxOut()"/>
    public TxOut CreateNewTxOut(Money money = null, IDestination destination = null) =>
        CreateNewTxOut(money, destination?.ScriptPubKey);

    public TxOut Add(Money money = null, Script scriptPubKey = null) => Add(CreateNewTxOut(money, scriptPubKey));

    public TxOut Add(Money money = null, IDestination destination = null) => Add(CreateNewTxOut(money, destination));

    public new TxOut Add(TxOut txOut)
    {
        base.Add(txOut);
        return txOut;
    }

    /// <summary>The outputs that pay to it.</summary>
    public IEnumerable<TxOut> To(IDestination destination) => To(destination.ScriptPubKey);

    /// <inheritdoc cref="To(IDestination)"/>
    public IEnumerable<TxOut> To(Script scriptPubKey) => this.Where(output => output.ScriptPubKey == scriptPubKey);

    public IEnumerable<IndexedTxOut> AsIndexedOutputs() =>
        this.Select((output, n) => new IndexedTxOut { TxOut = output, N = (uint)n, Transaction = Transaction });

    public IEnumerable<Coin> AsCoins() => AsIndexedOutputs().Select(output => output.ToCoin());
}

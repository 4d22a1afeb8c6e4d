namespace NBitcoin;

/// <summary>The inputs of a transaction.</summary>
public class TxInList : UnsignedList<TxIn>
{
    public TxInList() { }

    public TxInList(Transaction parent) : base(parent) { }

    public TxInList(int capacity) : base(capacity) { }

    /// <summary>An input, not added; what is not given stays as <see cref="TxIn()"/> has it.</summary>
    public TxIn CreateNewTxIn(OutPoint outpoint = null, Script scriptSig = null, WitScript witScript = null, Sequence? sequence = null)
    {
        var input = new TxIn();
        if (outpoint is not null) input.PrevOut = outpoint;
        if (scriptSig is not null) input.ScriptSig = scriptSig;
        if (witScript is not null) input.WitScript = witScript;
        if (sequence is { } given) input.Sequence = given;
        return input;
    }

    public TxIn Add(OutPoint outpoint = null, Script scriptSig = null, WitScript witScript = null, Sequence? sequence = null) =>
        Add(CreateNewTxIn(outpoint, scriptSig, witScript, sequence));

    /// <summary>An input that spends an output of <paramref name="prevTx"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output.</exception>
    public TxIn Add(Transaction prevTx, int outIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(outIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(outIndex, prevTx.Outputs.Count);
        return Add(new OutPoint(prevTx, outIndex));
    }

    public new TxIn Add(TxIn txIn)
    {
        base.Add(txIn);
        return txIn;
    }

    /// <summary>The input that spends <paramref name="outpoint"/>; null if none does.</summary>
    public IndexedTxIn FindIndexedInput(OutPoint outpoint) => AsIndexedInputs().FirstOrDefault(input => input.PrevOut == outpoint);

    /// <exception cref="ArgumentOutOfRangeException">There is no such input.</exception>
    public IndexedTxIn FindIndexedInput(int index) => new() { TxIn = this[index], Index = (uint)index, Transaction = Transaction };

    public IEnumerable<IndexedTxIn> AsIndexedInputs() => Enumerable.Range(0, Count).Select(FindIndexedInput);
}

namespace NBitcoin;

/// <summary>An input. The default spends the null outpoint, with empty scriptSig and witness, and is final.</summary>
public class TxIn : IBitcoinSerializable
{
    private OutPoint _prevOut = new();
    private Script _scriptSig = Script.Empty;
    private WitScript _witScript = WitScript.Empty;
    private uint _sequence = NBitcoin.Sequence.SEQUENCE_FINAL;

    public TxIn() { }

    public TxIn(Script scriptSig) => ScriptSig = scriptSig;

    public TxIn(OutPoint prevout) => PrevOut = prevout;

    public TxIn(OutPoint prevout, Script scriptSig) => (PrevOut, ScriptSig) = (prevout, scriptSig);

    public OutPoint PrevOut
    {
        get => _prevOut;
        set => _prevOut = value ?? throw new ArgumentNullException(nameof(value));
    }

    public Script ScriptSig
    {
        get => _scriptSig;
        set => _scriptSig = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Serialized with the transaction, not with the input.</summary>
    public WitScript WitScript
    {
        get => _witScript;
        set => _witScript = value ?? throw new ArgumentNullException(nameof(value));
    }

    public Sequence Sequence
    {
        get => _sequence;
        set => _sequence = value;
    }

    /// <summary>The sequence is ffffffff: for this input the transaction's lock time does not count.</summary>
    public bool IsFinal => _sequence == NBitcoin.Sequence.SEQUENCE_FINAL;

    public virtual void ReadWrite(BitcoinStream stream)
    {
        // A new one when reading: others may hold the old.
        if (!stream.Serializing) _prevOut = new OutPoint();
        _prevOut.ReadWrite(stream);
        stream.ReadWrite(ref _scriptSig);
        stream.ReadWrite(ref _sequence);
    }

    public virtual TxIn Clone() => new(new OutPoint(PrevOut), ScriptSig) { WitScript = WitScript, Sequence = Sequence };
}

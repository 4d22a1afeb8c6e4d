namespace NBitcoin;

/// <summary>An output: an amount and the script that guards it. The default has no amount yet, and an empty script.</summary>
public class TxOut : IBitcoinSerializable
{
    // Bitcoin Core's policy (GetDustThreshold): an output is dust if at 3 sat/vB it costs more to spend than it is worth,
    // spent by an input of 148 bytes, or of 67 with a witness.
    private const int DustRelayFeePerByte = 3;
    private const int InputSize = 148;
    private const int WitnessInputSize = 67;

    private Money _value;
    private Script _scriptPubKey = Script.Empty;

    public TxOut() { }

    public TxOut(Money value, IDestination destination) : this(value, destination.ScriptPubKey) { }

    public TxOut(Money value, Script scriptPubKey) => (Value, ScriptPubKey) = (value, scriptPubKey);

    /// <summary>Null until it is set. Any value that a transaction can carry, also those that no valid one does.</summary>
    public virtual Money Value
    {
        get => _value;
        set => _value = value ?? throw new ArgumentNullException(nameof(value));
    }

    public Script ScriptPubKey
    {
        get => _scriptPubKey;
        set => _scriptPubKey = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Reads 8 bytes of amount and the script, in hex.</summary>
    /// <exception cref="FormatException">The text is no hex, or its bytes no output.</exception>
    /// <exception cref="EndOfStreamException">The bytes end too early.</exception>
    public static TxOut Parse(string hex)
    {
        var output = new TxOut();
        output.FromBytes(Convert.FromHexString(hex));
        return output;
    }

    /// <summary>Nodes do not relay a transaction with it: the amount is below <see cref="GetDustThreshold"/>.</summary>
    public bool IsDust() => Value < GetDustThreshold();

    /// <summary>The least amount that is not dust for this script; zero of what cannot be spent.</summary>
    public virtual Money GetDustThreshold()
    {
        if (ScriptPubKey.IsUnspendable) return Money.Zero;
        var size = new TxOut(Money.Zero, ScriptPubKey).GetSerializedSize();
        size += ScriptPubKey.IsScriptType(ScriptType.Witness) ? WitnessInputSize : InputSize;
        return Money.Satoshis((long)size * DustRelayFeePerByte);
    }

    /// <summary>Whether it pays to the destination's script.</summary>
    public bool IsTo(IDestination destination) => ScriptPubKey == destination.ScriptPubKey;

    /// <exception cref="InvalidOperationException">It is to be written, and its amount was never set.</exception>
    public virtual void ReadWrite(BitcoinStream stream)
    {
        var satoshi = !stream.Serializing ? 0 : _value?.Satoshi ?? throw new InvalidOperationException("The output has no amount");
        stream.ReadWrite(ref satoshi);
        stream.ReadWrite(ref _scriptPubKey);
        if (!stream.Serializing) _value = new Money(satoshi);
    }

    public virtual TxOut Clone() => new() { _value = _value, _scriptPubKey = _scriptPubKey };
}

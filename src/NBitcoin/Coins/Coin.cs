namespace NBitcoin;

/// <summary>An output that can be spent.</summary>
public class Coin : ICoin
{
    private Script _overridden;

    /// <summary>The null outpoint and an output without amount.</summary>
    public Coin() : this(new OutPoint(), new TxOut()) { }

    public Coin(OutPoint fromOutpoint, TxOut fromTxOut) => (Outpoint, TxOut) = (fromOutpoint, fromTxOut);

    public Coin(Transaction fromTx, uint fromOutputIndex) : this(new OutPoint(fromTx, fromOutputIndex), fromTx.Outputs[fromOutputIndex]) { }

    /// <exception cref="ArgumentException">The output is not of that transaction.</exception>
    public Coin(Transaction fromTx, TxOut fromOutput) : this(new OutPoint(fromTx, IndexOf(fromTx, fromOutput)), fromOutput) { }

    public Coin(IndexedTxOut txOut) : this(new OutPoint(txOut.Transaction, txOut.N), txOut.TxOut) { }

    public Coin(uint256 fromTxHash, uint fromOutputIndex, Money amount, Script scriptPubKey)
        : this(new OutPoint(fromTxHash, fromOutputIndex), new TxOut(amount, scriptPubKey)) { }

    public OutPoint Outpoint { get; set; }

    public TxOut TxOut { get; set; }

    public Money Amount
    {
        get => TxOut.Value;
        set => TxOut.Value = value;
    }

    IMoney ICoin.Amount => Amount;

    public Script ScriptPubKey
    {
        get => TxOut.ScriptPubKey;
        set => TxOut.ScriptPubKey = value;
    }

    /// <inheritdoc cref="ICoin.IsMalleable"/>
    public bool IsMalleable => GetHashVersion() == HashVersion.Original;

    /// <summary>False where the coin pays to a hash of a script, or by taproot, and <see cref="OverrideScriptCode"/> did not tell it.</summary>
    public virtual bool CanGetScriptCode => _overridden is not null || PlainScriptCode() is not null;

    /// <inheritdoc cref="ICoin.GetScriptCode"/>
    public virtual Script GetScriptCode() =>
        _overridden ?? PlainScriptCode() ?? throw new InvalidOperationException("The coin pays to a script's hash: only a ScriptCoin knows the script");

    public virtual HashVersion GetHashVersion() =>
        ScriptPubKey.IsScriptType(ScriptType.P2WPKH) || ScriptPubKey.IsScriptType(ScriptType.P2WSH) ? HashVersion.WitnessV0
        : ScriptPubKey.IsScriptType(ScriptType.Taproot) ? HashVersion.Taproot
        : HashVersion.Original;

    /// <inheritdoc cref="ICoin.OverrideScriptCode"/>
    public void OverrideScriptCode(Script scriptCode) => _overridden = scriptCode;

    /// <summary>The coin with the script whose hash it pays to.</summary>
    /// <exception cref="ArgumentException">It pays to another script's hash, or to none.</exception>
    public ScriptCoin ToScriptCoin(Script redeemScript) => new(this, redeemScript);

    /// <summary>As <see cref="ToScriptCoin"/>, with null for what it would refuse.</summary>
    public ScriptCoin TryToScriptCoin(Script redeemScript) =>
        ScriptCoin.IsCoherent(ScriptPubKey, redeemScript, out _) ? new(this, redeemScript) : null;

    /// <summary>The script code that was told; null if none.</summary>
    private protected Script Overridden => _overridden;

    /// <summary>Of a witness to a key's hash, the script that BIP143 puts in its place.</summary>
    private protected static Script KeyScriptCode(Script program) => new KeyId(program.ToBytes(true)[2..]).ScriptPubKey;

    private Script PlainScriptCode() => ScriptPubKey switch
    {
        var script when script.IsScriptType(ScriptType.P2WPKH) => KeyScriptCode(script),
        var script when script.IsScriptType(ScriptType.P2SH) || script.IsScriptType(ScriptType.Witness) => null,
        var script => script,
    };

    private static int IndexOf(Transaction transaction, TxOut output)
    {
        var index = transaction.Outputs.FindIndex(candidate => ReferenceEquals(candidate, output));
        return index >= 0 ? index : throw new ArgumentException("The output is not of this transaction", nameof(output));
    }
}

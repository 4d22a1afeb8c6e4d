namespace NBitcoin;

/// <summary>An output that pays to the hash of a script, with the script: P2SH, P2WSH, or the second within the first.</summary>
public class ScriptCoin : Coin
{
    /// <exception cref="ArgumentException">The output pays to another script's hash, or to none.</exception>
    public ScriptCoin(OutPoint fromOutpoint, TxOut fromTxOut, Script redeem) : base(fromOutpoint, fromTxOut)
    {
        if (!IsCoherent(ScriptPubKey, redeem, out var error)) throw new ArgumentException(error, nameof(redeem));
        Redeem = redeem;
    }

    /// <inheritdoc cref="ScriptCoin(OutPoint, TxOut, Script)"/>
    public ScriptCoin(Transaction fromTx, uint fromOutputIndex, Script redeem)
        : this(new OutPoint(fromTx, fromOutputIndex), fromTx.Outputs[fromOutputIndex], redeem) { }

    /// <inheritdoc cref="ScriptCoin(OutPoint, TxOut, Script)"/>
    public ScriptCoin(ICoin coin, Script redeem) : this(coin.Outpoint, coin.TxOut, redeem) { }

    /// <inheritdoc cref="ScriptCoin(OutPoint, TxOut, Script)"/>
    public ScriptCoin(IndexedTxOut txOut, Script redeem) : this(new OutPoint(txOut.Transaction, txOut.N), txOut.TxOut, redeem) { }

    /// <inheritdoc cref="ScriptCoin(OutPoint, TxOut, Script)"/>
    public ScriptCoin(uint256 txHash, uint outputIndex, Money amount, Script scriptPubKey, Script redeem)
        : this(new OutPoint(txHash, outputIndex), new TxOut(amount, scriptPubKey), redeem) { }

    /// <summary>The script whose hash is paid to; where a witness is within P2SH, the witness script, or the program of a key.</summary>
    public Script Redeem { get; }

    public bool IsP2SH => ScriptPubKey.IsScriptType(ScriptType.P2SH);

    /// <summary>Where <see cref="Redeem"/> itself is revealed.</summary>
    public RedeemType RedeemType => IsP2SH && Redeem.PaymentScript == ScriptPubKey ? RedeemType.P2SH : RedeemType.WitnessV0;

    /// <inheritdoc/>
    public override bool CanGetScriptCode => true;

    /// <summary>Whether the scriptPubKey pays to the hash of the script; else why not.</summary>
    public static bool IsCoherent(Script scriptPubKey, Script redeem, out string error)
    {
        ArgumentNullException.ThrowIfNull(scriptPubKey);
        ArgumentNullException.ThrowIfNull(redeem);
        var witness = redeem.WitHash.ScriptPubKey;
        var isHash = scriptPubKey.IsScriptType(ScriptType.P2SH) || scriptPubKey.IsScriptType(ScriptType.P2WSH);
        error = !isHash ? "The scriptPubKey pays to no script's hash"
            : scriptPubKey == redeem.PaymentScript || scriptPubKey == witness || scriptPubKey == witness.PaymentScript ? null
            : "The scriptPubKey pays to the hash of another script";
        return error is null;
    }

    /// <summary>The script that the scriptSig pushes last; null if the coin is not P2SH.</summary>
    public Script GetP2SHRedeem() => !IsP2SH ? null : RedeemType == RedeemType.P2SH ? Redeem : Redeem.WitHash.ScriptPubKey;

    public override Script GetScriptCode() =>
        Overridden ?? (IsKeyWithinScript ? KeyScriptCode(Redeem) : Redeem);

    public override HashVersion GetHashVersion() =>
        RedeemType == RedeemType.WitnessV0 || IsKeyWithinScript ? HashVersion.WitnessV0 : HashVersion.Original;

    private bool IsKeyWithinScript => RedeemType == RedeemType.P2SH && Redeem.IsScriptType(ScriptType.P2WPKH);
}

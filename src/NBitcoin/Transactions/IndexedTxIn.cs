namespace NBitcoin;

/// <summary>An input, where it stands.</summary>
public class IndexedTxIn
{
    public TxIn TxIn { get; set; }

    public uint Index { get; set; }

    public Transaction Transaction { get; set; }

    public OutPoint PrevOut
    {
        get => TxIn.PrevOut;
        set => TxIn.PrevOut = value;
    }

    public Script ScriptSig
    {
        get => TxIn.ScriptSig;
        set => TxIn.ScriptSig = value;
    }

    public WitScript WitScript
    {
        get => TxIn.WitScript;
        set => TxIn.WitScript = value;
    }

    /// <summary>The hash that a signature of this input signs, when it spends <paramref name="coin"/>.</summary>
    /// <exception cref="InvalidOperationException">The coin pays to the hash of a script that it does not know: see <see cref="Coin.ToScriptCoin"/>.</exception>
    public uint256 GetSignatureHash(ICoin coin, SigHash sigHash) =>
        Transaction.GetSignatureHash(coin.GetScriptCode(), checked((int)Index), sigHash, coin.TxOut, coin.GetHashVersion());

    /// <summary>A signature that commits to the whole transaction. It is not put into the input.</summary>
    /// <inheritdoc cref="GetSignatureHash(ICoin, SigHash)" path="/exception"/>
    public TransactionSignature Sign(Key key, ICoin coin) => new(key.Sign(GetSignatureHash(coin, SigHash.All)), SigHash.All);

    /// <inheritdoc cref="VerifyScript(TxOut, ScriptVerify, PrecomputedTransactionData, out ScriptError)"/>
    public bool VerifyScript(TxOut spentOutput, ScriptVerify scriptVerify = ScriptVerify.Standard) => VerifyScript(spentOutput, scriptVerify, out _);

    /// <inheritdoc cref="VerifyScript(TxOut, ScriptVerify, PrecomputedTransactionData, out ScriptError)"/>
    public bool VerifyScript(TxOut spentOutput, out ScriptError error) => VerifyScript(spentOutput, ScriptVerify.Standard, out error);

    /// <inheritdoc cref="VerifyScript(TxOut, ScriptVerify, PrecomputedTransactionData, out ScriptError)"/>
    public bool VerifyScript(TxOut spentOutput, ScriptVerify scriptVerify, out ScriptError error) => VerifyScript(spentOutput, scriptVerify, null, out error);

    /// <summary>
    /// Whether this input may spend that output, by the rules that the flags name. The rules are those of Bitcoin Core for legacy scripts, P2SH
    /// and witnesses of version 0. Taproot is not implemented: with <see cref="ScriptVerify.Taproot"/>, which is in
    /// <see cref="ScriptVerify.Standard"/>, its spends are refused as <see cref="ScriptError.DiscourageUpgradableTaprootVersion"/>, whatever
    /// they are; without, they pass as any witness program of a version to come.
    /// </summary>
    /// <param name="spentOutput">The output that the input's outpoint names, from a source that is trusted: that it is this one is not checked.</param>
    /// <param name="scriptVerify">The rules; <see cref="ScriptVerify.Standard"/> if not given.</param>
    /// <param name="precomputedTransactionData">Of this transaction as it is now, to save its hashing for each input; null for none.</param>
    /// <param name="error">OK, or the first rule that was broken.</param>
    /// <exception cref="InvalidOperationException">A witness signs the amount, and that of the output was never set; or an output of the transaction has none.</exception>
    public bool VerifyScript(TxOut spentOutput, ScriptVerify scriptVerify, PrecomputedTransactionData precomputedTransactionData, out ScriptError error)
    {
        ArgumentNullException.ThrowIfNull(spentOutput);
        var input = new SpendingInput(Transaction, checked((int)Index), spentOutput, precomputedTransactionData);
        error = Interpreter.Verify(ScriptSig, WitScript, spentOutput.ScriptPubKey, input, scriptVerify);
        return error == ScriptError.OK;
    }

    /// <inheritdoc cref="VerifyScript(TxOut, ScriptVerify, PrecomputedTransactionData, out ScriptError)"/>
    public bool VerifyScript(ICoin spentCoin, ScriptVerify scriptVerify = ScriptVerify.Standard) => VerifyScript(spentCoin, scriptVerify, out _);

    /// <inheritdoc cref="VerifyScript(TxOut, ScriptVerify, PrecomputedTransactionData, out ScriptError)"/>
    public bool VerifyScript(ICoin coin, out ScriptError error) => VerifyScript(coin, ScriptVerify.Standard, out error);

    /// <inheritdoc cref="VerifyScript(TxOut, ScriptVerify, PrecomputedTransactionData, out ScriptError)"/>
    public bool VerifyScript(ICoin spentCoin, ScriptVerify scriptVerify, out ScriptError error) => VerifyScript(spentCoin, scriptVerify, null, out error);

    /// <inheritdoc cref="VerifyScript(TxOut, ScriptVerify, PrecomputedTransactionData, out ScriptError)"/>
    public bool VerifyScript(ICoin spentCoin, ScriptVerify scriptVerify, PrecomputedTransactionData precomputedTransactionData, out ScriptError error)
    {
        ArgumentNullException.ThrowIfNull(spentCoin);
        return VerifyScript(spentCoin.TxOut, scriptVerify, precomputedTransactionData, out error);
    }
}

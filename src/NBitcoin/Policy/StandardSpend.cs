namespace NBitcoin.Policy;

/// <summary>What nodes ask of an input before they relay it, but for its scripts' verdict (Bitcoin Core's IsStandardTx, AreInputsStandard and IsWitnessStandard).</summary>
internal static class StandardSpend
{
    // A script of 15 uncompressed keys with signatures for all of them fits.
    private const int MaxRedeemSigOps = 15;
    private const int MaxWitnessScriptSize = 3_600;
    private const int MaxWitnessElements = 100;
    private const int MaxWitnessElementSize = 80;

    public static string FaultOfScriptSig(Script scriptSig) =>
        scriptSig.Length > StandardTransactionPolicy.MaxScriptSigLength ? $"The scriptSig is above {StandardTransactionPolicy.MaxScriptSigLength} bytes"
        : !scriptSig.IsPushOnly ? "The scriptSig does something else than push"
        : null;

    /// <returns>What is wrong with it; null if nothing is.</returns>
    public static string FaultOfSpend(TxIn input, Script scriptPubKey) => OutputKinds.Of(scriptPubKey) switch
    {
        OutputKind.NonStandard => "The output that is spent has no standard form",
        OutputKind.WitnessUnknown => "The output that is spent pays to a witness version to come",
        OutputKind.ScriptHash => FaultOfRedeem(input.ScriptSig),
        _ => null,
    };

    /// <inheritdoc cref="FaultOfSpend"/>
    public static string FaultOfWitness(TxIn input, Script scriptPubKey)
    {
        var witness = input.WitScript;
        if (witness.PushCount == 0) return null;
        var script = scriptPubKey;
        if (script.IsScriptType(ScriptType.P2SH))
        {
            if (!input.ScriptSig.TryGetLastPush(out var redeem)) return "The scriptSig reveals no script";
            script = Script.FromBytesUnsafe(redeem);
        }
        if (!WitnessProgram.TryRead(script, out var program) || program.IsAnchor) return "There is a witness where none is taken";
        return program.IsScriptHash ? FaultOfWitnessScript(witness) : null;
    }

    private static string FaultOfRedeem(Script scriptSig) =>
        !scriptSig.TryGetLastPush(out var redeem) || scriptSig.Length == 0 ? "The scriptSig reveals no script"
        : Script.FromBytesUnsafe(redeem).GetSigOpCount(true) > MaxRedeemSigOps ? $"The redeem script checks more than {MaxRedeemSigOps} signatures"
        : null;

    private static string FaultOfWitnessScript(WitScript witness)
    {
        var elements = witness.PushCount - 1;
        return witness.GetUnsafePush(elements).Length > MaxWitnessScriptSize ? $"The witness script is above {MaxWitnessScriptSize} bytes"
            : elements > MaxWitnessElements ? $"The witness has more than {MaxWitnessElements} elements"
            : Enumerable.Range(0, elements).Any(i => witness.GetUnsafePush(i).Length > MaxWitnessElementSize)
                ? $"An element of the witness is above {MaxWitnessElementSize} bytes"
            : null;
    }
}

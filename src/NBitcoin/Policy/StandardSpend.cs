namespace NBitcoin.Policy;

/// <summary>What nodes ask of an input before they relay it, but for its scripts' verdict (Bitcoin Core's IsStandardTx, AreInputsStandard and IsWitnessStandard).</summary>
internal static class StandardSpend
{
    // A script of 15 uncompressed keys with signatures for all of them fits.
    private const int MaxRedeemSigOps = 15;
    private const int MaxWitnessScriptSize = 3_600;
    private const int MaxWitnessElements = 100;
    private const int MaxWitnessElementSize = 80;

    private const string NoScript = "The scriptSig reveals no script";

    public static string FaultOfScriptSig(Script scriptSig) =>
        scriptSig.Length > StandardTransactionPolicy.MaxScriptSigLength ? $"The scriptSig is above {StandardTransactionPolicy.MaxScriptSigLength} bytes"
        : !scriptSig.IsPushOnly ? "The scriptSig does something else than push"
        : null;

    /// <returns>What is wrong with it; null if nothing is.</returns>
    public static string FaultOfSpend(IndexedTxIn input, TxOut spent) => OutputKinds.Of(spent.ScriptPubKey) switch
    {
        OutputKind.NonStandard => "The output that is spent has no standard form",
        OutputKind.WitnessUnknown => "The output that is spent pays to a witness version to come",
        OutputKind.ScriptHash => FaultOfRedeem(input, spent),
        _ => null,
    };

    /// <inheritdoc cref="FaultOfSpend"/>
    public static string FaultOfWitness(IndexedTxIn input, TxOut spent)
    {
        var witness = input.WitScript;
        if (witness.PushCount == 0) return null;
        var script = spent.ScriptPubKey;
        if (script.IsScriptType(ScriptType.P2SH) && !TryReveal(input, spent, out script)) return NoScript;
        if (!WitnessProgram.TryRead(script, out var program) || program.IsAnchor) return "There is a witness where none is taken";
        return program.IsScriptHash ? FaultOfWitnessScript(witness) : null;
    }

    private static string FaultOfRedeem(IndexedTxIn input, TxOut spent) =>
        !TryReveal(input, spent, out var redeem) ? NoScript
        : redeem.GetSigOpCount(true) > MaxRedeemSigOps ? $"The redeem script checks more than {MaxRedeemSigOps} signatures"
        : null;

    // What the scriptSig leaves on top. It is run for that, so its own limits count here already: a push that is too long, too many of them.
    private static bool TryReveal(IndexedTxIn input, TxOut spent, out Script redeem)
    {
        var stack = new ScriptStack();
        var spending = new SpendingInput(input.Transaction, checked((int)input.Index), spent, null);
        var reveals = Evaluation.Run(input.ScriptSig, stack, spending, ScriptVerify.None, HashVersion.Original) == ScriptError.OK && stack.Count > 0;
        redeem = reveals ? Script.FromBytesUnsafe(stack[1]) : null;
        return reveals;
    }

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

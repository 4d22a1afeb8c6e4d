namespace NBitcoin;

/// <summary>
/// Decides whether an input may spend an output: the rules of legacy scripts, P2SH (BIP16) and witnesses of version 0 (BIP141, BIP143).
/// Taproot (BIP341) is not implemented: where its rules are asked for, its spends are refused, else they count as in the time before it.
/// </summary>
internal static class Interpreter
{
    public static ScriptError Verify(Script scriptSig, WitScript witness, Script scriptPubKey, SpendingInput input, ScriptVerify flags)
    {
        if (flags.HasFlag(ScriptVerify.SigPushOnly) && !scriptSig.IsPushOnly) return ScriptError.SigPushOnly;
        var stack = new ScriptStack();
        if (Evaluation.Run(scriptSig, stack, input, flags, HashVersion.Original) is not ScriptError.OK and var sigError) return sigError;
        var pushed = new ScriptStack(stack);
        if (RunToTrue(scriptPubKey, stack, input, flags) is not ScriptError.OK and var error) return error;

        var isWitness = false;
        var isClean = stack.Count == 1;
        if (flags.HasFlag(ScriptVerify.Witness) && WitnessProgram.TryRead(scriptPubKey, out var program))
        {
            if (scriptSig.Length > 0) return ScriptError.WitnessMalleated;
            if (program.Verify(witness, input, flags, withinP2SH: false) is not ScriptError.OK and var programError) return programError;
            isWitness = isClean = true;
        }
        if (flags.HasFlag(ScriptVerify.P2SH) && scriptPubKey.IsScriptType(ScriptType.P2SH))
        {
            if (VerifyRedeem(scriptSig, witness, pushed, input, flags, out isWitness) is not ScriptError.OK and var redeemError) return redeemError;
            isClean = isWitness || pushed.Count == 1;
        }
        if (flags.HasFlag(ScriptVerify.CleanStack) && !isClean) return ScriptError.CleanStack;
        return flags.HasFlag(ScriptVerify.Witness) && !isWitness && witness.PushCount > 0 ? ScriptError.WitnessUnexpected : ScriptError.OK;
    }

    // The hash held, so there was something on the stack that has it.
    private static ScriptError VerifyRedeem(Script scriptSig, WitScript witness, ScriptStack stack, SpendingInput input, ScriptVerify flags, out bool isWitness)
    {
        isWitness = false;
        if (!scriptSig.IsPushOnly) return ScriptError.SigPushOnly;
        var redeem = Script.FromBytesUnsafe(stack.Pop());
        if (RunToTrue(redeem, stack, input, flags) is not ScriptError.OK and var error) return error;
        if (!flags.HasFlag(ScriptVerify.Witness) || !WitnessProgram.TryRead(redeem, out var program)) return ScriptError.OK;
        isWitness = true;
        if (!scriptSig.ToBytes(true).AsSpan().SequenceEqual(Op.PushOf(redeem.ToBytes(true)))) return ScriptError.WitnessMalleatedP2SH;
        return program.Verify(witness, input, flags, withinP2SH: true);
    }

    private static ScriptError RunToTrue(Script script, ScriptStack stack, SpendingInput input, ScriptVerify flags)
    {
        var error = Evaluation.Run(script, stack, input, flags, HashVersion.Original);
        return error != ScriptError.OK || stack.IsTrue ? error : ScriptError.EvalFalse;
    }
}

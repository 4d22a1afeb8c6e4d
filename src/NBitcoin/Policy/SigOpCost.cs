namespace NBitcoin.Policy;

/// <summary>How many signature checks a transaction can ask for, as blocks count them (BIP141): four for each outside witnesses, one for each within.</summary>
internal static class SigOpCost
{
    private const int LegacyCost = 4;

    public static long Of(Transaction transaction, IEnumerable<(TxIn Input, TxOut Spent)> spends)
    {
        var legacy = transaction.Inputs.Sum(input => (long)input.ScriptSig.GetSigOpCount(false))
            + transaction.Outputs.Sum(output => (long)output.ScriptPubKey.GetSigOpCount(false));
        return legacy * LegacyCost + spends.Sum(spend => OfSpend(spend.Input, spend.Spent.ScriptPubKey));
    }

    private static long OfSpend(TxIn input, Script scriptPubKey)
    {
        if (!scriptPubKey.IsScriptType(ScriptType.P2SH)) return OfWitness(input, scriptPubKey);
        if (!input.ScriptSig.TryGetLastPush(out var pushed)) return 0;
        var redeem = Script.FromBytesUnsafe(pushed);
        return (long)redeem.GetSigOpCount(true) * LegacyCost + OfWitness(input, redeem);
    }

    private static long OfWitness(TxIn input, Script script)
    {
        if (!WitnessProgram.TryRead(script, out var program)) return 0;
        if (program.IsKeyHash) return 1;
        var witness = input.WitScript;
        return program.IsScriptHash && witness.PushCount > 0
            ? Script.FromBytesUnsafe(witness.GetUnsafePush(witness.PushCount - 1)).GetSigOpCount(true)
            : 0;
    }
}

using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>A transaction with one input and the output that it spends, as the vectors of Bitcoin Core build them.</summary>
internal sealed record ScriptSpend(Transaction Transaction, TxOut Spent)
{
    public TxIn Input => Transaction.Inputs[0];

    public static ScriptSpend Of(Script scriptSig, Script scriptPubKey, WitScript? witness = null, long value = 0)
    {
        var credit = Transaction.Create(Network.Main);
        credit.Inputs.Add(new TxIn(ScriptAssembler.Assemble("0 0")));
        credit.Outputs.Add(new TxOut(Money.Satoshis(value), scriptPubKey));
        var spend = Transaction.Create(Network.Main);
        spend.Inputs.Add(new TxIn(new OutPoint(credit, 0), scriptSig) { WitScript = witness ?? WitScript.Empty });
        spend.Outputs.Add(new TxOut(Money.Satoshis(value), Script.Empty));
        return new(spend, credit.Outputs[0]);
    }

    /// <summary>Both scripts as text of <see cref="ScriptAssembler"/>.</summary>
    public static ScriptSpend Of(string scriptSig, string scriptPubKey) => Of(ScriptAssembler.Assemble(scriptSig), ScriptAssembler.Assemble(scriptPubKey));

    /// <summary>Of a P2WSH output.</summary>
    public static ScriptSpend OfWitness(Script script, params byte[][] elements) =>
        Of(Script.Empty, script.WitHash.ScriptPubKey, new WitScript([.. elements, script.ToBytes()]));

    /// <summary>With BIP65's and BIP112's conditions.</summary>
    public ScriptSpend Locked(uint lockTime = 0, uint sequence = 0xffffffff, uint version = 2)
    {
        Transaction.LockTime = lockTime;
        Input.Sequence = sequence;
        Transaction.Version = version;
        return this;
    }

    public ScriptError Verify(ScriptVerify flags)
    {
        var valid = Transaction.Inputs.FindIndexedInput(0).VerifyScript(Spent, flags, out var error);
        Assert.Equal(valid, error == ScriptError.OK);
        return error;
    }
}

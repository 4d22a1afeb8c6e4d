using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>How bytes are written as a push.</summary>
internal enum PushForm
{
    Shortest,

    /// <summary>By the opcode of the length, small numbers too.</summary>
    ByLength,
    Data1,
    Data2,
    Data4,

    /// <summary>Not as a push: the bytes stand in the script as they are.</summary>
    Raw,
}

/// <summary>One element of a spend, once it is signed.</summary>
internal sealed record Element(byte[] Data, PushForm Form = PushForm.Shortest, Key? Signer = null, bool IsSelector = false)
{
    public byte[] Written() => Form switch
    {
        PushForm.Shortest => Op.GetPushOp(Data).ToBytes(),
        PushForm.ByLength => Data.Length <= 75 ? [(byte)Data.Length, .. Data] : Op.GetPushOp(Data).ToBytes(),
        PushForm.Data1 when Data.Length <= byte.MaxValue => [0x4c, (byte)Data.Length, .. Data],
        PushForm.Data1 or PushForm.Data2 => [0x4d, (byte)(Data.Length & 0xff), (byte)(Data.Length >> 8), .. Data],
        PushForm.Data4 => [0x4e, (byte)(Data.Length & 0xff), (byte)(Data.Length >> 8), 0, 0, .. Data],
        _ => Data,
    };
}

/// <summary>An input that is to be.</summary>
internal sealed class DraftInput(JudgeCoin coin, Branch branch)
{
    private const uint Final = 0xffffffff;

    public JudgeCoin Coin { get; } = coin;

    public Branch Branch { get; set; } = branch;

    public OutPoint OutPoint { get; set; } = coin.OutPoint;

    public uint Sequence { get; set; } = Final;

    public byte HashType { get; set; } = 1;

    /// <summary>What signs instead of the keys that the script asks for; null for those.</summary>
    public Key? Impostor { get; set; }

    /// <summary>What is signed for the coin's value; another one than it has matters to witnesses alone.</summary>
    public long SignedExtra { get; set; }

    /// <summary>Of the scriptSig or, where there is one, of the witness; the script that a hash reveals is the last.</summary>
    public List<Element> Elements { get; private set; } = [];

    /// <summary>The scriptSig of a witness's input, and the witness of an input that has none.</summary>
    public List<Element> Others { get; private set; } = [];

    public void Sign(Transaction transaction, int index)
    {
        var script = Coin.Script;
        var spent = new TxOut(Coin.Output.Value + Money.Satoshis(SignedExtra), Coin.Output.ScriptPubKey);
        byte[] Signature(Key key)
        {
            var hash = transaction.GetSignatureHash(script.Code, index, (SigHash)HashType, spent, script.IsWitness ? HashVersion.WitnessV0 : HashVersion.Original);
            return [.. (Impostor ?? key).Sign(hash).ToDER(), HashType];
        }
        Elements = [.. Branch.Elements.Select(slot => new Element(slot.Signer is { } key ? Signature(key) : slot.Data, Signer: slot.Signer, IsSelector: slot.IsSelector))];
        if ((script.IsWitness ? script.WitnessScript : script.Redeem) is { } revealed) Elements.Add(new(revealed, PushForm.ByLength));
        Others = script is { IsWitness: true, Redeem: { } redeem } ? [new(redeem, PushForm.ByLength)] : [];
    }

    public void WriteTo(TxIn input)
    {
        var (pushes, witness) = Coin.Script.IsWitness ? (Others, Elements) : (Elements, Others);
        input.ScriptSig = new Script(pushes.SelectMany(element => element.Written()));
        input.WitScript = new WitScript(witness.Select(element => element.Data));
    }
}

/// <summary>A transaction on its way: its terms are drafted, it is signed, its unlocking is changed, it is written, and changed once more.</summary>
internal sealed class Draft
{
    private const long UsualFee = 2_000;

    // Amounts that no coin has are for the judge of amounts, and not to be summed.
    private const long Bounded = 1_000 * Money.COIN;

    private readonly List<Action<Draft>> _unlocking = [];
    private readonly List<Action<Transaction>> _written = [];

    public uint Version { get; set; } = 1;

    public uint LockTime { get; set; }

    public List<DraftInput> Inputs { get; } = [];

    /// <summary>One of them may be worth <see cref="Rest"/>: what the others and the fee leave.</summary>
    public List<TxOut> Outputs { get; } = [];

    public static Money Rest { get; } = Money.Satoshis(long.MinValue);

    public long Fee { get; set; } = UsualFee;

    /// <summary>The fee as it follows from the virtual size of the transaction, signed; null for <see cref="Fee"/>.</summary>
    public Func<int, long>? FeeOfSize { get; set; }

    public void OnceSigned(Action<Draft> change) => _unlocking.Add(change);

    public void OnceWritten(Action<Transaction> change) => _written.Add(change);

    public Transaction Write()
    {
        if (FeeOfSize is { } feeOf) Fee = feeOf(Signed().GetVirtualSize());
        var transaction = Signed();
        foreach (var change in _unlocking) change(this);
        WriteInputs(transaction);
        foreach (var change in _written) change(transaction);
        return transaction;
    }

    private Transaction Signed()
    {
        var transaction = Transaction.Create(Network.RegTest);
        (transaction.Version, transaction.LockTime) = (Version, LockTime);
        foreach (var input in Inputs) transaction.Inputs.Add(input.OutPoint, sequence: new Sequence(input.Sequence));
        foreach (var output in Outputs) transaction.Outputs.Add(output.Clone());
        var available = Inputs.Sum(input => input.Coin.Output.Value.Satoshi) - Fee;
        foreach (var rest in transaction.Outputs.Where(output => output.Value == Rest))
            rest.Value = Money.Satoshis(available - Outputs.Where(output => output.Value != Rest).Sum(output => Math.Clamp(output.Value.Satoshi, 0, Bounded)));
        for (var i = 0; i < Inputs.Count; i++) Inputs[i].Sign(transaction, i);
        WriteInputs(transaction);
        return transaction;
    }

    private void WriteInputs(Transaction transaction)
    {
        for (var i = 0; i < Inputs.Count; i++) Inputs[i].WriteTo(transaction.Inputs[i]);
    }
}

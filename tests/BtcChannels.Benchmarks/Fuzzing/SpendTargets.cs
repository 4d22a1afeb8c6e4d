using NBitcoin;
using NBitcoin.Policy;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>The interpreter, and the policy that stands on it.</summary>
internal static class SpendTargets
{
    // So many signatures consensus lets one script check, and for each a copy of the transaction is hashed, made in a buffer that grows.
    private const int SignatureChecks = 201;
    private const int Copies = 8;

    public static IEnumerable<FuzzTarget> All =>
    [
        new("interpreter", [.. SpendCorpus.All.Select(it => it.Write())], Verify) { Weight = 12, MaxLength = 24_000, BytesPerByte = SignatureChecks * Copies },
        new("policy", [.. SpendCorpus.Relayable.Select(WriteRelay)], Relay, typeof(FormatException), typeof(EndOfStreamException)) { Weight = 5, MaxLength = 12_000, BytesPerByte = SignatureChecks * Copies },
    ];

    private static bool Verify(byte[] bytes)
    {
        var spend = SpendCase.Read(bytes);
        var (input, spent) = (spend.Build(), spend.Spent);
        var flags = Coherent(spend.Flags);
        var isValid = input.VerifyScript(spent, flags, out var error);
        FuzzFinding.Unless(isValid == (error == ScriptError.OK) && Enum.IsDefined(error), "the verdict has its reason");

        var again = input.VerifyScript(spent, flags, input.Transaction.PrecomputeTransactionData(), out var sameError);
        FuzzFinding.Unless(isValid == again && error == sameError, "what is worked out before changes no verdict");

        var fewer = Coherent(flags & (ScriptVerify)spend.FewerFlags);
        if (isValid) FuzzFinding.Unless(input.VerifyScript(spent, fewer), $"what {flags} allow, {fewer} allow");
        return isValid;
    }

    // Rules that only make sense on top of others, as nodes combine them: then each of them takes away what may be spent, and none adds to it.
    private static ScriptVerify Coherent(ScriptVerify flags)
    {
        if (!flags.HasFlag(ScriptVerify.P2SH)) flags &= ~ScriptVerify.Witness;
        if (!flags.HasFlag(ScriptVerify.Witness)) flags &= ~(ScriptVerify.CleanStack | ScriptVerify.Taproot);
        if (!flags.HasFlag(ScriptVerify.CheckLockTimeVerify | ScriptVerify.CheckSequenceVerify)) flags &= ~ScriptVerify.DiscourageUpgradableNops;
        return flags;
    }

    private static byte[] WriteRelay(SpendCase spend) =>
        [.. ByteReader.WritePart(spend.Build().Transaction.ToBytes()), .. ByteReader.Write(spend.Amount), .. ByteReader.WritePart(spend.ScriptPubKey.ToBytes())];

    // The transaction, then what its inputs spend, in their order; of the last, all others spend the same.
    private static bool Relay(byte[] bytes)
    {
        var reader = new ByteReader(bytes);
        var transaction = Transaction.Load(reader.Part(), Network.Main);
        var coins = new List<ICoin>();
        TxOut? spent = null;
        foreach (var input in transaction.Inputs)
        {
            if (!reader.AtEnd) spent = new TxOut(Money.Satoshis(reader.Long()), new Script(reader.Part()));
            if (spent is not null) coins.Add(new Coin(input.PrevOut, spent));
        }
        var errors = new StandardTransactionPolicy().Check(transaction, [.. coins]);
        if (errors.Length > 0) return false;
        FuzzFinding.Unless(transaction.Check() == TransactionCheckResult.Success, "what is relayed keeps to consensus");
        foreach (var input in transaction.Inputs.AsIndexedInputs())
            FuzzFinding.Unless(input.VerifyScript(coins.First(it => it.Outpoint == input.PrevOut)), "what is relayed may be spent");
        return true;
    }
}

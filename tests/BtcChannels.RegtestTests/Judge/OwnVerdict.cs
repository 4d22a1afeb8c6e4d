using NBitcoin;
using NBitcoin.Policy;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>What the Bitcoin layer says: consensus, finality, and the policy of relaying nodes.</summary>
internal sealed class OwnVerdict(Funds funds)
{
    private const int MaxRestrictedSize = 10_000;
    private const int MaxSize = 100_000;

    // What has no type of its own is told apart by how its text begins.
    private static readonly (string Start, Fault Fault)[] s_texts =
    [
        ("A coinbase", Fault.CoinBase),
        ("Version", Fault.Version),
        ("The transaction has less than", Fault.TooSmall),
        ("The transaction checks too many signatures", Fault.SignatureChecks),
        ("There is more than one OP_RETURN", Fault.DataOutputs),
        ("What the input spends is not known", Fault.MissingInputs),
        ("The scriptSig is above", Fault.ScriptSig),
        ("The scriptSig does something else", Fault.ScriptSig),
        ("The output that is spent", Fault.SpentForm),
        ("The scriptSig reveals no script", Fault.SpentForm),
        ("The redeem script", Fault.SpentForm),
        ("There is a witness where none is taken", Fault.Witness),
        ("The witness", Fault.Witness),
        ("An element of the witness", Fault.Witness),
    ];

    private readonly StandardTransactionPolicy _policy = new()
    {
        MinRelayTxFee = funds.RelayFee,
        ScriptVerify = ScriptVerify.Standard | ScriptVerify.WitnessPubkeyType | ScriptVerify.ConstScriptCode,
    };

    private readonly Dictionary<OutPoint, JudgeCoin> _coins =
        funds.Channels.Concat(funds.Wallets).Concat(funds.Oddities).Concat(funds.ManyChecks).Append(funds.Rich).ToDictionary(coin => coin.OutPoint);

    public Verdict Of(Transaction transaction)
    {
        if (transaction.Check() != TransactionCheckResult.Success) return new(Fault.Consensus);
        var errors = _policy.Check(transaction, [.. transaction.Inputs.Where(input => _coins.ContainsKey(input.PrevOut)).Select(input => _coins[input.PrevOut].Coin)]);
        var verdicts = errors.Where(error => error is not DustPolicyError).Select(Read).Concat(Dust(errors));
        if (!funds.Chain.IsFinal(transaction)) verdicts = verdicts.Append(new(Fault.NotFinal));
        if (!funds.Chain.IsUnlocked(transaction, _coins)) verdicts = verdicts.Append(new(Fault.RelativeLock));
        // Of several scripts that fail, the first is named.
        var first = verdicts.OrderBy(verdict => verdict.Fault).FirstOrDefault();
        return first.Fault == Fault.ManyDust ? new(Fault.Dust) : first;
    }

    /// <summary>What an input spends; null where that is not known.</summary>
    public JudgeCoin? CoinOf(TxIn input) => _coins.GetValueOrDefault(input.PrevOut);

    private static IEnumerable<Verdict> Dust(TransactionPolicyError[] errors)
    {
        var dust = errors.OfType<DustPolicyError>().Count();
        // One output of dust is for a package to spend at once, whose first transaction pays no fee.
        var isFree = errors.OfType<FeeTooLowPolicyError>().Any(error => error.Fee == Money.Zero);
        return dust > 1 ? [new(Fault.ManyDust)] : dust == 1 && !isFree ? [new(Fault.Dust)] : [];
    }

    private static Verdict Read(TransactionPolicyError error) => error switch
    {
        ScriptPolicyError script => new(Fault.Script, script.ScriptError),
        OutputPolicyError => new(Fault.OutputForm),
        TransactionSizePolicyError size => new(size is { MaximumSize: MaxRestrictedSize, ActualSize: <= MaxSize } ? Fault.RestrictedSize : Fault.Size),
        NotEnoughFundsPolicyError => new(Fault.NotEnoughFunds),
        FeeTooLowPolicyError => new(Fault.FeeTooLow),
        FeeTooHighPolicyError => new(Fault.FeeTooHigh),
        _ => new(s_texts.First(text => error.ToString().StartsWith(text.Start, StringComparison.Ordinal)).Fault),
    };
}

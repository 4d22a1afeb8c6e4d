namespace NBitcoin.Policy;

/// <summary>
/// Whether nodes with the usual settings relay a transaction, as far as the transaction and what it spends say: what the chain and the
/// mempool say (is it spent already, are locks over, are ancestors too many) is not looked at. The rules are those of Bitcoin Core 29.
/// </summary>
public class StandardTransactionPolicy : ITransactionPolicy
{
    /// <summary>In bytes.</summary>
    public const int MaxScriptSigLength = 1650;

    // Shorter ones could be taken for an inner node of a block's hash tree.
    private const int MinStrippedSize = 65;
    private const int MinVersion = 1;
    private const int MaxVersion = 3;

    // BIP431: version 3 is that of transactions which are restricted to be replaceable in any case.
    private const int RestrictedVersion = 3;
    private const int MaxRestrictedSize = 10_000;

    // A fifth of what a block may have; where they weigh more than the transaction does, that is its weight.
    private const int MaxSigOpCost = 16_000;
    private const int WeightPerSigOpCost = 20;

    /// <summary>In virtual bytes; null for no limit. 100,000 by default, which is a weight of 400,000.</summary>
    public int? MaxTransactionSize { get; set; } = 100_000;

    /// <summary>Not the network's rule, but the sender's safety; null for no limit. 10,000 sat/vB by default.</summary>
    public FeeRate MaxTxFee { get; set; } = new(Money.Coins(0.1m));

    /// <summary>Null for none. 1 sat/vB by default; nodes since Bitcoin Core 29.1 ask for a tenth of it.</summary>
    public FeeRate MinRelayTxFee { get; set; } = new(Money.Satoshis(1_000L));

    /// <summary>The least fee of the transaction, whatever its size; null, the default, for none.</summary>
    public Money MinFee { get; set; }

    /// <summary>
    /// The rules that scripts are verified by; null for no verification. <see cref="NBitcoin.ScriptVerify.Standard"/> by default; nodes ask
    /// for <see cref="NBitcoin.ScriptVerify.WitnessPubkeyType"/> and <see cref="NBitcoin.ScriptVerify.ConstScriptCode"/> as well.
    /// </summary>
    public ScriptVerify? ScriptVerify { get; set; } = NBitcoin.ScriptVerify.Standard;

    /// <summary>Whether the fee is checked. True by default.</summary>
    public bool CheckFee { get; set; } = true;

    /// <summary>Whether the forms of outputs, those that are spent and those that are made, are checked. True by default.</summary>
    public bool CheckScriptPubKey { get; set; } = true;

    /// <summary>Whether outputs are held against their dust threshold. True by default.</summary>
    public bool CheckDust { get; set; } = true;

    /// <summary>Which outputs are standard.</summary>
    public StandardTransactionPolicyStrategy Strategy { get; set; } = StandardTransactionPolicyStrategy.Instance;

    /// <inheritdoc/>
    /// <remarks>
    /// An input whose coin is not given counts against the transaction. Of one that breaks consensus by itself
    /// (<see cref="Transaction.Check"/>) only that is told.
    /// </remarks>
    public TransactionPolicyError[] Check(Transaction transaction, ICoin[] spentCoins)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(spentCoins);
        if (FindBroken(transaction) is { } broken) return [broken];

        var byOutpoint = spentCoins.GroupBy(coin => coin.Outpoint).ToDictionary(coins => coins.Key, coins => coins.First().TxOut);
        var known = transaction.Inputs.AsIndexedInputs().Where(input => byOutpoint.ContainsKey(input.PrevOut))
            .Select(input => new Spend(input, byOutpoint[input.PrevOut])).ToArray();
        var missing = transaction.Inputs.AsIndexedInputs().Where(input => !byOutpoint.ContainsKey(input.PrevOut))
            .Select(input => new InputPolicyError("What the input spends is not known", input)).ToArray();
        var cost = SigOpCost.Of(transaction, known.Select(spend => (spend.Input.TxIn, spend.Spent)));
        return
        [
            .. missing,
            .. CheckForm(transaction, cost),
            .. transaction.Inputs.AsIndexedInputs().SelectMany(CheckInput),
            .. CheckOutputs(transaction),
            .. known.SelectMany(CheckSpend),
            .. VerifyScripts(transaction, known),
            .. CheckFee && missing.Length == 0 ? CheckFees(transaction, known, RelaySize(transaction, cost)) : [],
        ];
    }

    public StandardTransactionPolicy Clone() => (StandardTransactionPolicy)MemberwiseClone();

    private static TransactionPolicyError FindBroken(Transaction transaction)
    {
        var result = transaction.Check();
        if (result == TransactionCheckResult.DuplicateInputs)
            return new DuplicateInputPolicyError([.. transaction.Inputs.AsIndexedInputs().GroupBy(input => input.PrevOut).First(inputs => inputs.Count() > 1)]);
        return result != TransactionCheckResult.Success ? new TransactionPolicyError($"The transaction breaks consensus: {result}")
            : transaction.IsCoinBase ? new TransactionPolicyError("A coinbase is not relayed")
            : null;
    }

    private IEnumerable<TransactionPolicyError> CheckForm(Transaction transaction, long sigOpCost)
    {
        if (transaction.Version is < MinVersion or > MaxVersion) yield return new TransactionPolicyError($"Version {transaction.Version} is not standard");
        if (transaction.GetSerializedSize(TransactionOptions.None) < MinStrippedSize)
            yield return new TransactionPolicyError($"The transaction has less than {MinStrippedSize} bytes without witnesses");
        if (sigOpCost > MaxSigOpCost) yield return new TransactionPolicyError($"The transaction checks too many signatures: their cost is {sigOpCost}");
        if (MaxTransactionSize is not { } limit) yield break;
        if (transaction.Version == RestrictedVersion) limit = Math.Min(limit, MaxRestrictedSize);
        var size = RelaySize(transaction, transaction.Version == RestrictedVersion ? sigOpCost : 0);
        if (size > limit) yield return new TransactionSizePolicyError(size, limit);
    }

    private static IEnumerable<TransactionPolicyError> CheckInput(IndexedTxIn input)
    {
        if (StandardSpend.FaultOfScriptSig(input.ScriptSig) is { } fault) yield return new InputPolicyError(fault, input);
    }

    private IEnumerable<TransactionPolicyError> CheckOutputs(Transaction transaction)
    {
        var outputs = transaction.Outputs;
        for (var i = 0; CheckScriptPubKey && i < outputs.Count; i++)
            if (!Strategy.IsStandardOutput(outputs[i])) yield return new OutputPolicyError($"Output {i} has no standard form", i);
        if (CheckScriptPubKey && outputs.Count(output => OutputKinds.Of(output.ScriptPubKey) == OutputKind.Data) > 1)
            yield return new TransactionPolicyError("There is more than one OP_RETURN");
        if (!CheckDust) yield break;
        foreach (var output in outputs.Where(output => output.IsDust())) yield return new DustPolicyError(output.Value, output.GetDustThreshold());
    }

    private IEnumerable<TransactionPolicyError> CheckSpend(Spend spend)
    {
        var (input, spent) = (spend.Input, spend.Spent);
        if (CheckScriptPubKey && StandardSpend.FaultOfSpend(input, spent) is { } fault) yield return new InputPolicyError(fault, input);
        if (StandardSpend.FaultOfWitness(input, spent) is { } witnessFault) yield return new InputPolicyError(witnessFault, input);
    }

    private IEnumerable<TransactionPolicyError> VerifyScripts(Transaction transaction, Spend[] spends)
    {
        if (ScriptVerify is not { } flags) yield break;
        var precomputed = transaction.PrecomputeTransactionData();
        foreach (var (input, spent) in spends)
            if (!input.VerifyScript(spent, flags, precomputed, out var error)) yield return new ScriptPolicyError(input, error, flags, spent.ScriptPubKey);
    }

    private IEnumerable<TransactionPolicyError> CheckFees(Transaction transaction, Spend[] spends, int size)
    {
        if (!TryAdd(spends, out var spent))
        {
            yield return new TransactionPolicyError("What the inputs spend is negative, or more than there can be");
            yield break;
        }
        var fee = spent - transaction.TotalOut;
        if (fee < Money.Zero)
        {
            yield return new NotEnoughFundsPolicyError("The outputs are worth more than the inputs", -fee);
            yield break;
        }
        if (MaxTxFee is { } most && fee > most.GetFee(size)) yield return new FeeTooHighPolicyError(fee, most.GetFee(size));
        if (MinRelayTxFee is { } least && fee < RoundedUp(least, size)) yield return new FeeTooLowPolicyError(fee, RoundedUp(least, size));
        if (MinFee is { } fixedLeast && fee < fixedLeast) yield return new FeeTooLowPolicyError(fee, fixedLeast);
    }

    // Consensus bounds each amount and their sum, and a coin that is none of the chain's may have any.
    private static bool TryAdd(Spend[] spends, out Money sum)
    {
        long total = 0;
        sum = Money.Zero;
        foreach (var spend in spends)
        {
            var value = spend.Spent.Value.Satoshi;
            if (value is < 0 or > Transaction.MaxMoney) return false;
            total += value;
            if (total > Transaction.MaxMoney) return false;
        }
        sum = Money.Satoshis(total);
        return true;
    }

    // Virtual bytes as nodes count them where they ask for a fee.
    private static int RelaySize(Transaction transaction, long sigOpCost) =>
        (int)Math.Max(transaction.GetVirtualSize(), (sigOpCost * WeightPerSigOpCost + 3) / 4);

    // As nodes do, so that a fee below the rate by a part of a satoshi is below it.
    private static Money RoundedUp(FeeRate rate, int size) => Money.Satoshis((rate.FeePerK.Satoshi * size + 999) / 1000);

    private sealed record Spend(IndexedTxIn Input, TxOut Spent);
}

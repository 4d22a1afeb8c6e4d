using NBitcoin;
using NBitcoin.Policy;

namespace BtcChannels;

/// <summary>The transactions of a wallet: version 2, replaceable (BIP125), inputs and outputs in an order that tells nothing (BIP69). Pure.</summary>
public static class WalletTransaction
{
    private const int Version = 2;

    /// <summary>Builds and signs what was planned, and checks it as nodes do before they relay it.</summary>
    /// <param name="plan">What is spent.</param>
    /// <param name="to">Where <see cref="SpendPlan.Paid"/> goes.</param>
    /// <param name="change">Where <see cref="SpendPlan.Change"/> goes; null where there is none.</param>
    /// <param name="secretOf">The key of a coin; disposed of here.</param>
    /// <param name="network">The wallet's.</param>
    /// <exception cref="InvalidOperationException">It would not be relayed, or value would appear or vanish: this program is wrong.</exception>
    public static Transaction Make(SpendPlan plan, Script to, Script? change, Func<OwnCoin, Key> secretOf, Network network)
    {
        var transaction = Transaction.Create(network);
        transaction.Version = Version;
        OwnCoin[] coins = [.. plan.Coins.OrderBy(coin => coin.OutPoint.Hash.ToString(), StringComparer.Ordinal).ThenBy(coin => coin.OutPoint.N)];
        foreach (var coin in coins) transaction.Inputs.Add(new TxIn(coin.OutPoint) { Sequence = Sequence.OptInRBF });
        List<TxOut> outputs = [new(plan.Paid, to)];
        if (plan.Change > Money.Zero) outputs.Add(new(plan.Change, change ?? throw new ArgumentNullException(nameof(change))));
        foreach (var output in outputs.OrderBy(it => it.Value.Satoshi).ThenBy(it => it.ScriptPubKey.ToHex(), StringComparer.Ordinal)) transaction.Outputs.Add(output);

        foreach (var (input, coin) in transaction.Inputs.AsIndexedInputs().Zip(coins)) Sign(input, coin, secretOf);
        Check(transaction, coins, plan);
        return transaction;
    }

    private static void Sign(IndexedTxIn input, OwnCoin coin, Func<OwnCoin, Key> secretOf)
    {
        using var key = secretOf(coin);
        Op[] unlocking = [Op.GetPushOp(input.Sign(key, new Coin(coin.OutPoint, coin.Output)).ToBytes()), Op.GetPushOp(key.PubKey.ToBytes())];
        if (coin.Purpose == WalletPurpose.Bip84) input.WitScript = new WitScript(unlocking);
        else input.ScriptSig = new Script(unlocking);
    }

    private static void Check(Transaction transaction, IReadOnlyList<OwnCoin> coins, SpendPlan plan)
    {
        if (coins.Select(coin => coin.Value).Sum() != transaction.TotalOut + plan.Fee) throw new InvalidOperationException("Value appeared or vanished");
        var policy = new StandardTransactionPolicy { ScriptVerify = CloseCheck.ScriptRules, MinRelayTxFee = MerchantPolicy.MinRelayFeeRate, MaxTxFee = MerchantPolicy.MaxSaneFeeRate };
        var errors = policy.Check(transaction, [.. coins.Select(coin => new Coin(coin.OutPoint, coin.Output))]);
        if (errors.Length > 0) throw new InvalidOperationException($"The wallet's transaction would not be relayed: {string.Join("; ", errors.Select(error => error.ToString()))}");
    }
}

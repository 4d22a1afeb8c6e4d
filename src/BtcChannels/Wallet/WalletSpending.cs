using NBitcoin;

namespace BtcChannels;

/// <summary>What a wallet spends, and what that costs.</summary>
/// <param name="Coins">The coins, each once.</param>
/// <param name="Paid">What goes to others, satoshi.</param>
/// <param name="Change">What comes back, satoshi; zero for no output, never dust.</param>
/// <param name="Fee">What the miners get, satoshi.</param>
public sealed record SpendPlan(IReadOnlyList<OwnCoin> Coins, Money Paid, Money Change, Money Fee);

/// <summary>Decides what a wallet spends; pure but for the chance that is handed in.</summary>
public static class WalletSpending
{
    // Version, lock time, both counts (of up to 65,535 inputs), marker and flag.
    private const int OverheadWeight = (4 * (4 + 4 + 3 + 1)) + 2;
    private const int ChangeOutputWeight = 4 * (8 + 1 + 22);
    private const int WitnessInputWeight = (41 * 4) + 108;

    /// <summary>10 sat/vB: what fees come down to in quiet times. Above it coins are saved, below it they are gathered (Bitcoin Core, -consolidatefeerate).</summary>
    public static FeeRate QuietRate { get; } = new(Money.Satoshis(10_000L));

    /// <summary>Change goes to P2WPKH: what it is worth at least.</summary>
    public static Money ChangeDust { get; } = StandardScript.DustThreshold(new Script([0x00, 20, .. new byte[20]]));

    /// <summary>Pays a script an amount, the fee on top.</summary>
    /// <param name="random">See <see cref="CoinSelection.Choose"/>.</param>
    /// <returns>Null where the coins do not suffice.</returns>
    public static SpendPlan? Pay(IReadOnlyList<OwnCoin> coins, Script to, Money amount, FeeRate rate, Func<int, int> random)
    {
        var bare = FeeOf(OverheadWeight + OutputWeight(to), rate);
        var changeFee = FeeOf(ChangeOutputWeight, rate);
        var numbers = CoinSelection.Choose(
            [.. coins.Select((coin, number) => Selectable(coin, number, rate))],
            (amount + bare).Satoshi, changeFee.Satoshi, (changeFee + FeeOf(WitnessInputWeight, QuietRate)).Satoshi, random);
        if (numbers is null) return null;
        OwnCoin[] chosen = [.. numbers.Select(number => coins[number])];
        var (sum, plain) = (chosen.Select(coin => coin.Value).Sum(), FeeOf(OverheadWeight + OutputWeight(to) + chosen.Sum(coin => coin.InputWeight), rate));
        var change = sum - amount - plain - changeFee;
        if (change < ChangeDust || change < FeeOf(WitnessInputWeight, QuietRate)) change = Money.Zero;   // not worth its own spending
        return new(chosen, amount, change, sum - amount - change);
    }

    /// <summary>Gives all coins to one script, the fee taken out of them. Coins that cost more than they are worth stay.</summary>
    /// <returns>Null where nothing would be left that is relayed.</returns>
    public static SpendPlan? PayAll(IReadOnlyList<OwnCoin> coins, Script to, FeeRate rate)
    {
        OwnCoin[] chosen = [.. coins.Where(coin => coin.Value > FeeOf(coin.InputWeight, rate)).OrderByDescending(coin => coin.Value).Take(CoinSelection.MostCoins)];
        var fee = FeeOf(OverheadWeight + OutputWeight(to) + chosen.Sum(coin => coin.InputWeight), rate);
        var sum = chosen.Select(coin => coin.Value).Sum();
        return sum - fee < StandardScript.DustThreshold(to) ? null : new(chosen, sum - fee, Money.Zero, fee);
    }

    /// <summary>Rounded up, so that the rate is kept.</summary>
    private static Money FeeOf(int weight, FeeRate rate) => Money.Satoshis(((rate.FeePerK.Satoshi * weight) + 3_999) / 4_000);

    private static SelectableCoin Selectable(OwnCoin coin, int number, FeeRate rate)
    {
        var fee = FeeOf(coin.InputWeight, rate).Satoshi;
        return new(number, coin.Value.Satoshi - fee, fee - FeeOf(coin.InputWeight, QuietRate).Satoshi);
    }

    private static int OutputWeight(Script script) => 4 * (8 + 1 + script.Length);
}

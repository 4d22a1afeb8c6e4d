namespace BtcChannels;

/// <summary>A coin as selection sees it.</summary>
/// <param name="Number">The caller's.</param>
/// <param name="Effective">What it brings, less the fee for spending it now, satoshi, above 0.</param>
/// <param name="Waste">That fee, less what spending it would cost at the rate of quiet times; below zero where fees are low now, satoshi.</param>
public readonly record struct SelectableCoin(int Number, long Effective, long Waste);

/// <summary>
/// Which coins to spend; pure but for the chance that is handed in. Branch and bound looks for coins that need no change (Murch, "An evaluation of coin selection
/// strategies", 2016; Bitcoin Core's SelectCoinsBnB); where there are none, a single random draw takes coins until a sensible change is left; and where not even
/// all coins leave that, the largest first, which spends as few as possible.
/// </summary>
public static class CoinSelection
{
    /// <summary>Change is made no smaller than this where the coins allow it, satoshi: it has to be worth spending once (Bitcoin Core, CHANGE_LOWER).</summary>
    public const long SensibleChange = 50_000;

    /// <summary>More inputs would not fit into a transaction that is relayed.</summary>
    public const int MostCoins = 600;

    private const int Tries = 100_000;

    /// <param name="coins">All that may be spent.</param>
    /// <param name="target">What is to be paid and its fee, without the inputs', satoshi, above 0.</param>
    /// <param name="changeFee">What an output for change costs now, satoshi.</param>
    /// <param name="costOfChange">That, and what spending the change will cost once, satoshi: so much may go to the fee instead.</param>
    /// <param name="random">A number from 0 to below the given one, each as likely.</param>
    /// <returns>The numbers of the coins; null where there is not enough, or only in too many pieces.</returns>
    public static IReadOnlyList<int>? Choose(IReadOnlyList<SelectableCoin> coins, long target, long changeFee, long costOfChange, Func<int, int> random)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(target);
        var useful = coins.Where(coin => coin.Effective > 0).OrderByDescending(coin => coin.Effective).ToList();
        return BranchAndBound(useful, target, costOfChange)
            ?? SingleRandomDraw(useful, target + changeFee + SensibleChange, random)
            ?? LargestFirst(useful, target);
    }

    /// <summary>Coins whose sum is the target or a little above it, of all such the least wasteful one found.</summary>
    public static IReadOnlyList<int>? BranchAndBound(IReadOnlyList<SelectableCoin> descending, long target, long costOfChange)
    {
        var left = descending.Sum(coin => coin.Effective);
        if (left < target) return null;
        List<int> taken = [], best = [];
        var (sum, waste, bestWaste) = (0L, 0L, long.MaxValue);
        var isFeeHigh = descending[0].Waste > 0;   // then more coins never waste less
        for (var (at, tries) = (0, 0); tries < Tries; tries++, at++)
        {
            var isDeadEnd = sum + left < target || sum > target + costOfChange || taken.Count > MostCoins || (isFeeHigh && waste > bestWaste);
            if (!isDeadEnd && sum >= target)
            {
                isDeadEnd = true;
                if (waste + (sum - target) <= bestWaste) (best, bestWaste) = ([.. taken], waste + (sum - target));
            }
            if (isDeadEnd)
            {
                if (taken.Count == 0) break;
                // Back to the last coin that was taken: on without it.
                for (at--; at > taken[^1]; at--) left += descending[at].Effective;
                (sum, waste) = (sum - descending[at].Effective, waste - descending[at].Waste);
                taken.RemoveAt(taken.Count - 1);
                continue;
            }
            left -= descending[at].Effective;
            // After a coin that was left out, one of the same worth would only bring the same sums again.
            if (taken.Count > 0 && at > taken[^1] + 1 && descending[at].Effective == descending[at - 1].Effective && descending[at].Waste == descending[at - 1].Waste) continue;
            taken.Add(at);
            (sum, waste) = (sum + descending[at].Effective, waste + descending[at].Waste);
        }
        return best.Count == 0 || best.Count > MostCoins ? null : [.. best.Select(at => descending[at].Number)];
    }

    /// <summary>Coins in an order that chance makes, until there are enough.</summary>
    public static IReadOnlyList<int>? SingleRandomDraw(IReadOnlyList<SelectableCoin> coins, long target, Func<int, int> random)
    {
        var hat = coins.ToList();
        List<int> drawn = [];
        for (var sum = 0L; sum < target; drawn.Add(hat[^1].Number), sum += hat[^1].Effective, hat.RemoveAt(hat.Count - 1))
        {
            if (hat.Count == 0 || drawn.Count == MostCoins) return null;
            var pick = random(hat.Count);
            (hat[pick], hat[^1]) = (hat[^1], hat[pick]);
        }
        return drawn;
    }

    /// <summary>As few coins as possible.</summary>
    public static IReadOnlyList<int>? LargestFirst(IReadOnlyList<SelectableCoin> descending, long target)
    {
        List<int> taken = [];
        var sum = 0L;
        foreach (var coin in descending.Take(MostCoins))
        {
            if (sum >= target) break;
            taken.Add(coin.Number);
            sum += coin.Effective;
        }
        return sum >= target ? taken : null;
    }
}

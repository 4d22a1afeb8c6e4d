using FsCheck;
using FsCheck.Fluent;

namespace BtcChannels.Tests.Domain;

public class CoinSelectionTests
{
    private const int Rounds = 300;

    [Theory]
    [InlineData(new long[] { 10, 20, 30 }, 50, 0, new long[] { 30, 20 })]
    [InlineData(new long[] { 10, 20, 30 }, 60, 0, new long[] { 30, 20, 10 })]
    [InlineData(new long[] { 10, 20, 30 }, 49, 1, new long[] { 30, 20 })]
    [InlineData(new long[] { 7, 7, 7, 7, 100 }, 21, 0, new long[] { 7, 7, 7 })]
    [InlineData(new long[] { 1, 2, 4, 8, 16, 32, 64 }, 85, 0, new long[] { 64, 16, 4, 1 })]
    public void Branch_and_bound_finds_coins_that_need_no_change(long[] values, long target, long costOfChange, long[] expected) =>
        Assert.Equal(expected, Values(CoinSelection.BranchAndBound(Descending(values), target, costOfChange)!, Descending(values)));

    [Theory]
    [InlineData(new long[] { 10, 20, 30 }, 61, 5)]
    [InlineData(new long[] { 10, 20, 30 }, 45, 4)]
    [InlineData(new long[] { }, 1, 100)]
    public void Branch_and_bound_finds_nothing_where_there_is_nothing(long[] values, long target, long costOfChange) =>
        Assert.Null(CoinSelection.BranchAndBound(Descending(values), target, costOfChange));

    [Fact]
    public void Of_several_ways_the_less_wasteful_is_taken()
    {
        // Fees are high: two inputs waste more than one and the small rest.
        SelectableCoin[] coins = [new(0, 100, 5), new(1, 52, 5), new(2, 50, 5)];
        Assert.Equal([1, 2], CoinSelection.BranchAndBound(coins, 102, 0)!.Order());
        SelectableCoin[] close = [new(0, 103, 5), new(1, 52, 5), new(2, 50, 5)];
        Assert.Equal([0], CoinSelection.BranchAndBound(close, 102, 10));
    }

    /// <summary>What branch and bound says against all there is to try.</summary>
    [Fact]
    public void Branch_and_bound_finds_a_match_exactly_where_there_is_one()
    {
        var cases =
            from values in Gen.Choose(1, 40).Select(it => (long)it).ArrayOf().Where(it => it.Length <= 10)
            from target in Gen.Choose(1, 120)
            from cost in Gen.Choose(0, 3)
            select (values, Target: (long)target, Cost: (long)cost);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Rounds), Prop.ForAll(cases.ToArbitrary(), it =>
        {
            var sums = Enumerable.Range(0, 1 << it.values.Length).Select(set => it.values.Where((_, at) => (set >> at & 1) == 1).Sum());
            var found = CoinSelection.BranchAndBound(Descending(it.values), it.Target, it.Cost);
            Assert.Equal(sums.Any(sum => sum >= it.Target && sum <= it.Target + it.Cost), found is not null);
            if (found is not null) Assert.InRange(Values(found, Descending(it.values)).Sum(), it.Target, it.Target + it.Cost);
        }));
    }

    [Fact]
    public void Whatever_the_coins_a_choice_covers_the_target_with_no_coin_twice_and_fails_only_where_all_are_not_enough()
    {
        var cases =
            from values in Gen.Choose(-50, 200_000).Select(it => (long)it).ArrayOf().Where(it => it.Length <= 60)
            from target in Gen.Choose(1, 1_000_000)
            from seed in Gen.Choose(0, int.MaxValue)
            select (values, Target: (long)target, seed);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Rounds), Prop.ForAll(cases.ToArbitrary(), it =>
        {
            var coins = it.values.Select((value, number) => new SelectableCoin(number, value, 10)).ToList();
            var state = (uint)it.seed;
            var chosen = CoinSelection.Choose(coins, it.Target, 93, 773, below => (int)((state = unchecked((state * 1_664_525) + 1_013_904_223)) % (uint)below));
            var enough = it.values.Where(value => value > 0).Sum() >= it.Target;
            Assert.Equal(enough, chosen is not null);
            if (chosen is null) return;
            Assert.Equal(chosen.Count, chosen.Distinct().Count());
            Assert.All(chosen, number => Assert.True(it.values[number] > 0));
            Assert.True(chosen.Sum(number => it.values[number]) >= it.Target);
        }));
    }

    [Fact]
    public void A_random_draw_leaves_a_sensible_change_or_is_none()
    {
        SelectableCoin[] coins = [.. Enumerable.Range(0, 20).Select(number => new SelectableCoin(number, 30_000, 0))];
        var drawn = CoinSelection.Choose(coins, 100_000, 93, 0, below => below - 1)!;
        Assert.Equal(6, drawn.Count);   // 180,000: the least that leaves 50,000 and the fee
        Assert.Equal(5, CoinSelection.Choose(coins[..5], 140_000, 93, 0, below => below - 1)!.Count);   // not enough for that: the fewest that suffice
    }

    [Fact]
    public void The_draw_follows_chance()
    {
        SelectableCoin[] coins = [.. Enumerable.Range(0, 50).Select(number => new SelectableCoin(number, 100_000 + number, 0))];
        Assert.NotEqual(CoinSelection.SingleRandomDraw(coins, 300_000, below => below - 1), CoinSelection.SingleRandomDraw(coins, 300_000, _ => 0));
    }

    [Fact]
    public void More_pieces_than_fit_into_a_transaction_are_not_enough() =>
        Assert.Null(CoinSelection.Choose([.. Enumerable.Range(0, 5_000).Select(number => new SelectableCoin(number, 100, 1))], 400_000, 93, 773, _ => 0));

    [Fact]
    public void A_hopeless_search_ends()
    {
        SelectableCoin[] coins = [.. Enumerable.Range(0, 600).Select(number => new SelectableCoin(number, 1_000_000 - (number * 2), 1))];
        Assert.NotNull(CoinSelection.Choose(coins, 7_654_321, 93, 0, _ => 0));
    }

    private static List<SelectableCoin> Descending(long[] values) => [.. values.Select((value, number) => new SelectableCoin(number, value, 0)).OrderByDescending(coin => coin.Effective)];

    private static long[] Values(IReadOnlyList<int> numbers, List<SelectableCoin> coins) => [.. numbers.Select(number => coins.Single(coin => coin.Number == number).Effective)];
}

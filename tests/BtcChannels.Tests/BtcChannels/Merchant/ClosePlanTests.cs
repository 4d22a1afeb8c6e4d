using FsCheck;
using FsCheck.Fluent;

namespace BtcChannels.Tests.Domain;

public class ClosePlanTests
{
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(10);

    [Fact]
    public void What_one_round_takes_waits_for_the_margin() => Assert.Null(ClosePlan.Ahead([1, 1, 1], perRound: 3, s_round));

    [Fact]
    public void A_crowd_begins_early_enough_for_its_last()
    {
        var crowd = Enumerable.Repeat(100L, 10_000).ToList();
        Assert.Null(ClosePlan.Ahead(crowd, 1_000, s_round));   // nine rounds after the next take 90 seconds
        Assert.Equal(TimeSpan.FromSeconds(89), ClosePlan.Ahead([.. crowd.Select(_ => 89L)], 1_000, s_round));
    }

    [Fact]
    public void Who_comes_long_before_the_crowd_is_not_hurried_by_those_behind_it() =>
        Assert.Equal(TimeSpan.FromSeconds(5), ClosePlan.Ahead([5, 5, 5, 3_000], perRound: 2, s_round));

    [Fact]
    public void Whatever_comes_together_is_out_one_round_after_the_margin_of_the_last_of_it_and_nothing_is_early_without_need()
    {
        var crowds = from size in Gen.Choose(1, 400) from margins in Gen.Choose(600, 1_500).ArrayOf(size) select margins;
        Prop.ForAll(crowds.ToArbitrary(), Gen.Choose(1, 50).ToArbitrary(), (margins, perRound) =>
        {
            // Enough rounds for all of them from the beginning on: more is not promised.
            if (margins.Length > perRound * 60) return;
            var waiting = margins.Select(it => (long)it).Order().ToList();
            var last = waiting[^1];
            var closed = new List<(long At, long Margin)>();
            var now = 0L;
            for (; waiting.Count > 0; now += 10)
            {
                Assert.True(now <= last + 10, $"{waiting.Count} are left at {now}, ten seconds after the last margin {last}");
                var due = waiting.Where(it => it <= now).ToList();
                var coming = waiting.Where(it => it > now).Select(it => it - now).ToList();
                var isCrowd = false;
                if (due.Count < perRound && ClosePlan.Ahead(coming, perRound, s_round) is { } ahead)
                {
                    isCrowd = true;
                    due = [.. waiting.Where(it => it <= now + ahead.TotalSeconds)];
                }
                foreach (var margin in due.Take(perRound))
                {
                    Assert.True(isCrowd || margin <= now);
                    waiting.Remove(margin);
                    closed.Add((now, margin));
                }
            }
            if (margins.Length <= perRound) Assert.All(closed, it => Assert.True(it.At >= it.Margin && it.At < it.Margin + 10));
        }).QuickCheckThrowOnFailure();
    }
}

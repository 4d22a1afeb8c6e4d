using System.Globalization;
using BtcChannels.Benchmarks.Fuzzing;
using Xunit.Abstractions;

namespace BtcChannels.Tests.Fuzzing;

/// <summary>A short run of what the benchmark program does at length: the same targets, a fixed seed.</summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const ulong Seed = 0x5eed_2140_0000_0001;
    private const int Inputs = 20_000;

    private static readonly Dictionary<string, (FuzzTarget Target, long Inputs)> s_targets = FuzzRun.Share(FuzzTargets.All, Inputs).ToDictionary(it => it.Target.Name);

    public static TheoryData<string> Targets => [.. s_targets.Keys];

    [Theory, MemberData(nameof(Targets))]
    public void Hostile_bytes_are_taken_or_refused_as_the_contract_says(string name)
    {
        var (target, inputs) = s_targets[name];
        var run = new FuzzRun(Seed);
        var tally = run.Feed(target, inputs);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed:x16}: {tally.Taken} taken, {tally.Refused} refused, at most {tally.MostAllocated} bytes allocated"));
        Assert.Empty(run.Faults.Select(it => $"input {it.Index}: {it.What} {Convert.ToHexStringLower(it.Input)}"));
        Assert.Equal(inputs, tally.Inputs);
        Assert.Equal(target.Refuses, tally.Refused > 0);
    }

    [Fact]
    public void Every_input_has_its_target() => Assert.Equal(Inputs, s_targets.Values.Sum(it => it.Inputs));

    [Fact]
    public void Seed_target_and_index_decide_an_input()
    {
        List<byte[]> first = [], second = [];
        FuzzTarget Recorder(List<byte[]> into) => new("recorder", [[1, 2, 3, 4, 5, 6, 7, 8]], bytes =>
        {
            into.Add(bytes);
            return true;
        });
        new FuzzRun(1).Feed(Recorder(first), 100);
        new FuzzRun(1).Feed(Recorder(second), 50, from: 50);
        Assert.Equal(first[51..], second[1..]);   // the corpus comes before
        Assert.True(first.DistinctBy(Convert.ToHexString).Count() > 80);
    }

    [Fact]
    public void An_exception_that_no_contract_names_is_a_fault()
    {
        var run = new FuzzRun(1);
        run.Feed(new("thrower", [[1]], bytes => bytes.Length > 3 ? throw new InvalidOperationException("thrown") : true, typeof(FormatException)), 200);
        Assert.NotEmpty(run.Faults);
        Assert.All(run.Faults, it => Assert.Contains("thrown", it.What, StringComparison.Ordinal));
    }

    [Fact]
    public void A_property_that_does_not_hold_is_a_fault()
    {
        var run = new FuzzRun(1);
        run.Feed(new("liar", [[1]], bytes =>
        {
            FuzzFinding.Unless(bytes.Length < 4, "it is short");
            return true;
        }), 200);
        Assert.NotEmpty(run.Faults);
    }

    [Fact]
    public void Allocating_more_than_the_input_warrants_is_a_fault()
    {
        var run = new FuzzRun(1);
        run.Feed(new("glutton", [[1]], bytes => GC.AllocateUninitializedArray<byte>(1 << 20).Length > bytes.Length), 2);
        Assert.Equal(2, run.Faults.Count);
    }

    [Fact]
    public void A_good_input_that_is_refused_is_a_fault()
    {
        var run = new FuzzRun(1);
        run.Feed(new("refuser", [[1]], _ => false), 0);
        Assert.Single(run.Faults);
    }
}

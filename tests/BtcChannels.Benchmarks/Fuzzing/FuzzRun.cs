using System.Diagnostics;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>An input that shows a fault.</summary>
internal sealed record Fault(string Target, long Index, string What, byte[] Input);

/// <summary>An input that is being fed.</summary>
/// <param name="Since">As <see cref="Stopwatch.GetTimestamp"/> counts.</param>
internal sealed record Step(FuzzTarget Target, long Index, byte[] Input, long Since);

/// <summary>What one target did with its inputs.</summary>
internal sealed class Tally(FuzzTarget target)
{
    public FuzzTarget Target => target;

    public long Inputs => Taken + Refused;

    public long Taken { get; set; }

    public long Refused { get; set; }

    /// <summary>Bytes that a single input made it allocate, at most.</summary>
    public long MostAllocated { get; set; }

    public TimeSpan Slowest { get; set; }
}

/// <summary>Feeds targets with mutated inputs and looks at what they do. Seed, target and index decide an input.</summary>
/// <param name="seed">Of all inputs.</param>
/// <param name="patience">How long one input may take; null for as long as it likes.</param>
internal sealed class FuzzRun(ulong seed, TimeSpan? patience = null)
{
    // Of the same fault there is no need for more.
    private const int MaxFaultsOfTarget = 5;

    private readonly List<Fault> _faults = [];
    private Step? _current;

    public IReadOnlyList<Fault> Faults => _faults;

    /// <summary>What is being fed, for whoever watches over a step that does not end; null between steps.</summary>
    public Step? Current => Volatile.Read(ref _current);

    /// <summary>How many inputs each target gets of so many: by weight, and none gets none.</summary>
    public static IEnumerable<(FuzzTarget Target, long Inputs)> Share(IReadOnlyList<FuzzTarget> targets, long inputs)
    {
        var left = (Inputs: inputs, Weight: targets.Sum(it => it.Weight));
        foreach (var target in targets)
        {
            var share = left.Inputs * target.Weight / left.Weight;
            left = (left.Inputs - share, left.Weight - target.Weight);
            yield return (target, share);
        }
    }

    /// <param name="from">The index of the first input.</param>
    public Tally Feed(FuzzTarget target, long inputs, long from = 0)
    {
        var tally = new Tally(target);
        var mutator = new Mutator(target.Corpus, target.Tokens, target.MaxLength);
        foreach (var input in target.Corpus)
            if (!IsTaken(target, input, -1)) _faults.Add(new(target.Name, -1, "An input that is right in every way is not taken", input));
        var before = _faults.Count;
        for (var index = from; index < from + inputs && _faults.Count < before + MaxFaultsOfTarget; index++)
        {
            var input = mutator.Make(FuzzStream.Of(seed, target.Name, index));
            if (target.Repair is { } repair && index % 2 == 0) input = repair(input);
            FeedOne(target, input, index, tally);
        }
        return tally;
    }

    private void FeedOne(FuzzTarget target, byte[] input, long index, Tally tally)
    {
        var start = Stopwatch.GetTimestamp();
        var allocated = Measure(target, input, index, out var isTaken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var bound = target.MayAllocate(input.Length);
        // What is made once in a process, such as the texts of its exceptions, is not made again.
        if (allocated > bound) allocated = Math.Min(allocated, Measure(target, input, index, out _));
        if (allocated > bound) _faults.Add(new(target.Name, index, $"Allocated {allocated} bytes, {bound} are allowed", input));
        if (elapsed > patience) _faults.Add(new(target.Name, index, $"Took {elapsed.TotalSeconds:N1} s", input));

        if (isTaken) tally.Taken++;
        else tally.Refused++;
        tally.MostAllocated = Math.Max(tally.MostAllocated, allocated);
        if (elapsed > tally.Slowest) tally.Slowest = elapsed;
    }

    private long Measure(FuzzTarget target, byte[] input, long index, out bool isTaken)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        isTaken = IsTaken(target, input, index);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private bool IsTaken(FuzzTarget target, byte[] input, long index)
    {
        Volatile.Write(ref _current, new(target, index, input, Stopwatch.GetTimestamp()));
        try
        {
            return target.Takes(input);
        }
        catch (Exception exception)
        {
            if (!target.IsRefusal(exception)) _faults.Add(new(target.Name, index, exception.ToString(), input));
            return false;
        }
        finally
        {
            Volatile.Write(ref _current, null);
        }
    }
}

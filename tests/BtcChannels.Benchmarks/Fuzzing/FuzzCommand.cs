using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary><c>fuzz</c>: mutated inputs through every parser and the interpreter. Exit code 1 where one shows a fault.</summary>
internal static class FuzzCommand
{
    private const long DefaultCount = 1_000_000;

    // The worst script that consensus allows takes a small part of it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static Command Make()
    {
        var count = new Option<long>("--count") { Description = "How many inputs, over all targets.", DefaultValueFactory = _ => DefaultCount };
        var seed = new Option<string?>("--seed") { Description = "Hex; the same inputs again. A fresh one by default." };
        var only = new Option<string?>("--target") { Description = "Only this target." };
        var from = new Option<long>("--from") { Description = "The index of the first input of each target." };
        var command = new Command("fuzz", "Mutated inputs through every parser and the interpreter.") { count, seed, only, from };
        command.SetAction(parsed =>
        {
            var targets = FuzzTargets.All.Where(it => parsed.GetValue(only) is not { } name || it.Name == name).ToList();
            if (targets.Count == 0) return Wrong($"There is no such target. Targets: {string.Join(", ", FuzzTargets.All.Select(it => it.Name))}");
            if (parsed.GetValue(count) < 1 || parsed.GetValue(from) < 0) return Wrong("The count is at least 1, and the first index not negative");
            var (isSeed, number) = parsed.GetValue(seed) is { } text ? (ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var given), given) : (true, FreshSeed());
            return isSeed ? Run(targets, parsed.GetValue(count), number, parsed.GetValue(from)) : Wrong("A seed is up to 16 hex digits");
        });
        return command;
    }

    private static int Run(IReadOnlyList<FuzzTarget> targets, long count, ulong seed, long from)
    {
        Console.WriteLine($"seed {seed:x16}");
        var run = new FuzzRun(seed, s_patience);
        using var watch = new Timer(_ => EndWhereStuck(run), null, s_patience, TimeSpan.FromSeconds(1));
        var start = Stopwatch.GetTimestamp();
        Console.WriteLine(Line("target", "inputs", "taken", "refused", "most bytes", "slowest ms"));
        long inputs = 0;
        foreach (var (target, share) in FuzzRun.Share(targets, count))
        {
            var tally = run.Feed(target, share, from);
            inputs += tally.Inputs;
            Console.WriteLine(Line(target.Name, $"{tally.Inputs:N0}", $"{tally.Taken:N0}", $"{tally.Refused:N0}", $"{tally.MostAllocated:N0}", $"{tally.Slowest.TotalMilliseconds:N1}"));
        }
        foreach (var fault in run.Faults) Tell(fault);
        Console.WriteLine($"{inputs:N0} inputs, {run.Faults.Count} faults, {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s, seed {seed:x16}");
        return run.Faults.Count == 0 ? 0 : 1;
    }

    // The thread that is stuck cannot be made to stop, so the process is.
    private static void EndWhereStuck(FuzzRun run)
    {
        if (run.Current is not { } current || Stopwatch.GetElapsedTime(current.Since) < 2 * s_patience) return;
        Tell(new(current.Target.Name, current.Index, "Does not end", current.Input));
        Environment.Exit(1);
    }

    private static void Tell(Fault fault) =>
        Console.Error.WriteLine($"FAULT in {fault.Target}, input {fault.Index}: {fault.What}{Environment.NewLine}  {Convert.ToHexStringLower(fault.Input)}");

    private static int Wrong(string message)
    {
        Console.Error.WriteLine(message);
        return 2;
    }

    private static string Line(params string[] cells) => cells[0].PadRight(28) + string.Concat(cells[1..].Select(it => it.PadLeft(12)));

    private static ulong FreshSeed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}

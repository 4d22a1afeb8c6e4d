using System.CommandLine;

namespace BtcChannels.Benchmarks.Curve;

/// <summary><c>curve</c>: how much of the raw library's speed the project's own calls keep.</summary>
internal static class CurveCommand
{
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "End with one line of JSON." };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, of which the median counts.", DefaultValueFactory = _ => 75 };
        var command = new Command("curve", "Verifications and signatures per second on one thread, as ratios to libsecp256k1.") { json, rounds };
        command.SetAction(parsed =>
        {
            var report = CurveBenchmark.Run(Math.Max(1, parsed.GetValue(rounds)));
            Console.Write(report.Table());
            if (parsed.GetValue(json)) Console.WriteLine(report.Json());
            return 0;
        });
        return command;
    }
}

using System.CommandLine;

namespace BtcChannels.Benchmarks.Scale;

/// <summary><c>scale</c>: what a store with many channels costs at a start and with each block.</summary>
internal static class ScaleCommand
{
    public static Command Make()
    {
        var count = new Option<int>("--channels") { Description = "How many.", DefaultValueFactory = _ => 100_000 };
        var command = new Command("scale", "Start, memory and questions of the watcher with many open channels.") { count };
        command.SetAction(async (parsed, ct) =>
        {
            await ScaleBenchmark.RunAsync(Math.Max(1, parsed.GetValue(count)), Console.Out, ct);
            return 0;
        });
        return command;
    }
}

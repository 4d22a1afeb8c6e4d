using System.CommandLine;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary><c>merchant</c>: what a merchant's server does in a second, durably, as ratios to libsecp256k1 on the same core.</summary>
internal static class MerchantCommand
{
    public static IEnumerable<Command> Make() => [Whole(), Load(), Raw(), Inner()];

    private static Command Whole()
    {
        var json = new Option<bool>("--json") { Description = "End with one line of JSON." };
        var quick = new Option<bool>("--quick") { Description = "About a minute: one lap of each, without the million channels, the two1 door and the run on both cores." };
        var command = new Command("merchant", "Durable payments per second of the server program on one core, as ratios to libsecp256k1 on that core.") { json, quick };
        command.SetAction(async (parsed, _) =>
        {
            var report = await MerchantBenchmark.RunAsync(parsed.GetValue(quick));
            Console.Write(report.Table());
            if (parsed.GetValue(json)) Console.WriteLine(report.Json());
            return 0;
        });
        return command;
    }

    // What the whole runs apart, each in a process that is kept to a core.
    private static Command Load()
    {
        var file = new Argument<string>("file");
        var port = new Argument<int>("port");
        var connections = new Argument<int>("connections");
        var rate = new Option<double?>("--rate");
        var stream = new Option<bool>("--stream");
        var two1 = new Option<bool>("--two1");
        var command = new Command("merchant-load") { file, port, connections, rate, stream, two1 };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            var load = SignedLoad.Read(parsed.GetValue(file)!);
            var result = parsed.GetValue(stream) ? await StreamLoad.RunAsync(parsed.GetValue(port), load)
                : parsed.GetValue(two1) ? await Two1Load.RunAsync(parsed.GetValue(port), load, parsed.GetValue(connections))
                : await HttpLoad.RunAsync(parsed.GetValue(port), load, parsed.GetValue(connections), parsed.GetValue(rate));
            Console.WriteLine(result.ToJson());
            return 0;
        });
        return command;
    }

    private static Command Raw()
    {
        var command = new Command("merchant-raw") { Hidden = true };
        command.SetAction(_ =>
        {
            Console.WriteLine(Part.Text(InnerBenchmark.RawVerifyPerSecond()));
            return 0;
        });
        return command;
    }

    private static Command Inner()
    {
        var folder = new Argument<string>("folder");
        var file = new Argument<string>("file");
        var command = new Command("merchant-inner") { folder, file };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            Console.WriteLine((await InnerBenchmark.RunAsync(parsed.GetValue(folder)!, SignedLoad.Read(parsed.GetValue(file)!))).ToJson());
            return 0;
        });
        return command;
    }
}

using System.CommandLine;
using BtcChannels.Benchmarks.Merchant;

namespace BtcChannels.Benchmarks.Paywall;

/// <summary><c>paywall</c>: what a priced endpoint does in a second, as ratios to libsecp256k1 on the same core and to the same endpoint unpaid.</summary>
internal static class PaywallCommand
{
    public static IEnumerable<Command> Make() => [Whole(), Load(), Host(), Upstream(), Hop(), Downloads()];

    private static Command Whole()
    {
        var json = new Option<bool>("--json") { Description = "End with one line of JSON." };
        var command = new Command("paywall", "Paid requests per second of a priced endpoint on one core, as ratios; and a thousand paid streams of events at once.") { json };
        command.SetAction(async (parsed, _) =>
        {
            var report = await PaywallBenchmark.RunAsync();
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
        var path = new Argument<string>("path");
        var command = new Command("paywall-load") { file, port, connections, path };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            var load = SignedLoad.Read(parsed.GetValue(file)!);
            Console.WriteLine((await PaywallLoad.RunAsync(parsed.GetValue(port), load, parsed.GetValue(connections), parsed.GetValue(path)!)).ToJson());
            return 0;
        });
        return command;
    }

    private static Command Host()
    {
        var urls = new Option<string>("--urls") { Required = true };
        var command = new Command("paywall-host") { urls };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            await PaywallHost.RunAsync(parsed.GetValue(urls)!);
            return 0;
        });
        return command;
    }

    private static Command Upstream()
    {
        var urls = new Option<string>("--urls") { Required = true };
        var command = new Command("proxy-upstream") { urls };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            await ProxyHosts.ServeAsync(parsed.GetValue(urls)!);
            return 0;
        });
        return command;
    }

    private static Command Hop()
    {
        var upstream = new Argument<string>("upstream");
        var urls = new Option<string>("--urls") { Required = true };
        var command = new Command("proxy-hop") { upstream, urls };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            await ProxyHosts.HopAsync(parsed.GetValue(urls)!, new Uri(parsed.GetValue(upstream)!));
            return 0;
        });
        return command;
    }

    private static Command Downloads()
    {
        var port = new Argument<int>("port");
        var path = new Argument<string>("path");
        var times = new Argument<int>("times");
        var credit = new Argument<string>("credit") { Description = "- for none." };
        var command = new Command("proxy-load") { port, path, times, credit };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            var load = parsed.GetValue(credit) is { } file and not "-" ? SignedLoad.Read(file) : null;
            Console.WriteLine(Part.Text(await ProxyLoad.RunAsync(parsed.GetValue(port), parsed.GetValue(path)!, parsed.GetValue(times), load)));
            return 0;
        });
        return command;
    }
}

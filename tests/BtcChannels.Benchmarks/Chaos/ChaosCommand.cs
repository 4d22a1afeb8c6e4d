using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using BtcChannels.Regtest.Chaos;

namespace BtcChannels.Benchmarks.Chaos;

/// <summary><c>chaos</c>: the real server is killed over and over while customers pay. Exit code 1 where anybody lost anything.</summary>
internal static class ChaosCommand
{
    private const int Most = 100_000;

    public static Command Make()
    {
        var defaults = new ChaosOptions();
        var store = new Option<ChaosStore>("--store") { Description = "sqlite: one server. postgres: two instances on a PostgreSQL, which is killed, too.", DefaultValueFactory = _ => defaults.Store };
        var kills = new Option<int>("--kills") { Description = "How often a server or PostgreSQL is killed.", DefaultValueFactory = _ => defaults.Kills };
        var customers = new Option<int>("--customers") { Description = "How many pay side by side.", DefaultValueFactory = _ => defaults.Customers };
        var seed = new Option<string?>("--seed") { Description = "Hex; the same choices again. A fresh one by default." };
        var json = new Option<bool>("--json") { Description = "End with one line of JSON." };
        var command = new Command("chaos", "Kills the server process (SIGKILL), or two and their PostgreSQL, the node and a customer over and over while many pay, and holds the chain to what was acknowledged. Wants a bitcoind.")
        {
            store, kills, customers, seed, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(kills) is < 1 or > Most || parsed.GetValue(customers) is < 1 or > 200) return Wrong($"1 to {Most} kills, and 1 to 200 customers");
            var number = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            if (parsed.GetValue(seed) is { } text && !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)) return Wrong("A seed is up to 16 hex digits");
            return await RunAsync(new() { Store = parsed.GetValue(store), Kills = parsed.GetValue(kills), Customers = parsed.GetValue(customers), Seed = number, Tell = Console.WriteLine }, parsed.GetValue(json));
        });
        return command;
    }

    private static async Task<int> RunAsync(ChaosOptions options, bool isJson)
    {
        Console.WriteLine($"seed {options.Seed:x16}");
        var start = Stopwatch.GetTimestamp();
        var report = await ChaosRun.RunAsync(options);
        foreach (var fault in report.Faults) Console.Error.WriteLine($"FAULT: {fault}");
        Console.WriteLine(
            $"{report.Kills} kills of a server, {report.StoreKills} of PostgreSQL, {report.CustomerKills} of a customer, {report.Hangs} hangs, {report.Cuts} cut connections, "
            + $"{report.NodeFaults} faults of the node; {report.Channels} channels, "
            + $"{report.Acknowledged:N0} payments acknowledged, {report.InDoubt:N0} without an answer and sent again; {report.AcknowledgedSat:N0} sat acknowledged, {report.ClaimedSat:N0} in closes "
            + $"in the chain; {report.Faults.Count} faults, {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s, seed {options.Seed:x16}");
        if (isJson) Console.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
        return report.Faults.Count == 0 ? 0 : 1;
    }

    private static int Wrong(string message)
    {
        Console.Error.WriteLine(message);
        return 2;
    }
}

using System.Globalization;
using BtcChannels.Benchmarks.Merchant;
using BtcChannels.Regtest;

namespace BtcChannels.Benchmarks.Paywall;

/// <summary>What a megabyte through the ready-made paywall costs its processor, by the price of its route; and through a hop that only passes it on.</summary>
internal static class ProxyBenchmark
{
    private const int MegabytesEach = 32;
    private const int Times = 32;
    private const int TimesByKilobyte = 4;   // each step of it is a commit
    private const int Credit = 100_000;      // satoshi

    private static readonly string[] s_this = [Path.ChangeExtension(typeof(ProxyBenchmark).Assembly.Location, "dll")];

    public static async Task<ProxyReport> RunAsync(RegtestNode node)
    {
        using var folder = new TemporaryFolder();
        await FilledStore.MakeAsync(folder.FullPath, channels: 2);
        await using var upstream = await PinnedServer.StartAsync(node, folder.FullPath, Part.OtherCore, program: [.. s_this, "proxy-upstream"]);
        var address = $"http://127.0.0.1:{Part.Text(upstream.Port)}";

        double plain;
        await using (var hop = await PinnedServer.StartAsync(node, folder.FullPath, Part.ServersCore, program: [.. s_this, "proxy-hop", address]))
            plain = await MeasureAsync(hop, folder, "plain", Times, channel: null);

        var settings = new Dictionary<string, string> { ["BtcChannels__Paywall__Upstream"] = address };
        foreach (var (index, path, price, per) in ((int, string, string, string)[])[(0, "free", "0", "request"), (1, "fixed", "1", "request"), (2, "kilobyte", "0.001", "kilobyte")])
            foreach (var (name, value) in new Dictionary<string, string> { ["Path"] = $"/{path}/{{megabytes}}", ["Price"] = price, ["Per"] = per })
                settings[$"BtcChannels__Paywall__Routes__{Part.Text(index)}__{name}"] = value;
        await using var server = await PinnedServer.StartAsync(node, folder.FullPath, Part.ServersCore, settings: settings);
        await server.WaitUntilFilledAsync();
        return new(
            plain, await MeasureAsync(server, folder, "free", Times, channel: null), await MeasureAsync(server, folder, "fixed", Times, channel: 0), await MeasureAsync(server, folder, "kilobyte", TimesByKilobyte, channel: 1));
    }

    /// <returns>Microseconds of the server's processor for a megabyte.</returns>
    private static async Task<double> MeasureAsync(PinnedServer server, TemporaryFolder folder, string kind, int times, int? channel)
    {
        var file = Path.Combine(folder.FullPath, $"{kind}.load");
        if (channel is { } number) SignedLoad.Make([number], rounds: 1, firstRound: Credit).Write(file);
        await LoadAsync(1);   // what it is compiled by
        var used = server.ProcessorSeconds;
        var bytes = await LoadAsync(times);
        used = server.ProcessorSeconds - used;
        if (bytes != (long)times * MegabytesEach * ProxyHosts.Megabyte) throw new InvalidOperationException($"Of {kind} {bytes} bytes came");
        return used / bytes * ProxyHosts.Megabyte * 1e6;

        async Task<long> LoadAsync(int count) => long.Parse(
            await Part.RunAsync(Part.OtherCore, "proxy-load", Part.Text(server.Port), $"/{kind}/{Part.Text(MegabytesEach)}", Part.Text(count), channel is null ? "-" : file), CultureInfo.InvariantCulture);
    }
}

/// <summary>Microseconds of processor for a megabyte.</summary>
/// <param name="Plain">Of a hop that only passes it on.</param>
/// <param name="Free">Of the paywall, on a route without a price.</param>
/// <param name="Fixed">On one with a price for the request.</param>
/// <param name="Kilobyte">On one with a price for the kilobyte, charged as it goes.</param>
internal sealed record ProxyReport(double Plain, double Free, double Fixed, double Kilobyte)
{
    /// <summary>How many times the plain hop's.</summary>
    public ProxyReport ToPlain() => new(1, Free / Plain, Fixed / Plain, Kilobyte / Plain);

    public ProxyReport Rounded(int digits) => new(Math.Round(Plain, digits), Math.Round(Free, digits), Math.Round(Fixed, digits), Math.Round(Kilobyte, digits));
}

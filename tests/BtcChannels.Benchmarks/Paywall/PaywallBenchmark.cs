using System.Globalization;
using BtcChannels.Benchmarks.Merchant;
using BtcChannels.Regtest;

namespace BtcChannels.Benchmarks.Paywall;

/// <summary>An app behind the paywall on a core of its own, on a real store at a real node, under a load from the other core.</summary>
internal static class PaywallBenchmark
{
    private const int Channels = 1_000;
    private const int Rounds = 32;
    private const int Connections = 256;
    private const int Streams = 1_000;

    private static readonly MeasuredLaps s_laps = new(Warm: 3, Measured: 5);

    public static async Task<PaywallReport> RunAsync()
    {
        await using var node = await RegtestNode.StartAsync();
        await node.MineAsync();
        string[] host = [Path.ChangeExtension(typeof(PaywallBenchmark).Assembly.Location, "dll"), "paywall-host"];
        var proxy = await ProxyBenchmark.RunAsync(node);
        var (paid, unpaid) = await RequestsAsync(node, host);
        var (wentOn, bytes, events) = await StreamsAsync(node, host);
        return new(paid, unpaid, wentOn, bytes, events, proxy);
    }

    private static async Task<(Lap Paid, LoadResult Unpaid)> RequestsAsync(RegtestNode node, string[] host)
    {
        using var folder = new TemporaryFolder();
        await FilledStore.MakeAsync(folder.FullPath, Channels);
        var file = Path.Combine(folder.FullPath, "load");
        await using var server = await PinnedServer.StartAsync(node, folder.FullPath, Part.ServersCore, program: host);
        await server.WaitUntilFilledAsync();

        // Each lap pays more than those before it; what is not paid needs no totals.
        async Task<LoadResult> LoadAsync(string path, int lap)
        {
            SignedLoad.Make([.. Enumerable.Range(0, Channels)], Rounds, lap * Rounds).Write(file);
            return LoadResult.FromJson(await Part.RunAsync(Part.OtherCore, "paywall-load", file, Part.Text(server.Port), Part.Text(Connections), path));
        }
        var paid = await s_laps.RunAsync(server, lap => LoadAsync(PaywallHost.Paid, lap));
        await LoadAsync(PaywallHost.Unpaid, 0);
        return (paid, await LoadAsync(PaywallHost.Unpaid, 0));
    }

    /// <summary>On a server of their own, which has done little else: what a load has left on another's heap would hide what they take.</summary>
    private static async Task<(int WentOn, double Bytes, double PerSecond)> StreamsAsync(RegtestNode node, string[] host)
    {
        const int First = 50;
        using var folder = new TemporaryFolder();
        await FilledStore.MakeAsync(folder.FullPath, Streams + First);
        await using var server = await PinnedServer.StartAsync(node, folder.FullPath, Part.ServersCore, program: host);
        await server.WaitUntilFilledAsync();
        await EventStreams.RunAsync(server.Port, SignedLoad.Make([.. Enumerable.Range(Streams, First)], Rounds, firstRound: 0), () => Task.CompletedTask);
        var before = server.Memory;
        var waiting = 0L;
        var (wentOn, events) = await EventStreams.RunAsync(server.Port, SignedLoad.Make([.. Enumerable.Range(0, Streams)], Rounds, firstRound: 0), () =>
        {
            waiting = server.Memory;
            return Task.CompletedTask;
        });
        return (wentOn, (waiting - before) / (double)Streams, events);
    }
}

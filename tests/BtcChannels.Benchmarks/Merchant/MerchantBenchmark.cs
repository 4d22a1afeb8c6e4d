using System.Diagnostics;
using System.Globalization;
using BtcChannels.Benchmarks.Scale;
using BtcChannels.Chain;
using BtcChannels.Regtest;
using Npgsql;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>
/// The server program on a real store at a real node, on a core of its own, under a load from the other core. Payments are signed beforehand; each is
/// acknowledged after its commit, to a disk that is asked to sync.
/// </summary>
internal sealed class MerchantBenchmark : IAsyncDisposable
{
    /// <summary>With so many open channels the main figures are taken.</summary>
    public const int MainSize = 1_000;

    private const int Connections = 256;
    private const int Streams = 64;

    // Above every total of the laps before, and the last lap above these.
    private const int TotalOfStreams = 10_000;
    private const int LapAfterStreams = 2_000;

    // Above the least output.
    private const int TotalOfTwo1 = 5_000;

    private readonly bool _quick;
    private readonly RegtestNode _node;
    private readonly TemporaryFolder _folder = new();
    private int _lap;   // over all stores: each pays more than those before

    private MerchantBenchmark(bool quick, RegtestNode node) => (_quick, _node) = (quick, node);

    private int Payments => _quick ? 8_000 : 32_000;

    private MeasuredLaps Laps => _quick ? new(Warm: 1, Measured: 1) : new(Warm: 3, Measured: 5);

    private int[] Sizes => _quick ? [10, MainSize, 100_000] : [10, MainSize, 100_000, 1_000_000];

    private string LoadFile => Path.Combine(_folder.FullPath, "load");

    public static async Task<MerchantReport> RunAsync(bool quick)
    {
        var node = await RegtestNode.StartAsync();
        await using var benchmark = new MerchantBenchmark(quick, node);
        await node.MineAsync();
        return await benchmark.MeasureAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<MerchantReport> MeasureAsync()
    {
        foreach (var size in Sizes)
        {
            Console.Error.WriteLine($"a store of {size:N0} channels");
            await FilledStore.MakeAsync(FolderOf(size), size + 1);   // one more, for the first payment after a start
        }
        var scale = new List<ScaleResult>();
        foreach (var size in Sizes) scale.Add(await ScaleAsync(size));
        var unpinned = _quick ? null : await UnpinnedAsync();
        var stream = await StreamAsync();
        var two1 = _quick ? null : await Two1Async();
        var postgres = await PostgresAsync();
        Sign(MainSize, LapAfterStreams);
        var inner = InnerResult.FromJson(await Part.RunAsync(Part.ServersCore, "merchant-inner", FolderOf(MainSize), LoadFile));
        return new(inner, scale, unpinned, stream, two1, postgres);
    }

    private async Task<ScaleResult> ScaleAsync(int size)
    {
        Console.Error.WriteLine($"load on {size:N0} channels");
        var began = Stopwatch.GetTimestamp();
        await using var server = await PinnedServer.StartAsync(_node, FolderOf(size), Part.ServersCore);
        await HttpLoad.RunAsync(server.Port, SignedLoad.Make([size], rounds: 1, firstRound: 0), connections: 1);
        var start = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await server.WaitUntilFilledAsync();
        var filled = Stopwatch.GetElapsedTime(began).TotalSeconds;

        var lap = await Laps.RunAsync(server, _ => LoadAsync(server, size, Part.OtherCore));
        var memory = server.Memory;
        var half = size == MainSize ? await LoadAsync(server, size, Part.OtherCore, lap.Load.PerSecond / 2) : null;
        return new(size, Connections, lap, half, start, filled, memory, BlockMilliseconds(size));
    }

    /// <summary>Server and load on both cores.</summary>
    private async Task<LoadResult> UnpinnedAsync()
    {
        await using var server = await PinnedServer.StartAsync(_node, FolderOf(MainSize), cores: null);
        await server.WaitUntilFilledAsync();
        return (await Laps.RunAsync(server, _ => LoadAsync(server, MainSize, cores: null))).Load;
    }

    private async Task<Lap> StreamAsync()
    {
        Console.Error.WriteLine("streams");
        await using var server = await PinnedServer.StartAsync(_node, FolderOf(MainSize), Part.ServersCore);
        await server.WaitUntilFilledAsync();
        return await Laps.RunAsync(server, async lap =>
        {
            var rounds = Payments / Streams;
            SignedLoad.Make([.. Enumerable.Range(0, Streams)], rounds, TotalOfStreams + (lap * rounds)).Write(LoadFile);
            return LoadResult.FromJson(await Part.RunAsync(Part.OtherCore, "merchant-load", LoadFile, Part.Text(server.Port), Part.Text(Streams), "--stream"));
        });
    }

    /// <summary>The main load by the two1 door.</summary>
    private async Task<Lap> Two1Async()
    {
        Console.Error.WriteLine("the two1 door");
        var folder = Path.Combine(_folder.FullPath, "two1");
        await FilledStore.MakeTwo1Async(folder, MainSize);
        await using var server = await PinnedServer.StartAsync(_node, folder, Part.ServersCore, program: [PinnedServer.Program, "--BtcChannels:Two1:Path", Two1Load.Path]);
        await server.WaitUntilFilledAsync();
        return await Laps.RunAsync(server, async lap =>
        {
            var rounds = Payments / MainSize;
            SignedLoad.Make([.. Enumerable.Range(0, MainSize)], rounds, TotalOfTwo1 + (lap * rounds), isTwo1: true).Write(LoadFile);
            return LoadResult.FromJson(await Part.RunAsync(Part.OtherCore, "merchant-load", LoadFile, Part.Text(server.Port), Part.Text(Connections), "--two1"));
        });
    }

    /// <summary>The main load on a server whose store is in a PostgreSQL, which has the other core.</summary>
    private async Task<Lap> PostgresAsync()
    {
        Console.Error.WriteLine("PostgreSQL");
        await using var postgres = await PostgresServer.StartAsync();
        await PinAsync(postgres);
        var folder = Path.Combine(_folder.FullPath, "postgres");
        await FilledStore.MakeAsync(folder, MainSize + 1);
        await PinnedServer.MigrateAsync(_node, folder, postgres.ConnectionString);
        await using var server = await PinnedServer.StartAsync(_node, folder, Part.ServersCore, postgres.ConnectionString);
        await server.WaitUntilFilledAsync();
        return await Laps.RunAsync(server, _ => LoadAsync(server, MainSize, Part.OtherCore));
    }

    // What it starts for each connection is kept to the same core.
    private static async Task PinAsync(PostgresServer postgres)
    {
        await using var db = new NpgsqlConnection(postgres.ConnectionString);
        await db.OpenAsync();
        await using var command = new NpgsqlCommand("SHOW data_directory", db);
        var folder = (string)(await command.ExecuteScalarAsync())!;
        var postmaster = File.ReadLines(Path.Combine(folder, "postmaster.pid")).First();
        using var pin = Process.Start(new ProcessStartInfo("taskset", ["-c", "-p", Part.OtherCore, postmaster]) { RedirectStandardOutput = true })!;
        await pin.WaitForExitAsync();
        if (pin.ExitCode != 0) throw new InvalidOperationException("PostgreSQL could not be kept to a core");
    }

    /// <summary>What a full block costs beside so many watched channels: the median of some.</summary>
    private static double BlockMilliseconds(int channels)
    {
        var watched = new WatchList();
        for (var i = 0; i < channels; i++) watched.Add(FilledStore.IdOf(i).OutPoint);
        var block = ScaleBenchmark.Block();
        var times = Enumerable.Range(0, 9).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            watched.Search(block);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }).Order().ToList();
        return times[times.Count / 2];
    }

    private async Task<LoadResult> LoadAsync(PinnedServer server, int size, string? cores, double? perSecond = null)
    {
        Sign(size, _lap++);
        string[] pace = perSecond is { } rate ? ["--rate", Part.Text(rate)] : [];
        return LoadResult.FromJson(await Part.RunAsync(cores, ["merchant-load", LoadFile, Part.Text(server.Port), Part.Text(Connections), .. pace]));
    }

    /// <summary>Payments over channels from all of the store; each lap pays more than the one before it.</summary>
    private void Sign(int size, int lap)
    {
        var channels = Math.Min(size, Payments);
        var rounds = Payments / channels;
        SignedLoad.Make([.. Enumerable.Range(0, channels).Select(it => it * (size / channels))], rounds, lap * rounds).Write(LoadFile);
    }

    private string FolderOf(int size) => Path.Combine(_folder.FullPath, Part.Text(size));
}

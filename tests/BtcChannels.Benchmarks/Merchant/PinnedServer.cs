using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using BtcChannels.Regtest;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>The server program with a data folder that is there already, on certain cores.</summary>
internal sealed class PinnedServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private PinnedServer(Process process, int port)
    {
        (_process, Port) = (process, port);
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    public static string Program => Path.Combine(AppContext.BaseDirectory, "btcchannels-server.dll");

    /// <summary>From its start until it was ready, seconds.</summary>
    public double StartSeconds { get; private set; }

    /// <summary>Processor time used so far, seconds.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Memory of its own, bytes.</summary>
    public long Memory => File.ReadLines($"/proc/{_process.Id}/status").Where(it => it.StartsWith("RssAnon:", StringComparison.Ordinal))
        .Select(it => 1024 * long.Parse(it["RssAnon:".Length..^"kB".Length], CultureInfo.InvariantCulture)).Single();

    /// <summary>Moves the store of a data folder to a PostgreSQL.</summary>
    public static async Task MigrateAsync(RegtestNode node, string folder, string database)
    {
        using var process = Part.Start(cores: null, [Program, "migrate"], Settings(node, folder, database));
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The store could not be moved: {await errors}");
    }

    /// <summary>Starts it, and waits until it is ready; all channels are in memory a while later.</summary>
    /// <param name="node">Its node.</param>
    /// <param name="folder">Its data.</param>
    /// <param name="cores">See <see cref="Part.Start"/>.</param>
    /// <param name="database">The PostgreSQL that has its store; null where that is in the folder.</param>
    /// <param name="program">What <c>dotnet</c> runs instead of the server program: another that takes its settings.</param>
    /// <param name="settings">Further ones, as variables of the environment.</param>
    public static async Task<PinnedServer> StartAsync(
        RegtestNode node, string folder, string? cores, string? database = null, string[]? program = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var port = LoopbackPort.FindFree();
        var environment = Settings(node, folder, database);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) environment[name] = value;
        var began = Stopwatch.GetTimestamp();
        var server = new PinnedServer(
            Part.Start(cores, [.. program ?? [Program], "--urls", $"http://127.0.0.1:{port}"], environment), port);
        try
        {
            await server.WaitUntilReadyAsync();
            server.StartSeconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until all open channels are in memory.</summary>
    public async Task WaitUntilFilledAsync()
    {
        while (!_log.Any(line => line.Contains("open channels are in memory", StringComparison.Ordinal)))
        {
            RequireRunning();
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Dictionary<string, string> Settings(RegtestNode node, string folder, string? database)
    {
        var settings = new Dictionary<string, string>
        {
            ["BtcChannels__Network"] = "regtest", ["BtcChannels__Data"] = folder, ["BtcChannels__NodeUrl"] = node.RpcUri.ToString(), ["BtcChannels__NodeCookie"] = node.CookieFile,
        };
        if (database is not null) settings["BtcChannels__Database"] = database;
        return settings;
    }

    private async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient();
        while (true)
        {
            RequireRunning();
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{Port}/healthz"));
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(20);
        }
    }

    private void RequireRunning()
    {
        if (_process.HasExited) throw new InvalidOperationException($"The server ended:\n{string.Join('\n', _log)}");
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null) _log.Enqueue(line.Data);
    }
}

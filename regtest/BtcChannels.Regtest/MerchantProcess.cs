using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace BtcChannels.Regtest;

/// <summary>
/// The server program as its users run it: a process of its own, with a folder and a port of its own, at a node. It ends with its owner, however
/// that one ends.
/// </summary>
public sealed class MerchantProcess : IAsyncDisposable
{
    private const string SeedName = "seed";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly RegtestNode _node;
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    private MerchantProcess(RegtestNode node, IReadOnlyDictionary<string, string> settings)
    {
        _node = node;
        _settings = new(settings);
        Origin = new Uri($"http://127.0.0.1:{LoopbackPort.FindFree()}");
    }

    /// <summary>Where it listens, and what customers call it.</summary>
    public Uri Origin { get; }

    /// <summary>Its seed and store.</summary>
    public string Folder => Path.Combine(_folder.FullPath, "merchant");

    /// <summary>What it has said so far, over all its runs.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    /// <summary>The process that runs now.</summary>
    public int ProcessId => (_process ?? throw new InvalidOperationException("The merchant does not run")).Id;

    /// <param name="node">Its node.</param>
    /// <param name="settings">Settings of the section <c>BtcChannels</c>, by name.</param>
    /// <param name="sibling">Another instance of the same merchant: this one gets a copy of its seed.</param>
    public static async Task<MerchantProcess> StartAsync(RegtestNode node, IReadOnlyDictionary<string, string>? settings = null, MerchantProcess? sibling = null)
    {
        var merchant = new MerchantProcess(node, settings ?? new Dictionary<string, string>());
        try
        {
            if (sibling is not null) merchant.CopySeedOf(sibling);
            await merchant.StartAgainAsync();
            return merchant;
        }
        catch
        {
            await merchant.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, and waits until it takes payments.</summary>
    public async Task StartAgainAsync()
    {
        Launch();
        await WaitUntilReadyAsync();
    }

    /// <summary>Waits until it takes payments, which it does by itself once what kept it from that is over.</summary>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (_process!.HasExited) throw new InvalidOperationException($"The merchant ended with status {_process.ExitCode}:\n{string.Join('\n', _log)}");
            if (waited.Elapsed > StartLimit) throw new TimeoutException($"The merchant is not ready:\n{string.Join('\n', _log)}");
            try
            {
                using var answer = await http.GetAsync(new Uri(Origin, "/healthz"));
                if (answer.IsSuccessStatusCode) return;
            }
            catch (Exception notYet) when (notYet is HttpRequestException or SocketException or TaskCanceledException)
            {
                // It does not listen yet.
            }
        }
    }

    /// <summary>Starts it without waiting for anything.</summary>
    public void Launch()
    {
        var server = Path.Combine(AppContext.BaseDirectory, "btcchannels-server.dll");
        // A file that may not grow is told to the server, as a full disk is, instead of ending it: LimitFilesAsync.
        var start = new ProcessStartInfo("sh", ["-c", "trap '' XFSZ; exec sh \"$0\" \"$@\"", WatchParent(), "dotnet", server, "--urls", Origin.GetLeftPart(UriPartial.Authority)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Configure(start);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Runs one of the program's other commands to its end, with the same settings, beside the server or without one.</summary>
    public async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] command)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "btcchannels-server.dll"), .. command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Configure(start);
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>All that is left of the merchant is his seed.</summary>
    public void LoseStore()
    {
        foreach (var file in Directory.EnumerateFiles(Folder).Where(file => Path.GetFileName(file) != "seed")) File.Delete(file);
    }

    /// <summary>SIGKILL: it gets no chance to do anything more.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }

    /// <summary>SIGTERM, as an operator would.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process) return;
        await SignalAsync("TERM");
        using var limit = new CancellationTokenSource(StopLimit);
        await process.WaitForExitAsync(limit.Token);
        process.Dispose();
        _process = null;
    }

    /// <summary>SIGSTOP: it stands still, with all that it holds, until <see cref="GoOnAsync"/>.</summary>
    public Task HangAsync() => SignalAsync("STOP");

    public Task GoOnAsync() => SignalAsync("CONT");

    /// <summary>
    /// From now on none of its files grows beyond so many bytes, nor is written to beyond them: a disk that is full, or with 0 one that is read-only. Null takes it back.
    /// </summary>
    public async Task LimitFilesAsync(long? bytes)
    {
        var soft = bytes?.ToString(CultureInfo.InvariantCulture) ?? "unlimited";
        using var prlimit = Process.Start("prlimit", [$"--pid={ProcessId}", $"--fsize={soft}:"]);
        await prlimit.WaitForExitAsync();
        if (prlimit.ExitCode != 0) throw new InvalidOperationException($"prlimit ended with status {prlimit.ExitCode}");
    }

    /// <summary>Waits until it has dealt with every block there is.</summary>
    public async Task WaitUntilCaughtUpAsync(TimeSpan limit)
    {
        var tip = await _node.Rpc.GetBlockCountAsync();
        var medianTime = await _node.MedianTimeAsync();
        using var http = new HttpClient();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < limit; await Task.Delay(50))
        {
            using var health = JsonDocument.Parse(await http.GetStringAsync(new Uri(Origin, "/healthz")));
            if (health.RootElement.GetProperty("height").GetInt32() == tip && health.RootElement.GetProperty("medianTime").GetInt64() == medianTime) return;
        }
        throw new TimeoutException($"The merchant has not seen block {tip}:\n{string.Join('\n', _log)}");
    }

    /// <summary>Waits until a line that contains this was said.</summary>
    public async Task WaitForLogAsync(string part, TimeSpan limit)
    {
        for (var waited = Stopwatch.StartNew(); !_log.Any(line => line.Contains(part, StringComparison.Ordinal)); await Task.Delay(50))
            if (waited.Elapsed > limit) throw new TimeoutException($"The merchant never said '{part}':\n{string.Join('\n', _log)}");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    private void Configure(ProcessStartInfo start)
    {
        foreach (var (name, value) in _settings) start.Environment[$"BtcChannels__{name}"] = value;
        start.Environment["BtcChannels__Network"] = "regtest";
        start.Environment["BtcChannels__Data"] = Folder;
        if (_settings.ContainsKey("NodeUrl")) start.Environment["BtcChannels__NodeCookie"] = _node.CookieFile;   // another way to the node itself
        else foreach (var (name, value) in _node.Source.MerchantSettings) start.Environment[$"BtcChannels__{name}"] = value;
    }

    private async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private void CopySeedOf(MerchantProcess sibling)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Folder);
        else Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Path.Combine(sibling.Folder, SeedName), Path.Combine(Folder, SeedName));   // with its mode
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null) _log.Enqueue(line.Data);
    }

    private string WatchParent()
    {
        var path = Path.Combine(_folder.FullPath, "watch-parent.sh");
        if (File.Exists(path)) return path;
        using var script = typeof(MerchantProcess).Assembly.GetManifestResourceStream("watch-parent.sh")!;
        using var file = File.Create(path);
        script.CopyTo(file);
        return path;
    }
}

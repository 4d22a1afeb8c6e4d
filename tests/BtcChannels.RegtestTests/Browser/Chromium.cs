using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using BtcChannels.Regtest;

namespace BtcChannels.RegtestTests.Browser;

/// <summary>
/// A headless Chromium with one page, led by its own protocol (DevTools). It has no sandbox, which cannot be had everywhere: it sees nothing but this machine's own pages.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    public const string Variable = "CHROMIUM";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TemporaryFolder _folder;
    private readonly ClientWebSocket _page = new();
    private int _number;

    private Chromium(Process process, TemporaryFolder folder) => (_process, _folder) = (process, folder);

    /// <summary>What the page found wrong: exceptions, what its policy forbids, what it could not load.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Chromium> StartAsync()
    {
        var folder = new TemporaryFolder();
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable(Variable)!,
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--hide-scrollbars", "--window-size=1000,900",
            "--remote-debugging-port=0", "--remote-debugging-address=127.0.0.1", $"--user-data-dir={folder.FullPath}", "about:blank",
        ]) { RedirectStandardError = true, RedirectStandardOutput = true };
        var chromium = new Chromium(Process.Start(start)!, folder);
        try
        {
            await chromium.ConnectAsync();
            return chromium;
        }
        catch
        {
            await chromium.DisposeAsync();
            throw;
        }
    }

    public async Task GoAsync(Uri address)
    {
        await CallAsync("Page.navigate", new() { ["url"] = address.ToString() });
        await UntilAsync($"document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// <summary>What an expression comes to, as text.</summary>
    public async Task<string> ReadAsync(string expression)
    {
        var result = await CallAsync("Runtime.evaluate", new() { ["expression"] = $"String({expression})", ["awaitPromise"] = true });
        return (string?)result["result"]?["value"] ?? throw new InvalidOperationException($"{expression}: {result}");
    }

    public async Task UntilAsync(string condition)
    {
        for (var waited = Stopwatch.StartNew(); await ReadAsync(condition) != "true"; await Task.Delay(50))
            if (waited.Elapsed > s_patience) throw new TimeoutException($"It has not come to {condition}: {await ReadAsync("document.body.innerText")}");
    }

    /// <summary>Writes what is to be seen beside the tests, as <c>screenshots/name.png</c>.</summary>
    /// <returns>The file.</returns>
    public async Task<string> ShootAsync(string name)
    {
        var shot = await CallAsync("Page.captureScreenshot", new() { ["format"] = "png" });
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;
        var file = Path.Combine(folder, name + ".png");
        await File.WriteAllBytesAsync(file, Convert.FromBase64String((string)shot["data"]!));
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        _page.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task ConnectAsync()
    {
        // It takes a free port, and says which in a file.
        var said = Path.Combine(_folder.FullPath, "DevToolsActivePort");
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        for (var waited = Stopwatch.StartNew(); !File.Exists(said) || (await File.ReadAllLinesAsync(said)).Length < 2; await Task.Delay(50))
            if (waited.Elapsed > s_patience || _process.HasExited) throw new InvalidOperationException("Chromium does not start");
        var port = int.Parse((await File.ReadAllLinesAsync(said))[0], CultureInfo.InvariantCulture);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var pages = await http.GetFromJsonAsync<JsonArray>("/json/list");
        await _page.ConnectAsync(new Uri((string)pages!.First(it => (string?)it!["type"] == "page")!["webSocketDebuggerUrl"]!), CancellationToken.None);
        foreach (var domain in (string[])["Page", "Runtime", "Log"]) await CallAsync($"{domain}.enable", []);
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var number = ++_number;
        await _page.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["id"] = number, ["method"] = method, ["params"] = parameters }), WebSocketMessageType.Text, true, patience.Token);
        while (true)
        {
            var message = await ReceiveAsync(patience.Token);
            Note(message);
            if ((int?)message["id"] != number) continue;
            return message["result"] ?? throw new InvalidOperationException($"{method}: {message}");
        }
    }

    private void Note(JsonNode message)
    {
        if ((string?)message["method"] is "Runtime.exceptionThrown") Complaints.Add(message["params"]!.ToJsonString());
        if ((string?)message["method"] is "Log.entryAdded" && (string?)message["params"]!["entry"]!["level"] is "error") Complaints.Add((string)message["params"]!["entry"]!["text"]!);
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken ct)
    {
        using var whole = new MemoryStream();
        var part = new byte[64 * 1024];
        while (true)
        {
            var read = await _page.ReceiveAsync(part.AsMemory(), ct);
            whole.Write(part.AsSpan(0, read.Count));
            if (read.EndOfMessage) return JsonNode.Parse(whole.ToArray())!;
        }
    }
}

/// <summary>A fact that needs a browser: skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Environment.GetEnvironmentVariable(Chromium.Variable) is { Length: > 0 } ? null : $"{Chromium.Variable} names no browser: regtest/get-chromium.sh brings one";
}

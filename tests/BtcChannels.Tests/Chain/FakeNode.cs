using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using BtcChannels.Chain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.Tests.Chain;

/// <summary>A JSON-RPC server on the loopback address whose answers a test writes, to be what a real node only is on a bad day.</summary>
public sealed class FakeNode : IAsyncDisposable
{
    public const string User = "someone";
    public const string Password = "a-secret-of-theirs";
    public const string TipHash = "00000000000000000000000000000000000000000000000000000000000000aa";

    private readonly ConcurrentDictionary<string, Func<JsonElement, Reply>> _answers = new();
    private readonly WebApplication _web;

    private FakeNode(WebApplication web, Network network)
    {
        _web = web;
        Network = network;
        Answer("getblockhash", Quote(network.GenesisHash.ToString()));
        Answer("getblockchaininfo", ChainInfo());
    }

    public Network Network { get; }

    public Uri Uri { get; private set; } = null!;

    /// <summary>Who may come in, as <c>user:password</c>.</summary>
    public string Authentication { get; set; } = $"{User}:{Password}";

    public ConcurrentQueue<(string Method, string Parameters)> Asked { get; } = new();

    public static async Task<FakeNode> StartAsync(Network? network = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        var node = new FakeNode(web, network ?? Network.RegTest);
        web.MapPost("/", node.ServeAsync);
        await web.StartAsync();
        node.Uri = new Uri(web.Urls.Single());
        return node;
    }

    public static string ChainInfo(int height = 7, bool downloading = false) =>
        $$"""{"blocks":{{height}},"headers":{{height + 1}},"bestblockhash":"{{TipHash}}","mediantime":1700000000,"initialblockdownload":{{(downloading ? "true" : "false")}}}""";

    public static string Quote(string text) => JsonSerializer.Serialize(text);

    /// <summary>A chain on this node. Its time limit is only met where a test lets the node be silent.</summary>
    public BitcoindChain Chain(TimeSpan? timeout = null) => new(new BitcoindOptions(Uri, User: User, Password: Password, Timeout: timeout), Network, TimeProvider.System);

    /// <param name="result">JSON.</param>
    public void Answer(string method, string result) => Answer(method, _ => result);

    /// <param name="result">JSON by the command's parameters.</param>
    public void Answer(string method, Func<JsonElement, string> result) => _answers[method] = parameters => new Reply(200, $$"""{"result":{{result(parameters)}},"error":null,"id":1}""");

    public void Fail(string method, int code, string message) =>
        _answers[method] = _ => new Reply(500, $$"""{"result":null,"error":{"code":{{code}},"message":{{Quote(message)}}},"id":1}""");

    /// <summary>Answers with bytes that need not be JSON-RPC.</summary>
    public void AnswerRaw(string method, int status, string body) => _answers[method] = _ => new Reply(status, body);

    /// <summary>Takes the command and never answers.</summary>
    public void Hang(string method) => _answers[method] = _ => new Reply(0, "");

    public int TimesAsked(string method) => Asked.Count(asked => asked.Method == method);

    /// <summary>The parameters of the only call of a command.</summary>
    public string ParametersOf(string method) => Asked.Single(asked => asked.Method == method).Parameters;

    public async ValueTask DisposeAsync()
    {
        // Requests that hang would be waited for.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Authentication)))
        {
            http.Response.StatusCode = 401;
            return;
        }
        using var request = await JsonDocument.ParseAsync(http.Request.Body);
        var method = request.RootElement.GetProperty("method").GetString()!;
        var parameters = request.RootElement.GetProperty("params");
        Asked.Enqueue((method, parameters.GetRawText()));
        var reply = _answers.TryGetValue(method, out var answer)
            ? answer(parameters)
            : new Reply(404, """{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":1}""");
        if (reply.Status == 0) await Task.Delay(Timeout.Infinite, http.RequestAborted);
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(reply.Body);
    }

    private sealed record Reply(int Status, string Body);
}

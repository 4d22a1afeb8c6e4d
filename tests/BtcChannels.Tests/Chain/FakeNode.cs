using System.Collections.Concurrent;
using System.Text.Json;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain;

/// <summary>A JSON-RPC server on the loopback address whose answers a test writes, to be what a real node only is on a bad day.</summary>
public sealed class FakeNode : IAsyncDisposable
{
    public const string User = "someone";
    public const string Password = "a-secret-of-theirs";
    public const string TipHash = "00000000000000000000000000000000000000000000000000000000000000aa";

    private readonly ConcurrentDictionary<string, Func<JsonElement, JsonRpcServer.Reply?>> _answers = new();
    private readonly JsonRpcServer _server;

    private FakeNode(Network network)
    {
        _server = new($"{User}:{Password}", Serve);
        Network = network;
        Answer("getblockhash", Quote(network.GenesisHash.ToString()));
        Answer("getblockchaininfo", ChainInfo());
    }

    public Network Network { get; }

    public Uri Uri => _server.Address;

    /// <inheritdoc cref="JsonRpcServer.Credentials"/>
    public string Authentication
    {
        get => _server.Credentials;
        set => _server.Credentials = value;
    }

    /// <summary>What was asked by those who may.</summary>
    public IEnumerable<(string Method, string Parameters)> Asked => _server.Requests.Where(it => it.Authorized).Select(it => (it.Method, it.Parameters));

    public static FakeNode Start(Network? network = null) => new(network ?? Network.RegTest);

    public static string ChainInfo(int height = 7, bool downloading = false) =>
        $$"""{"blocks":{{height}},"headers":{{height + 1}},"bestblockhash":"{{TipHash}}","mediantime":1700000000,"initialblockdownload":{{(downloading ? "true" : "false")}}}""";

    public static string Quote(string text) => JsonSerializer.Serialize(text);

    /// <summary>A chain on this node. Its time limit is only met where a test lets the node be silent.</summary>
    public BitcoindChain Chain(TimeSpan? timeout = null) => new(new BitcoindOptions(Uri, User: User, Password: Password, Timeout: timeout), Network, TimeProvider.System);

    /// <param name="result">JSON.</param>
    public void Answer(string method, string result) => Answer(method, _ => result);

    /// <param name="result">JSON by the command's parameters.</param>
    public void Answer(string method, Func<JsonElement, string> result) => _answers[method] = parameters => JsonRpcServer.Result(result(parameters));

    public void Fail(string method, int code, string message) =>
        _answers[method] = _ => new JsonRpcServer.Reply(500, $$"""{"result":null,"error":{"code":{{code}},"message":{{Quote(message)}}},"id":1}""");

    /// <summary>Answers with bytes that need not be JSON-RPC.</summary>
    public void AnswerRaw(string method, int status, string body) => _answers[method] = _ => new JsonRpcServer.Reply(status, body);

    /// <summary>Takes the command and never answers.</summary>
    public void Hang(string method) => _answers[method] = _ => null;

    public int TimesAsked(string method) => Asked.Count(asked => asked.Method == method);

    /// <summary>The parameters of the only call of a command.</summary>
    public string ParametersOf(string method) => Asked.Single(asked => asked.Method == method).Parameters;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private JsonRpcServer.Reply? Serve(JsonRpcServer.Asked asked) => _answers.TryGetValue(asked.Method, out var answer)
        ? answer(asked.Member("params"))
        : new(404, """{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":1}""");
}

namespace BtcChannels.Tests.NBitcoin;

/// <summary>A node that says what a test tells it to, answer by answer.</summary>
internal sealed class FakeNode : IDisposable
{
    private readonly Queue<JsonRpcServer.Reply> _answers = new();
    private readonly JsonRpcServer _server;

    public FakeNode() => _server = new("user:password", _ => _answers.Dequeue());

    public Uri Address => _server.Address;

    /// <inheritdoc cref="JsonRpcServer.Credentials"/>
    public string Credentials
    {
        get => _server.Credentials;
        set => _server.Credentials = value;
    }

    public IReadOnlyCollection<JsonRpcServer.Asked> Requests => _server.Requests;

    /// <summary>The next request's answer, and so on.</summary>
    public FakeNode Answers(int status, string body)
    {
        _answers.Enqueue(new(status, body));
        return this;
    }

    public FakeNode Results(string json)
    {
        _answers.Enqueue(JsonRpcServer.Result(json));
        return this;
    }

    public void Dispose() => _server.DisposeAsync().AsTask().Wait();
}

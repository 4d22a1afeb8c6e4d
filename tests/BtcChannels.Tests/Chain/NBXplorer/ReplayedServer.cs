using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>
/// An NBXplorer's behaviour as it was recorded, over a node that a test moves. Whatever is asked of it, and whatever it answers, has to be explained by the recorded
/// exchanges: <see cref="Unexplained"/> holds what was not.
/// </summary>
internal sealed class ReplayedServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<WebSocket, SemaphoreSlim> _sockets = new();
    private volatile bool _isUp = true;

    private ReplayedServer(Func<long> now, IServedNode? served)
    {
        Node = new SimulatedNode(now);
        Index = new ServerIndex(Node, now) { Told = Push };
        Wallets = new ServerWallets(Node, Index, now);
        Answers = new ServerAnswers(Node, Index, Wallets, served ?? Node);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.UseWebSockets();
        _web.Run(AnswerAsync);
    }

    public SimulatedNode Node { get; }

    public ServerIndex Index { get; }

    public ServerWallets Wallets { get; }

    public ServerAnswers Answers { get; }

    public Uri Url => new(_web.Urls.First());

    /// <summary>What no recorded exchange explains.</summary>
    public ConcurrentQueue<string> Unexplained { get; } = new();

    /// <summary>Method, path and query of all that was asked.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public int Sockets => _sockets.Count;

    /// <param name="served">What answers instead of <see cref="Node"/>, which then only shows what the server sees of it.</param>
    public static async Task<ReplayedServer> StartAsync(Func<long> now, IServedNode? served = null)
    {
        var server = new ReplayedServer(now, served);
        await server._web.StartAsync();
        return server;
    }

    /// <summary>Changes the node; the server sees it at once, if it is up.</summary>
    public T Do<T>(Func<SimulatedNode, T> change)
    {
        lock (_gate)
        {
            var result = change(Node);
            if (_isUp && Node.IsUp) Index.CatchUp();
            return result;
        }
    }

    public void Do(Action<SimulatedNode> change) => Do(node =>
    {
        change(node);
        return true;
    });

    /// <summary>The server ends: connections break.</summary>
    public void Stop()
    {
        lock (_gate) _isUp = false;
        foreach (var socket in _sockets.Keys) socket.Abort();
    }

    public void Start()
    {
        lock (_gate)
        {
            Index.Restart();
            Wallets.Restart();
            _isUp = true;
            if (Node.IsUp) Index.CatchUp();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _web.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!_isUp)
        {
            context.Abort();
            return;
        }
        var (method, path, query) = (context.Request.Method, context.Request.Path.Value!, context.Request.QueryString.Value ?? "");
        Asked.Enqueue($"{method} {path}{query}");
        if (context.WebSockets.IsWebSocketRequest)
        {
            await TalkAsync(context, path);
            return;
        }
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        Explain(RecordedShapes.Instance.Unexplained(method, path, query, body, context.Request.ContentType));
        (int Status, JsonNode? Answer) reply;
        lock (_gate) reply = Answers.To(method, path, query, body);
        Explain(RecordedShapes.Instance.UnexplainedAnswer(method, path, reply.Status, reply.Answer));
        context.Response.StatusCode = reply.Status;
        if (reply.Answer is null) return;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(reply.Answer.ToJsonString());
    }

    private async Task TalkAsync(HttpContext context, string path)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        _sockets[socket] = new SemaphoreSlim(1);
        try
        {
            var frame = new byte[4096];
            while (socket.State == WebSocketState.Open)
            {
                var received = await socket.ReceiveAsync(frame.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close) break;
                Explain(RecordedShapes.Instance.UnexplainedFrame(path, JsonNode.Parse(frame.AsSpan(0, received.Count))));
            }
        }
        catch (WebSocketException)
        {
            // The other side is gone.
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    }

    // Everybody is told everything: who asked for less has to cope with more.
    private void Push(ServerIndex.Event told)
    {
        var json = Answers.Json(told);
        foreach (var (socket, turn) in _sockets) _ = PushAsync(socket, turn, json);
    }

    private async Task PushAsync(WebSocket socket, SemaphoreSlim turn, JsonNode json)
    {
        Explain(RecordedShapes.Instance.UnexplainedFrame("/v1/cryptos/BTC/connect", json));
        await turn.WaitAsync();
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(json.ToJsonString()).AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side is gone.
        }
        finally
        {
            turn.Release();
        }
    }

    private void Explain(string? unexplained)
    {
        if (unexplained is not null) Unexplained.Enqueue(unexplained);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests;

/// <summary>The HTTP side of a node on the loopback address: says what it is told to, and remembers what it was asked.</summary>
internal sealed class JsonRpcServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Func<Asked, Reply?> _answer;

    /// <param name="answer">To requests with the right credentials; null never comes.</param>
    public JsonRpcServer(string credentials, Func<Asked, Reply?> answer)
    {
        (Credentials, _answer) = (credentials, answer);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Run(ServeAsync);
        _web.Start();
        Address = new Uri(_web.Urls.Single());
    }

    public Uri Address { get; }

    /// <summary>Who may come in, as <c>user:password</c>; others get status 401.</summary>
    public string Credentials { get; set; }

    public ConcurrentQueue<Asked> Requests { get; } = new();

    public static Reply Result(string json) => new(200, $$"""{"result":{{json}},"error":null,"id":1}""");

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
        using var reader = new StreamReader(http.Request.Body);
        var authorized = http.Request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials));
        var asked = new Asked(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, await reader.ReadToEndAsync(), authorized);
        Requests.Enqueue(asked);
        var reply = authorized ? _answer(asked) : new Reply(401, "");
        if (reply is null) await Task.Delay(Timeout.Infinite, http.RequestAborted);
        http.Response.StatusCode = reply!.Status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(reply.Body);
    }

    internal sealed record Reply(int Status, string Body);

    /// <param name="Path">As it was sent.</param>
    internal sealed record Asked(string Path, string Body, bool Authorized)
    {
        public string Method => Member("method").GetString()!;

        public string Parameters => Member("params").GetRawText();

        public JsonElement Member(string name)
        {
            using var json = JsonDocument.Parse(Body);
            return json.RootElement.GetProperty(name).Clone();
        }
    }
}

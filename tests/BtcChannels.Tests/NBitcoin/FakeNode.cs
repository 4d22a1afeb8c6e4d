using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace BtcChannels.Tests.NBitcoin;

/// <summary>A node's HTTP side on the loopback address, which says what a test tells it to and remembers what it was asked.</summary>
internal sealed class FakeNode : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Queue<(int Status, string Body)> _answers = new();
    private readonly Task _serving;

    public FakeNode()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>user:password that the node takes; others get status 401.</summary>
    public string Credentials { get; set; } = "user:password";

    public List<Asked> Requests { get; } = [];

    /// <summary>The next request's answer, and so on.</summary>
    public FakeNode Answers(int status, string body)
    {
        _answers.Enqueue((status, body));
        return this;
    }

    public FakeNode Results(string json) => Answers(200, $$"""{"result":{{json}},"error":null,"id":1}""");

    public void Dispose()
    {
        _listener.Close();
        _serving.Wait();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var reader = new StreamReader(context.Request.InputStream);
            var body = await reader.ReadToEndAsync();
            var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials));
            var authorized = context.Request.Headers["Authorization"] == expected;
            Requests.Add(new Asked(context.Request.Url!.AbsolutePath, body, authorized));
            var (status, answer) = authorized ? _answers.Dequeue() : (401, "");
            context.Response.StatusCode = status;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
            context.Response.Close();
        }
    }

    internal sealed record Asked(string Path, string Body, bool Authorized)
    {
        public string Method => Member("method").GetString()!;

        public string Parameters => Member("params").GetRawText();

        private JsonElement Member(string name)
        {
            using var json = JsonDocument.Parse(Body);
            return json.RootElement.GetProperty(name).Clone();
        }
    }
}

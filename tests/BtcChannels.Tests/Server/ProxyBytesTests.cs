using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using BtcChannels.Server.Proxy;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.Tests.Server;

/// <summary>What is passed on is what came.</summary>
public sealed class ProxyBytesTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Bodies_arrive_as_they_left_both_ways(bool isChunked, bool isHttp2)
    {
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            if (!isChunked) http.Response.ContentLength = body.Length;
            await http.Response.Body.WriteAsync(body.ToArray());
        }, http2: isHttp2);
        foreach (var size in (int[])[0, 1, 999, 1_000, 16_383, 16_384, 65_535, 65_536, 65_537, 200_001, .. Enumerable.Range(0, 8).Select(_ => RandomNumberGenerator.GetInt32(400_000))])
        {
            var body = RandomNumberGenerator.GetBytes(size);
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/free/echo?size={size}") { Content = new ByteArrayContent(body) };
            if (isChunked) request.Headers.TransferEncodingChunked = true;
            using var answer = await app.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task A_paid_upload_and_its_answer_arrive_as_they_left()
    {
        await using var app = await ProxyApp.StartAsync(http => http.Request.Body.CopyToAsync(http.Response.Body));
        var total = 0;
        foreach (var size in (int[])[0, 1_000, 65_536, 65_537, 300_000])
        {
            var body = RandomNumberGenerator.GetBytes(size);
            var challenge = await app.Customer.ChallengeAsync("/song", HttpMethod.Post, new ByteArrayContent(body));
            using var answer = await app.Customer.PayAsync("/song", challenge, total += 1_000, HttpMethod.Post, new ByteArrayContent(body));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync());
        }
        await app.AssertSpentAsync(125);
    }

    [Fact]
    public async Task Answers_without_body_keep_their_heads()
    {
        await using var app = await ProxyApp.StartAsync(http =>
        {
            http.Response.StatusCode = int.Parse(http.Request.Query["status"]!, System.Globalization.CultureInfo.InvariantCulture);
            http.Response.Headers.ETag = "\"one\"";
            if (http.Response.StatusCode is 200 or 304) http.Response.ContentLength = 12_345;
            return Task.CompletedTask;
        });
        foreach (var (method, status) in ((HttpMethod, int)[])[(HttpMethod.Head, 200), (HttpMethod.Get, 204), (HttpMethod.Get, 304), (HttpMethod.Delete, 204), (HttpMethod.Options, 204)])
        {
            using var request = new HttpRequestMessage(method, $"/free/x?status={status}");
            using var answer = await app.Http.SendAsync(request);
            Assert.Equal((status, "\"one\""), ((int)answer.StatusCode, answer.Headers.ETag!.Tag));
            if (status is 200) Assert.Equal(12_345, answer.Content.Headers.ContentLength);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Interim_answers_are_passed_by()
    {
        using var upstream = new RawUpstream("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\nok");
        await using var app = await ProxyApp.StartAsync(upstream.Address);
        using var answer = await app.Http.GetAsync(new Uri("/free/x", UriKind.Relative));
        Assert.Equal(("ok", "Fine"), (await answer.Content.ReadAsStringAsync(), answer.ReasonPhrase));
    }

    [Fact]
    public async Task Whoever_waits_to_be_told_to_send_is_told_so_by_the_upstream()
    {
        await using var app = await ProxyApp.StartAsync(http => http.Request.Body.CopyToAsync(http.Response.Body));
        using var request = new HttpRequestMessage(HttpMethod.Put, "/free/x") { Content = new StringContent("at last") };
        request.Headers.ExpectContinue = true;
        using var answer = await app.Http.SendAsync(request);
        Assert.Equal("at last", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_is_of_a_connection_or_of_the_payment_is_not_passed_on()
    {
        using var upstream = new RawUpstream(
            "HTTP/1.1 401 No\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\nProxy-Authenticate: Basic\r\nPayment-Receipt: forged\r\nWWW-Authenticate: Payment id=\"x\"\r\nWWW-Authenticate: Basic realm=\"r\"\r\n"
            + "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-End: yes\r\nContent-Length: 2\r\n\r\nno");
        await using var app = await ProxyApp.StartAsync(upstream.Address);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", app.Http.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "GET /free/a%20b?q=%2f&r HTTP/1.1\r\nHost: shop.example\r\nConnection: TE, X-Secret-Hop\r\nX-Secret-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA\r\n"
            + "Authorization: Payment abc\r\nAccept-Payment: bitcoin/session\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Prefix: /x\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-End: yes\r\nCookie: c=3\r\nAccept-Encoding: br\r\n\r\n"));
        var answer = "";
        using (var reader = new StreamReader(client.GetStream(), Encoding.ASCII))
            for (var buffer = new char[1_000]; !answer.EndsWith("\r\n\r\nno", StringComparison.Ordinal);) answer += new string(buffer, 0, await reader.ReadAsync(buffer));

        var asked = Assert.Single(upstream.Heads).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("GET /free/a%20b?q=%2f&r HTTP/1.1", asked[0]);
        Assert.Equal(
            ["Accept-Encoding: br", "Cookie: c=3", "Forwarded: for=127.0.0.1;host=\"shop.example\";proto=https", $"Host: 127.0.0.1:{upstream.Address.Port}", "Via: 1.1 btcchannels", "X-End: yes",
                "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: shop.example", "X-Forwarded-Proto: https"],
            asked.Skip(1).Order(StringComparer.Ordinal));
        Assert.StartsWith("HTTP/1.1 401 No\r\n", answer, StringComparison.Ordinal);
        foreach (var kept in (string[])["WWW-Authenticate: Basic realm=\"r\"", "Set-Cookie: a=1", "Set-Cookie: b=2", "X-End: yes"]) Assert.Contains($"{kept}\r\n", answer, StringComparison.Ordinal);
        foreach (var gone in (string[])["X-Hop", "Keep-Alive", "Proxy-Authenticate", "Payment"]) Assert.DoesNotContain(gone, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_credentials_than_payments_are_passed_on_and_the_host_where_it_is_set()
    {
        using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var app = await ProxyApp.StartAsync(new Uri(upstream.Address, "/base/"), it => it.KeepHost = true);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/free/x");
        request.Headers.Host = "other.example";
        request.Headers.Authorization = new("Basic", "eHk=");
        using var answer = await app.Http.SendAsync(request);
        Assert.Contains("Authorization: Basic eHk=\r\n", Assert.Single(upstream.Heads), StringComparison.Ordinal);
        Assert.Contains("Host: other.example\r\n", upstream.Heads[0], StringComparison.Ordinal);
        Assert.StartsWith("GET /base/free/x HTTP/1.1\r\n", upstream.Heads[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_followed_decoded_or_remembered()
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync("la la la"u8.ToArray());
        var cookies = new List<string>();
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            lock (cookies) cookies.Add(http.Request.Headers.Cookie.ToString());
            (http.Response.StatusCode, http.Response.Headers.Location, http.Response.Headers.ContentEncoding, http.Response.Headers.SetCookie) = (302, "/elsewhere", "gzip", "a=1");
            await http.Response.Body.WriteAsync(packed.ToArray());
        });
        using var plain = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = app.Http.BaseAddress };
        for (var i = 0; i < 2; i++)
        {
            using var answer = await plain.GetAsync(new Uri("/free/x", UriKind.Relative));
            Assert.Equal((HttpStatusCode.Redirect, "/elsewhere"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
            Assert.Equal(packed.ToArray(), await answer.Content.ReadAsByteArrayAsync());
        }
        Assert.Equal(["", ""], cookies);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Trailers_are_passed_on(bool isHttp2)
    {
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            http.Response.Headers["X-Te"] = http.Request.Headers.TE;
            await http.Response.StartAsync();
            await http.Response.WriteAsync("body");
            if (http.Response.SupportsTrailers()) http.Response.AppendTrailer("grpc-status", "0");
        }, http2: isHttp2);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/free/x") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TE.Add(new("trailers"));
        using var answer = await app.Merchant.Http2.SendAsync(request);
        Assert.Equal("body", await answer.Content.ReadAsStringAsync());
        if (isHttp2) Assert.Equal("0", Assert.Single(answer.TrailingHeaders.GetValues("grpc-status")));
        Assert.Equal("trailers", Assert.Single(answer.Headers.GetValues("X-Te")));
    }

    [Fact]
    public async Task Trailers_of_a_chunked_answer_reach_whoever_speaks_http2_but_those_that_say_who_has_paid()
    {
        using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 7\r\nPayment-Receipt: forged\r\nSet-Cookie: a=1\r\n\r\n");
        await using var app = await ProxyApp.StartAsync(upstream.Address);
        using var answer = await app.Merchant.Http2.GetAsync(new Uri("/free/x", UriKind.Relative));
        Assert.Equal("body", await answer.Content.ReadAsStringAsync());
        Assert.Equal("x-sum", Assert.Single(answer.TrailingHeaders).Key);
    }

    [Fact]
    public async Task Events_are_passed_on_as_they_come()
    {
        var next = new SemaphoreSlim(0);
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.Body.FlushAsync();
            for (var i = 0; i < 3; i++)
            {
                await next.WaitAsync(http.RequestAborted);
                await http.Response.WriteAsync($"data: {i}\n\n");
                await http.Response.Body.FlushAsync();
            }
        });
        using var answer = await app.Customer.PayAsync("/song", 1_000, key: "events");   // also where the answer would be kept, if it were whole
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        for (var i = 0; i < 3; i++)
        {
            next.Release();
            Assert.Equal($"data: {i}", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
            await reader.ReadLineAsync();
        }
        Assert.Null(await reader.ReadLineAsync());
        await app.AssertSpentAsync(25);
    }

    [Fact]
    public async Task A_large_download_that_nobody_reads_stays_where_it_is()
    {
        const long Size = 400_000_000;
        var sent = 0L;
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            http.Response.ContentLength = Size;
            var part = new byte[50_000];
            for (; sent < Size; Interlocked.Add(ref sent, part.Length)) await http.Response.Body.WriteAsync(part, http.RequestAborted);
        });
        using var answer = await app.Customer.SendAsync("/free/x", (string?)null);
        for (var (before, same) = (-1L, 0); same < 20; await Task.Delay(20)) (before, same) = Interlocked.Read(ref sent) is var now && now == before ? (now, same + 1) : (now, 0);
        Assert.InRange(Interlocked.Read(ref sent), 1, 40_000_000);   // what the sockets of two connections hold, and no more
    }
}

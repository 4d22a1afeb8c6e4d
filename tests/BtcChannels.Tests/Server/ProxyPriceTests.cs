using System.Net;
using System.Net.WebSockets;
using System.Text;
using BtcChannels.Paywall;
using BtcChannels.Server.Proxy;
using BtcChannels.Tests.AspNetCore.Paywall;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.Tests.Server;

/// <summary>What costs what.</summary>
public sealed class ProxyPriceTests
{
    [Fact]
    public async Task A_fixed_price_is_charged_once_for_a_whole_answer_with_the_receipt_in_its_head()
    {
        await using var app = await ProxyApp.StartAsync(Answer("la la la"));
        using var answer = await app.Customer.PayAsync("/song", 1_000);
        Assert.Equal("la la la", await answer.Content.ReadAsStringAsync());
        Assert.Equal(25_000, PaywallCustomer.ReceiptIn(answer).Spent.Value);
        Assert.True(answer.Headers.CacheControl!.Private);
        await app.AssertSpentAsync(25);
    }

    [Fact]
    public async Task The_receipt_of_a_large_answer_is_its_trailer()
    {
        await using var app = await ProxyApp.StartAsync(http => http.Response.Body.WriteAsync(new byte[100_000]).AsTask());
        using var http2 = new HttpClient(new ByHttp2(new SocketsHttpHandler())) { BaseAddress = app.Merchant.Http2.BaseAddress };
        var customer = new PaywallCustomer(http2, app.Customer.Channel);
        using var answer = await customer.PayAsync("/song", 1_000);
        Assert.Equal(100_000, (await answer.Content.ReadAsByteArrayAsync()).Length);
        Assert.True(SessionReceipt.TryDecode(Assert.Single(answer.TrailingHeaders.GetValues(PaymentScheme.ReceiptHeader)), out var receipt));
        Assert.Equal(25_000, receipt.Spent.Value);
        await app.AssertSpentAsync(25);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "/song")]
    [InlineData(HttpStatusCode.InternalServerError, "/song")]
    [InlineData(HttpStatusCode.NotFound, "/film/x")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "/radio")]
    public async Task What_the_service_refuses_is_free(HttpStatusCode status, string path)
    {
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            http.Response.StatusCode = (int)status;
            await http.Response.WriteAsync("sorry");
        });
        using var answer = await app.Customer.PayAsync(path, 1_000);
        Assert.Equal((status, "sorry"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.False(answer.Headers.Contains(PaymentScheme.ReceiptHeader));
        await app.AssertSpentAsync(0);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(1_000, 2)]
    [InlineData(1_001, 4)]
    [InlineData(50_500, 102)]
    public async Task By_the_kilobyte_begun_ones_count(int size, long spent)
    {
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            // In small parts: what counts is the whole.
            for (var left = size; left > 0; left -= 700) await http.Response.Body.WriteAsync(new byte[Math.Min(left, 700)]);
        });
        using var answer = await app.Customer.PayAsync("/film/x", 1_000);
        Assert.Equal(size, (await answer.Content.ReadAsByteArrayAsync()).Length);
        await app.AssertSpentAsync(spent);
    }

    [Fact]
    public async Task By_the_kilobyte_the_answer_waits_for_money_and_goes_on_or_is_cut()
    {
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            for (var i = 0; i < 10; i++)
            {
                await http.Response.Body.WriteAsync(Enumerable.Repeat((byte)i, 1_000).ToArray());
                await http.Response.Body.FlushAsync();
            }
        });
        var challenge = await app.Customer.ChallengeAsync("/film/x");
        using (var answer = await app.Customer.PayAsync("/film/x", challenge, 600))
        {
            await answer.Content.ReadAsByteArrayAsync();
            await app.AssertSpentAsync(20);
        }
        // 600 sat carry 300 kB in all: of the 30th film the money is gone.
        for (var i = 1; i < 30; i++)
        {
            using var answer = await app.Customer.PayAsync("/film/x", challenge, 600);
            await answer.Content.ReadAsByteArrayAsync();
        }
        await app.AssertSpentAsync(600);
        using (var last = await app.Customer.PayAsync("/film/x", challenge, 610))
        {
            var stream = await last.Content.ReadAsStreamAsync();
            await using var copy = new MemoryStream();
            var reading = stream.CopyToAsync(copy);
            await AssertPausesAsync(app, 610, reading);
            using (var voucher = await app.Customer.PayAsync("/film/x", challenge, 620, HttpMethod.Head)) Assert.Equal(HttpStatusCode.OK, voucher.StatusCode);
            await reading.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(10_000, copy.Length);
        }
        await app.AssertSpentAsync(620);
        using var cut = await app.Customer.PayAsync("/film/x", challenge, 626);
        var broken = cut.Content.ReadAsByteArrayAsync();
        for (var i = 0; i < 300 && !broken.IsCompleted; i++)
        {
            app.Merchant.Clock.Delay += TimeSpan.FromSeconds(1);
            app.Merchant.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10);
        }
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => broken);
        Assert.InRange((await app.BalanceAsync()).Spent.Value, 620_000, 626_000);
    }

    private static async Task AssertPausesAsync(ProxyApp app, long authorized, Task reading)
    {
        for (var i = 0; i < 500 && (await app.BalanceAsync()).Spent.RoundedUp.Satoshi < authorized - 10; i++) await Task.Delay(10);
        await Task.Delay(100);
        Assert.False(reading.IsCompleted);
    }

    [Fact]
    public async Task By_the_second_begun_ones_count()
    {
        var next = new SemaphoreSlim(0);
        await using var app = await ProxyApp.StartAsync(async http =>
        {
            await http.Response.Body.FlushAsync();
            for (var i = 0; i < 3; i++)
            {
                await next.WaitAsync(http.RequestAborted);
                await http.Response.WriteAsync("tick ");
                await http.Response.Body.FlushAsync();
            }
        });
        using var answer = await app.Customer.PayAsync("/radio", 1_000);
        var stream = await answer.Content.ReadAsStreamAsync();
        for (var i = 0; i < 3; i++)
        {
            next.Release();
            await stream.ReadExactlyAsync(new byte[5]).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            app.Merchant.Clock.Delay += TimeSpan.FromSeconds(10);
        }
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        await app.AssertSpentAsync(63);   // 21 seconds, of which the tests took less than the rest of the last one
    }

    [Fact]
    public async Task An_upstream_that_dies_is_paid_for_what_came_before()
    {
        var go = new TaskCompletionSource();
        using var upstream = new RawUpstream(async (_, stream) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n{new string('x', 1_000)}"));
            await go.Task;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(new string('y', 1_000)));
        });
        await using var app = await ProxyApp.StartAsync(upstream.Address);
        using var answer = await app.Customer.PayAsync("/film/x", 1_000);
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[1_000]);
        go.SetResult();
        await Assert.ThrowsAnyAsync<IOException>(() => stream.ReadExactlyAsync(new byte[9_000]).AsTask());
        await app.AssertSpentAsync(4);   // the two kilobytes that came
    }

    [Fact]
    public async Task The_most_specific_route_counts_and_what_none_names_is_not_offered()
    {
        await using var app = await ProxyApp.StartAsync(Answer("ok"), it => it.Routes =
        [
            new() { Path = "/a/{**rest}", Price = "1" }, new() { Path = "/a/{id}", Price = "2", Methods = "get" }, new() { Path = "/a/b", Price = "0.5", Description = "Bees" },
            new() { Path = "/a/{id:int}", Price = "4" }, new() { Path = "/gift", Price = "7", Free = 1 },
        ]);
        foreach (var (path, method, price) in ((string, HttpMethod, string)[])
            [("/a/x/y", HttpMethod.Get, "1"), ("/a/x", HttpMethod.Get, "2"), ("/a/x", HttpMethod.Head, "2"), ("/a/x", HttpMethod.Post, "1"), ("/a/b", HttpMethod.Get, "0.5"), ("/A/B/", HttpMethod.Get, "0.5"), ("/a/7", HttpMethod.Get, "4")])
        {
            using var answer = await app.Customer.SendAsync(path, (string?)null, method);
            Assert.Equal(HttpStatusCode.PaymentRequired, answer.StatusCode);
            Assert.True(SessionRequest.TryDecode(PaywallCustomer.ChallengeIn(answer).Request, out var request));
            Assert.Equal(price, request.Amount.ToDecimalString());
        }
        Assert.Equal("Bees", (await app.Customer.ChallengeAsync("/a/b")).Description);
        using var other = await app.Customer.SendAsync("/other", (string?)null);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Contains("not-offered", await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var gift = await app.Customer.SendAsync("/gift", (string?)null);
        Assert.Equal("ok", await gift.Content.ReadAsStringAsync());
        using var again = await app.Customer.SendAsync("/gift", (string?)null);
        Assert.Equal(HttpStatusCode.PaymentRequired, again.StatusCode);
    }

    [Fact]
    public async Task What_no_route_names_is_passed_on_where_that_is_set_and_the_merchants_own_addresses_stay_his()
    {
        await using var app = await ProxyApp.StartAsync(Answer("from behind"), it => it.OthersAreFree = true);
        Assert.Equal("from behind", await app.Http.GetStringAsync(new Uri("/other", UriKind.Relative)));
        Assert.Equal("from behind", await app.Http.GetStringAsync(new Uri("/", UriKind.Relative)));
        Assert.Contains("status", await app.Http.GetStringAsync(new Uri("/healthz", UriKind.Relative)), StringComparison.Ordinal);
        using var offer = await app.Http.PostAsync(new Uri("/channels/v1/offers", UriKind.Relative), null);
        Assert.Contains("merchantKey", await offer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var priced = await app.Customer.SendAsync("/song", (string?)null);
        Assert.Equal(HttpStatusCode.PaymentRequired, priced.StatusCode);
    }

    [Theory]
    [InlineData("/free/a", 11, false)]
    [InlineData("/free/a", 20, false)]
    [InlineData("/song", 11, true)]
    [InlineData("/song", 20, true)]
    public async Task WebSockets_are_passed_through(string path, int version, bool isPaid)
    {
        await using var app = await ProxyApp.StartAsync(EchoAsync);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var socket = new ClientWebSocket();
        (socket.Options.HttpVersion, socket.Options.HttpVersionPolicy) = (version == 20 ? HttpVersion.Version20 : HttpVersion.Version11, HttpVersionPolicy.RequestVersionExact);
        socket.Options.AddSubProtocol("echo");
        var customer = new PaywallCustomer(app.Http, app.Customer.Channel);
        var address = version == 20 ? app.Merchant.Http2.BaseAddress! : app.Http.BaseAddress!;
        if (isPaid)
        {
            using var unpaid = new ClientWebSocket();
            (unpaid.Options.HttpVersion, unpaid.Options.HttpVersionPolicy, unpaid.Options.CollectHttpResponseDetails) = (socket.Options.HttpVersion, socket.Options.HttpVersionPolicy, true);
            await Assert.ThrowsAsync<WebSocketException>(() => unpaid.ConnectAsync(Ws(address, path), invoker, default));
            var challenge = Assert.Single(PaymentChallenge.ParseAll(unpaid.HttpResponseHeaders!["WWW-Authenticate"]));
            socket.Options.SetRequestHeader("Authorization", customer.Voucher(challenge, 1_000).Write());
        }
        await socket.ConnectAsync(Ws(address, path), invoker, default);
        Assert.Equal("echo", socket.SubProtocol);
        foreach (var size in (int[])[1, 125, 126, 70_000])
        {
            var message = System.Security.Cryptography.RandomNumberGenerator.GetBytes(size);
            await socket.SendAsync(message, WebSocketMessageType.Binary, true, default);
            var got = new byte[size];
            for (var filled = 0; filled < size;) filled += (await socket.ReceiveAsync(got.AsMemory(filled), default)).Count;
            Assert.Equal(message, got);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
        Assert.Equal((WebSocketCloseStatus.NormalClosure, "bye"), (socket.CloseStatus, socket.CloseStatusDescription));
        await app.AssertSpentAsync(isPaid ? 25 : 0);
    }

    [Fact]
    public async Task A_WebSocket_by_the_kilobyte_is_charged_for_what_the_service_sends()
    {
        await using var app = await ProxyApp.StartAsync(EchoAsync);
        var challenge = await app.Customer.ChallengeAsync("/film/x");
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("echo");
        socket.Options.SetRequestHeader("Authorization", app.Customer.Voucher(challenge, 1_000).Write());
        await socket.ConnectAsync(Ws(app.Http.BaseAddress!, "/film/x"), default);
        await socket.SendAsync(new byte[10_000], WebSocketMessageType.Binary, true, default);
        var got = new byte[10_000];
        for (var filled = 0; filled < got.Length;) filled += (await socket.ReceiveAsync(got.AsMemory(filled), default)).Count;
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await app.AssertSpentAsync(22);   // 10,000 bytes and their frames are 11 kilobytes
    }

    [Fact]
    public async Task A_WebSocket_that_the_service_refuses_is_answered_as_it_answers_and_free()
    {
        await using var app = await ProxyApp.StartAsync(http =>
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        });
        var challenge = await app.Customer.ChallengeAsync("/song");
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", app.Customer.Voucher(challenge, 1_000).Write());
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Ws(app.Http.BaseAddress!, "/song"), default));
        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
        await app.AssertSpentAsync(0);
    }

    private sealed class ByHttp2(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private static Uri Ws(Uri address, string path) => new UriBuilder(address) { Scheme = "ws", Path = path }.Uri;

    private static RequestDelegate Answer(string text) => http =>
    {
        http.Response.ContentLength = text.Length;
        return http.Response.WriteAsync(text);
    };

    private static async Task EchoAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync("echo");
        var buffer = new byte[4_096];
        while (await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted) is { MessageType: not WebSocketMessageType.Close } got)
            await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, http.RequestAborted);
        await socket.CloseOutputAsync(socket.CloseStatus!.Value, socket.CloseStatusDescription, http.RequestAborted);
    }
}

using System.Net;
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>Answers that are charged as they are delivered: plain ones, events, bodies and messages.</summary>
public sealed class MeteredTests : PaywallTest
{
    private readonly Channel<string> _source = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override void Map(WebApplication web)
    {
        web.UseWebSockets();
        web.MapGet("/words", async (HttpResponse response, IPaymentMeter meter) =>
        {
            Serve("");
            for (var i = 0; i < 5 && await meter.ChargeAsync(1); i++) await response.WriteAsync($"word{i} ");
        }).RequireMeteredPayment(100.Sat(), "word");
        web.MapGet("/report", async (IPaymentMeter meter) => await meter.ChargeAsync(3) ? "three" : "").RequireMeteredPayment(100.Sat(), "page");
        web.MapGet("/flat", async (IPaymentMeter meter) => await meter.ChargeAsync(1) ? "never" : "").RequirePayment(100.Sat());
        web.MapGet("/events", () => new PaidEvents(EventsAsync())).RequireMeteredPayment(100.Sat(), "event");
        web.MapGet("/tokens", () => PaidEvents.OfTokens(TokensAsync())).RequireMeteredPayment(10.Sat(), "token");
        web.MapGet("/file/{length:int}", async (int length, HttpResponse response, HttpContext http) => { await response.WritePaidAsync(new MemoryStream(new byte[length]), http.RequestAborted); })
            .RequireMeteredPayment(10.Sat(), "kilobyte");
        web.MapGet("/radio", async (HttpResponse response, HttpContext http) => { await response.WritePaidBySecondAsync(new Radio(_source.Reader), App.Clock, http.RequestAborted); }).RequireMeteredPayment(100.Sat(), "second");
        web.Map("/socket", async (HttpContext http, IPaymentMeter meter) =>
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var paid = new PaidSocket(socket, meter);
            for (var i = 0; i < 3; i++)
                if (!await paid.SendAsync(Encoding.UTF8.GetBytes($"message {i}"), WebSocketMessageType.Text, 1, http.RequestAborted)) break;
            await paid.EndAsync(http.RequestAborted);
        }).RequireMeteredPayment(100.Sat(), "message");

        async IAsyncEnumerable<SseItem<string>> EventsAsync([EnumeratorCancellation] CancellationToken ct = default)
        {
            Serve("");
            try
            {
                await foreach (var text in _source.Reader.ReadAllAsync(ct))
                {
                    if (text == "fail") throw new InvalidOperationException("the source fails");
                    yield return new(text, "news");
                }
            }
            finally
            {
                _gone.TrySetResult();
            }
        }

        static async IAsyncEnumerable<(string, int)> TokensAsync()
        {
            await Task.Yield();
            yield return ("Once", 1);
            yield return (" upon a", 2);
            yield return (" time", 1);
        }
    }

    [Fact]
    public async Task It_pauses_without_money_and_a_voucher_lets_it_go_on()
    {
        var challenge = await Customer.ChallengeAsync("/words");
        using var paused = await Customer.PayAsync("/words", challenge, 300);
        var reading = paused.Content.ReadAsStringAsync();
        await BalanceBecomesAsync(300, 300_000);
        Assert.False(reading.IsCompleted);

        using (var voucher = await Customer.PayAsync("/words", challenge, 400, HttpMethod.Head)) Assert.True(voucher.IsSuccessStatusCode);
        await BalanceBecomesAsync(400, 400_000);
        Assert.False(reading.IsCompleted);
        using (var voucher = await Customer.PayAsync("/anywhere", challenge, 500, HttpMethod.Head)) Assert.True(voucher.IsSuccessStatusCode);

        Assert.Equal("word0 word1 word2 word3 word4 ", await reading);
        await BalanceBecomesAsync(500, 500_000);
        Assert.Equal(1, Served);
    }

    [Fact]
    public async Task Patience_ends()
    {
        using var paused = await Customer.PayAsync("/words", 300);
        await BalanceBecomesAsync(300, 300_000);
        var reading = paused.Content.ReadAsStringAsync();

        await EventuallyAsync(() =>
        {
            App.Clock.Delay += TimeSpan.FromSeconds(10);   // however late it begins to wait
            App.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(reading.IsCompleted);
        });

        Assert.Equal("word0 word1 word2 ", await reading);
        await BalanceBecomesAsync(300, 300_000);
    }

    [Fact]
    public async Task What_begins_without_money_for_one_unit_does_not_begin()
    {
        using (var paid = await Customer.PayAsync("/words", 300)) await BalanceBecomesAsync(300, 300_000);
        using var refused = await Customer.PayAsync("/words", 350);
        await AssertRefusedAsync(refused, 402, PaymentProblems.InsufficientBalance);
        Assert.Equal("400", (string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["requiredCumulative"]);
        Assert.Equal(1, Served);
    }

    [Fact]
    public async Task A_channel_that_is_closed_meanwhile_ends_it()
    {
        using var paused = await Customer.PayAsync("/words", 300);
        var reading = paused.Content.ReadAsStringAsync();
        await BalanceBecomesAsync(300, 300_000);
        await Customer.Channel.CloseAsync();
        await EventuallyAsync(() =>
        {
            App.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(reading.IsCompleted);
        });
        Assert.Equal("word0 word1 word2 ", await reading);
        Assert.Equal(300, Assert.Single(App.Chain.Broadcasts).Outputs.Single(it => it.ScriptPubKey == Customer.Channel.PayoutScript).Value.Satoshi);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_whole_answer_has_its_receipt(int version)
    {
        var customer = version == 1 ? Customer : new PaywallCustomer(App.Http2, Customer.Channel);
        using var report = await customer.PayAsync("/report", 1_000);
        Assert.Equal("three", await report.Content.ReadAsStringAsync());
        Assert.True(report.Headers.CacheControl!.Private);
        await BalanceBecomesAsync(1_000, 300_000);
        if (version == 1) return;   // Kestrel has no trailers there
        Assert.True(SessionReceipt.TryDecode(Assert.Single(report.TrailingHeaders.GetValues(PaymentScheme.ReceiptHeader)), out var receipt));
        Assert.Equal((300_000L, 3L), (receipt.Spent.Value, receipt.Units));
    }

    [Fact]
    public async Task A_meter_of_what_is_priced_by_the_request_says_so()
    {
        using var failed = await Customer.PayAsync("/flat", 1_000);
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        await BalanceBecomesAsync(1_000, 0);
    }

    [Fact]
    public async Task A_stream_of_events_asks_for_its_voucher_and_ends_with_its_receipt()
    {
        var challenge = await Customer.ChallengeAsync("/events");
        foreach (var text in (string[])["one", "two", "three", "four"]) _source.Writer.TryWrite(text);
        _source.Writer.Complete();
        using var answer = await Customer.PayAsync("/events", challenge, 300);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.True(answer.Headers.CacheControl is { NoStore: true, Private: true });
        await using var events = SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator();
        foreach (var text in (string[])["one", "two", "three"]) Assert.Equal(("news", text), await NextAsync(events));

        var (name, data) = await NextAsync(events);
        Assert.Equal(StreamEvents.NeedVoucher, name);
        Assert.True(NeedVoucher.TryReadJson(data, out var need));
        Assert.Equal((Customer.Channel.Id, 400, 300, TestCustomer.Capacity), (need.ChannelId, need.RequiredCumulative.Satoshi, need.AcceptedCumulative.Satoshi, need.Deposit.Satoshi));
        await AssertBalanceAsync(300, 300_000);   // what was delivered is spent as it pauses
        using (var voucher = await Customer.PayAsync("/events", challenge, 1_000, HttpMethod.Head)) Assert.True(voucher.IsSuccessStatusCode);

        Assert.Equal(("news", "four"), await NextAsync(events));
        (name, data) = await NextAsync(events);
        Assert.Equal(StreamEvents.Receipt, name);
        Assert.True(SessionReceipt.TryReadJson(data, out var receipt));
        Assert.Equal((challenge.Id, 1_000, 400_000L, 4L), (receipt.ChallengeId, receipt.AcceptedCumulative.Satoshi, receipt.Spent.Value, receipt.Units));
        Assert.False(await events.MoveNextAsync());
        await BalanceBecomesAsync(1_000, 400_000);
    }

    [Fact]
    public async Task Where_the_channel_cannot_carry_more_it_says_so_and_ends()
    {
        var challenge = await Customer.ChallengeAsync("/tokens");
        using (var spent = await Customer.PayAsync("/file/9998000", await Customer.ChallengeAsync("/file/9998000"), TestCustomer.Capacity)) await spent.Content.CopyToAsync(Stream.Null);
        await BalanceBecomesAsync(TestCustomer.Capacity, 99_980_000);   // two tokens are left
        using var answer = await Customer.PayAsync("/tokens", challenge, TestCustomer.Capacity);
        var events = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync()) events.Add(item);

        Assert.Equal(["token", StreamEvents.NeedVoucher, StreamEvents.Receipt], events.Select(it => it.EventType));
        Assert.True(NeedVoucher.TryReadJson(events[1].Data, out var need) && need.RequiredCumulative > need.Deposit);
        Assert.True(SessionReceipt.TryReadJson(events[2].Data, out var receipt));
        Assert.Equal((99_990_000L, 1L), (receipt.Spent.Value, receipt.Units));
    }

    [Fact]
    public async Task Tokens_are_counted_by_what_each_piece_has()
    {
        using var answer = await Customer.PayAsync("/tokens", 1_000);
        var events = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync()) events.Add(item);
        Assert.Equal("Once upon a time", string.Concat(events.SkipLast(1).Select(it => it.Data)));
        Assert.Equal(["0+1", "1+2", "3+1"], events.SkipLast(1).Select(it => it.EventId));
        await BalanceBecomesAsync(1_000, 40_000);
    }

    [Fact]
    public async Task A_customer_who_vanishes_has_paid_for_each_event_that_he_got()
    {
        var challenge = await Customer.ChallengeAsync("/events");
        using (var answer = await Customer.PayAsync("/events", challenge, 1_000))
        {
            await using var events = SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator();
            foreach (var text in (string[])["one", "two"])
            {
                _source.Writer.TryWrite(text);
                Assert.Equal(("news", text), await NextAsync(events));
            }
        }
        await _gone.Task;
        _source.Writer.TryWrite("three");   // which nobody gets
        await BalanceBecomesAsync(1_000, 200_000);
    }

    [Fact]
    public async Task What_was_delivered_before_the_source_failed_is_paid()
    {
        foreach (var text in (string[])["one", "two", "fail"]) _source.Writer.TryWrite(text);
        using var answer = await Customer.PayAsync("/events", 1_000);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
        await BalanceBecomesAsync(1_000, 200_000);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 10_000)]
    [InlineData(1_000, 10_000)]
    [InlineData(1_001, 20_000)]
    [InlineData(40_500, 410_000)]
    public async Task A_body_is_charged_by_the_kilobyte_begun(int length, long msat)
    {
        using var answer = await new PaywallCustomer(App.Http2, Customer.Channel).PayAsync($"/file/{length}", 1_000);
        Assert.Equal(length, (await answer.Content.ReadAsByteArrayAsync()).Length);
        await BalanceBecomesAsync(1_000, msat);
        if (length == 0) return;
        Assert.True(SessionReceipt.TryDecode(Assert.Single(answer.TrailingHeaders.GetValues(PaymentScheme.ReceiptHeader)), out var receipt));
        Assert.Equal(msat, receipt.Spent.Value);
    }

    [Fact]
    public async Task A_body_is_cut_where_the_money_ends()
    {
        using var answer = await Customer.PayAsync("/file/40500", 339);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await BalanceBecomesAsync(339, 330_000);   // to the last kilobyte that it covers
        var reading = body.CopyToAsync(Stream.Null);
        await EventuallyAsync(() =>
        {
            // However late it begins to wait.
            App.Clock.Delay += TimeSpan.FromSeconds(10);
            App.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(reading.IsCompleted);
        });
        await Assert.ThrowsAnyAsync<IOException>(() => reading);   // nobody takes a part for the whole
        await BalanceBecomesAsync(339, 330_000);
    }

    [Fact]
    public async Task Who_pays_for_a_kilobyte_at_a_time_gets_a_kilobyte_at_a_time()
    {
        const int Length = 70_500;
        var challenge = await Customer.ChallengeAsync($"/file/{Length}");
        using var answer = await Customer.PayAsync($"/file/{Length}", challenge, 600);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var (got, buffer) = (0, new byte[Length]);
        for (var paid = 60; got < Length; paid++)
        {
            var covered = Math.Min(Length, paid * 1_000);
            await body.ReadExactlyAsync(buffer.AsMemory(got, covered - got)).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            got = covered;
            if (got == Length) break;
            using var voucher = await Customer.PayAsync($"/file/{Length}", challenge, (paid + 1) * 10, HttpMethod.Head);
            Assert.True(voucher.IsSuccessStatusCode);
        }
        Assert.Equal(0, await body.ReadAsync(buffer));
        await BalanceBecomesAsync(710, 710_000);
    }

    [Fact]
    public async Task A_body_is_charged_by_the_second_begun_and_not_while_it_waits_for_money()
    {
        var challenge = await Customer.ChallengeAsync("/radio");
        using var answer = await Customer.PayAsync("/radio", challenge, 300);
        await using var body = await answer.Content.ReadAsStreamAsync();
        async Task HearAsync(string text)
        {
            _source.Writer.TryWrite(text);
            var buffer = new byte[text.Length];
            await body.ReadExactlyAsync(buffer);
            Assert.Equal(text, Encoding.UTF8.GetString(buffer));
        }

        await HearAsync("a");
        await HearAsync("b");   // in the same second
        App.Clock.Delay += TimeSpan.FromSeconds(2);
        await HearAsync("c");   // two seconds more are begun
        App.Clock.Delay += TimeSpan.FromSeconds(1);
        _source.Writer.TryWrite("d");
        await BalanceBecomesAsync(300, 300_000);
        App.Clock.Delay += TimeSpan.FromSeconds(20);   // it waits for money
        using (var voucher = await Customer.PayAsync("/radio", challenge, 1_000, HttpMethod.Head)) Assert.True(voucher.IsSuccessStatusCode);
        var last = new byte[1];
        await body.ReadExactlyAsync(last);
        await HearAsync("e");
        _source.Writer.Complete();
        Assert.Equal(0, await body.ReadAsync(last));
        await BalanceBecomesAsync(1_000, 400_000);
    }

    [Fact]
    public async Task Messages_of_a_WebSocket_are_paid_one_by_one()
    {
        using var socket = new ClientWebSocket();
        var challenge = await Customer.ChallengeAsync("/socket");
        socket.Options.SetRequestHeader("Authorization", Customer.Voucher(challenge, 294).Write());
        await socket.ConnectAsync(new UriBuilder(App.Once.BaseAddress!) { Scheme = "ws", Path = "/socket" }.Uri, default);

        Assert.Equal("message 0", await ReceiveAsync(socket));
        Assert.Equal("message 1", await ReceiveAsync(socket));
        var need = JsonNode.Parse(await ReceiveAsync(socket))!;
        Assert.Equal(("payment-need-voucher", "300"), ((string?)need["event"], (string?)need["data"]!["requiredCumulative"]));
        using (var voucher = await Customer.PayAsync("/socket", challenge, 1_000, HttpMethod.Head)) Assert.True(voucher.IsSuccessStatusCode);
        Assert.Equal("message 2", await ReceiveAsync(socket));
        var receipt = JsonNode.Parse(await ReceiveAsync(socket))!;
        Assert.Equal(("payment-receipt", "300", 3), ((string?)receipt["event"], (string?)receipt["data"]!["spent"], (int)receipt["data"]!["units"]!));
        Assert.Equal("", await ReceiveAsync(socket));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await BalanceBecomesAsync(1_000, 300_000);
    }

    [Fact]
    public async Task Messages_of_a_WebSocket_over_HTTP_2_are_paid_one_by_one()
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        var address = new UriBuilder(App.Http2.BaseAddress!) { Scheme = "ws", Path = "/socket" }.Uri;
        ClientWebSocket NewSocket()
        {
            var socket = new ClientWebSocket();
            (socket.Options.HttpVersion, socket.Options.HttpVersionPolicy, socket.Options.CollectHttpResponseDetails) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact, true);
            return socket;
        }
        // By what it is asked with, extended CONNECT, it is challenged and paid.
        using var unpaid = NewSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => unpaid.ConnectAsync(address, invoker, default));
        Assert.Equal(HttpStatusCode.PaymentRequired, unpaid.HttpStatusCode);
        var challenge = Assert.Single(PaymentChallenge.ParseAll(unpaid.HttpResponseHeaders!["WWW-Authenticate"]));
        using var other = NewSocket();
        other.Options.SetRequestHeader("Authorization", Customer.Voucher(await Customer.ChallengeAsync("/socket"), 294).Write());
        await Assert.ThrowsAsync<WebSocketException>(() => other.ConnectAsync(address, invoker, default));
        Assert.Equal(HttpStatusCode.PaymentRequired, other.HttpStatusCode);   // that challenge was for GET

        using var socket = NewSocket();
        socket.Options.SetRequestHeader("Authorization", Customer.Voucher(challenge, 294).Write());
        await socket.ConnectAsync(address, invoker, default);
        Assert.Equal("message 0", await ReceiveAsync(socket));
        Assert.Equal("message 1", await ReceiveAsync(socket));
        Assert.Equal("payment-need-voucher", (string?)JsonNode.Parse(await ReceiveAsync(socket))!["event"]);
        using (var voucher = await Customer.PayAsync("/socket", challenge, 1_000, HttpMethod.Head)) Assert.True(voucher.IsSuccessStatusCode);
        Assert.Equal("message 2", await ReceiveAsync(socket));
        Assert.Equal("payment-receipt", (string?)JsonNode.Parse(await ReceiveAsync(socket))!["event"]);
        Assert.Equal("", await ReceiveAsync(socket));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await BalanceBecomesAsync(1_000, 300_000);
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4_096];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), default);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    private static async Task<(string, string)> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        Assert.True(await events.MoveNextAsync());
        return (events.Current.EventType, events.Current.Data);
    }

    /// <summary>Says what it is told to, as it is told to.</summary>
    private sealed class Radio(ChannelReader<string> source) : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await source.WaitToReadAsync(cancellationToken) && source.TryRead(out var text) ? Encoding.UTF8.GetBytes(text, buffer.Span) : 0;
    }
}

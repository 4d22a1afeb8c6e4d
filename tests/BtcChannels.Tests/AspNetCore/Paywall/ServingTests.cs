using System.Net;
using System.Net.Sockets;
using System.Text;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Paywall;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>What is charged and what is not, whatever a handler does.</summary>
public sealed class ServingTests : PaywallTest
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _proceed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override void Add(IServiceCollection services) => services.AddRequestTimeouts();

    protected override void Map(WebApplication web)
    {
        web.UseExceptionHandler(it => it.Run(http => http.Response.WriteAsync("sorry")));
        web.Use((http, next) =>
        {
            if (http.Request.Path != "/members" || http.Request.Headers.ContainsKey("X-Member")) return next(http);
            http.Response.StatusCode = 401;
            http.Response.Headers.WWWAuthenticate = "Member";
            return Task.CompletedTask;
        });
        web.UseRouting();
        web.UseRequestTimeouts();
        var priced = web.MapGroup("").RequirePayment(25.Sat());
        priced.MapGet("/text", () => Serve("text"));
        priced.MapGet("/nothing", () => Results.NoContent());
        priced.MapGet("/moved", () => Results.Redirect("/text"));
        priced.MapGet("/same", () => Results.StatusCode(304));
        priced.MapGet("/wrong", () => Results.BadRequest());
        priced.MapGet("/forbidden", () => Results.StatusCode(403));
        priced.MapGet("/members", () => "member");
        priced.MapGet("/silent", () => { });
        priced.MapGet("/number/{number:int}", (int number) => number);
        priced.MapGet("/late", async (HttpResponse response) =>
        {
            await response.WriteAsync("half ");
            throw new InvalidOperationException("in the middle");
        });
        priced.MapGet("/cached", (HttpResponse response) =>
        {
            response.Headers.CacheControl = "public, max-age=60, s-maxage=600";
            return "cached";
        });
        priced.MapGet("/stored", (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-store";
            return "not stored";
        });
        priced.MapGet("/atend", async (HttpResponse response, IPaymentMeter meter, bool fails) =>
        {
            meter.IsChargedAtEnd = true;
            await response.WriteAsync("half ");
            if (fails) throw new InvalidOperationException("in the middle");
            await response.WriteAsync("whole");
        });
        priced.MapGet("/slow", async (HttpContext http) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
            return "never";
        }).WithRequestTimeout(TimeSpan.FromMilliseconds(50));
        priced.MapGet("/slowend", async (HttpContext http, IPaymentMeter meter) =>
        {
            meter.IsChargedAtEnd = true;
            await http.Response.WriteAsync("half ");
            await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        }).WithRequestTimeout(TimeSpan.FromMilliseconds(50));
        priced.MapGet("/wait", async (HttpContext http) =>
        {
            _entered.TrySetResult();
            await _proceed.Task;
            return Serve("at last");
        });
        priced.MapGet("/begun", async (HttpContext http) =>
        {
            await http.Response.WriteAsync("half ");
            _entered.TrySetResult();
            await _proceed.Task;
            await http.Response.WriteAsync("whole");
        });
        priced.MapGet("/outage", string () => throw new StoreBusyException("the shop's own store"));
        web.MapGet("/looked", () => Results.NotFound("nothing of that name")).RequirePayment(25.Sat(), it => it.IsDelivered = status => status is < 400 or 404);
    }

    [Fact]
    public async Task While_the_node_is_silent_nobody_is_served_and_all_are_told_when_to_come_again()
    {
        var challenge = await Customer.ChallengeAsync("/text");
        await App.Chain.GoAwayAsync();
        App.Clock.Advance(TimeSpan.FromMinutes(10));
        using (var still = await Customer.PayAsync("/text", challenge, 1_000)) Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        App.Clock.Advance(TimeSpan.FromSeconds(1));
        var served = Served;
        challenge = await Customer.ChallengeAsync("/text");
        foreach (var total in (long[])[1_000, 2_000])
        {
            using var silent = await Customer.PayAsync("/text", challenge, total);
            await AssertRefusedAsync(silent, 503, Own("chain-silent"));
            Assert.InRange(silent.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        }
        Assert.Equal(served, Served);
        await AssertBalanceAsync(1_000, 25_000);

        await App.Chain.ComeBackAsync();
        using var again = await Customer.PayAsync("/text", challenge, 2_000);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        await AssertBalanceAsync(2_000, 50_000);
    }

    [Theory]
    [InlineData("/text", 200)]
    [InlineData("/nothing", 204)]
    [InlineData("/moved", 302)]
    [InlineData("/same", 304)]
    [InlineData("/silent", 200)]
    [InlineData("/number/7", 200)]
    public async Task What_succeeds_is_charged_before_it_leaves(string path, int status)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = App.Once.BaseAddress };
        using var answer = await new PaywallCustomer(http, Customer.Channel).PayAsync(path, 1_000);

        Assert.Equal(status, (int)answer.StatusCode);
        await AssertBalanceAsync(1_000, 25_000);
        var receipt = PaywallCustomer.ReceiptIn(answer);
        Assert.Equal((Customer.Channel.Id, 1_000, 25_000L, 1L), (receipt.ChannelId, receipt.AcceptedCumulative.Satoshi, receipt.Spent.Value, receipt.Units));
        Assert.True(answer.Headers.CacheControl!.Private);
    }

    [Theory]
    [InlineData("/wrong", 400)]
    [InlineData("/forbidden", 403)]
    [InlineData("/outage", 500)]
    [InlineData("/slow", 504)]
    public async Task What_fails_is_not_charged_and_has_neither_receipt_nor_challenge(string path, int status)
    {
        using var answer = await Customer.PayAsync(path, 1_000);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains(PaymentScheme.ReceiptHeader));
        Assert.False(answer.Headers.Contains("WWW-Authenticate"));
        await AssertBalanceAsync(1_000, 0);
    }

    [Fact]
    public async Task Other_authentication_comes_first()
    {
        using var answer = await Customer.SendAsync("/members", (string?)null);
        Assert.Equal((HttpStatusCode.Unauthorized, "Member"), (answer.StatusCode, answer.Headers.WwwAuthenticate.ToString()));
    }

    [Fact]
    public async Task What_a_merchant_sells_as_a_failure_is_charged_and_has_no_receipt()
    {
        using var answer = await Customer.PayAsync("/looked", 1_000);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.False(answer.Headers.Contains(PaymentScheme.ReceiptHeader));
        await AssertBalanceAsync(1_000, 25_000);
    }

    [Theory]
    [InlineData("/cached", "max-age=60, private")]
    [InlineData("/stored", "no-store, private")]
    public async Task What_was_paid_for_is_no_shared_caches(string path, string expected)
    {
        using var answer = await Customer.PayAsync(path, 1_000);
        Assert.Equal(expected.Split(", ").Order(), answer.Headers.CacheControl!.ToString().Split(", ").Order());
    }

    [Fact]
    public async Task What_fails_after_it_began_is_charged_and_cut_off()
    {
        using var answer = await Customer.PayAsync("/late", 1_000);
        Assert.Equal(25_000, PaywallCustomer.ReceiptIn(answer).Spent.Value);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
        await AssertBalanceAsync(1_000, 25_000);
    }

    [Theory]
    [InlineData("/atend?fails=false", 25_000)]
    [InlineData("/atend?fails=true", 0)]
    [InlineData("/slowend", 0)]
    public async Task What_is_charged_at_its_end_is_charged_if_it_comes_to_that(string path, long spent)
    {
        using var answer = await Customer.PayAsync(path, 1_000);
        Assert.False(answer.Headers.Contains(PaymentScheme.ReceiptHeader));
        if (spent > 0) Assert.Equal("half whole", await answer.Content.ReadAsStringAsync());
        else await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
        await BalanceBecomesAsync(1_000, spent);
    }

    [Fact]
    public async Task A_customer_who_hangs_up_before_the_answer_begins_pays_nothing()
    {
        var challenge = await Customer.ChallengeAsync("/wait");
        using (var socket = await AskAndHangUpAsync("/wait", challenge))
        {
            await _entered.Task;
            await EventuallyAsync(async () => (await BalanceAsync()).Reserved.Text is not null);
        }
        await Task.Delay(100);   // a connection's end takes a moment to be seen; too short a one would fail below, never pass
        _proceed.SetResult();
        await BalanceBecomesAsync(1_000, 0);
    }

    [Fact]
    public async Task A_customer_who_hangs_up_in_the_middle_has_paid()
    {
        var challenge = await Customer.ChallengeAsync("/begun");
        using (var socket = await AskAndHangUpAsync("/begun", challenge)) await _entered.Task;
        _proceed.SetResult();
        await BalanceBecomesAsync(1_000, 25_000);
    }

    [Fact]
    public async Task Where_the_charge_cannot_be_stored_nothing_is_delivered_and_it_is_released_later()
    {
        var challenge = await Customer.ChallengeAsync("/text");
        var writes = 0;
        Spy.Instead = (call, _) => call == nameof(IMerchantStore.TryWritePaymentAsync) && ++writes >= 2 ? throw new StoreBusyException("The store") : null;

        using (var failed = await Customer.PayAsync("/text", challenge, 1_000))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
            Assert.DoesNotContain("text", await failed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.False(failed.Headers.Contains(PaymentScheme.ReceiptHeader));
        }
        Assert.NotNull((await BalanceAsync()).Reserved.Text);

        Spy.Instead = null;
        await EventuallyAsync(async () =>
        {
            App.Clock.Advance(TimeSpan.FromSeconds(2));
            return (await BalanceAsync()).Reserved.Text is null;
        });
        await AssertBalanceAsync(1_000, 0);
    }

    [Fact]
    public async Task Where_the_reservation_cannot_be_stored_nothing_is_served()
    {
        var challenge = await Customer.ChallengeAsync("/text");
        Spy.Instead = (call, _) => call == nameof(IMerchantStore.TryWritePaymentAsync) ? throw new StoreBusyException("The store") : null;
        using (var failed = await Customer.PayAsync("/text", challenge, 1_000)) await AssertRefusedAsync(failed, 503, Own("store-unavailable"));
        Spy.Instead = null;
        Assert.Equal(0, Served);
        await AssertBalanceAsync(0, 0);
        using var paid = await Customer.PayAsync("/text", challenge, 1_000);
        Assert.Equal("text", await paid.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_a_crash_leaves_reserved_is_free_again()
    {
        var challenge = await Customer.ChallengeAsync("/text");
        var serving = Customer.PayAsync("/wait", 294);   // 294 sat pay for eleven
        await _entered.Task;
        await EventuallyAsync(async () => (await BalanceAsync()).Reserved.Text is not null);   // it is on its way to disk
        var left = App.Snapshot();
        _proceed.SetResult();
        (await serving).Dispose();
        await App.StopAsync();
        try
        {
            App.Folder = left;
            await App.StartAgainAsync();
            Assert.NotNull((await BalanceAsync()).Reserved.Text);   // as it lay there
            var customer = new PaywallCustomer(App.Once, Customer.Channel);
            for (var i = 0; i < 11; i++)
                using (var paid = await customer.PayAsync("/text", challenge, 294)) Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
            await AssertBalanceAsync(294, 275_000);
        }
        finally
        {
            await App.StopAsync();
            Directory.Delete(left, recursive: true);
        }
    }

    [Fact]
    public async Task Many_at_once_never_overdraw_a_channel()
    {
        const int requests = 100, paidFor = 40;
        var challenge = await Customer.ChallengeAsync("/text");
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = requests }) { BaseAddress = App.Once.BaseAddress };
        var customer = new PaywallCustomer(http, Customer.Channel);

        var answers = await Task.WhenAll(Enumerable.Range(0, requests).Select(_ => customer.PayAsync("/text", challenge, paidFor * 25)));

        Assert.Equal(paidFor, answers.Count(it => it.StatusCode == HttpStatusCode.OK));
        Assert.Equal(requests - paidFor, answers.Count(it => it.StatusCode == HttpStatusCode.PaymentRequired));
        Assert.Equal(paidFor, Served);
        await AssertBalanceAsync(paidFor * 25, paidFor * 25_000);
        Assert.Equal(paidFor, answers.Where(it => it.IsSuccessStatusCode).Select(it => PaywallCustomer.ReceiptIn(it).Spent).Distinct().Count());
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task It_is_the_same_by_HTTP2()
    {
        var customer = new PaywallCustomer(App.Http2, Customer.Channel);
        using (var paid = await customer.PayAsync("/text", 1_000)) Assert.Equal((25_000L, HttpVersion.Version20), (PaywallCustomer.ReceiptIn(paid).Spent.Value, paid.Version));

        using var atEnd = await customer.PayAsync("/atend?fails=false", 1_000);

        Assert.Equal("half whole", await atEnd.Content.ReadAsStringAsync());
        Assert.True(SessionReceipt.TryDecode(Assert.Single(atEnd.TrailingHeaders.GetValues(PaymentScheme.ReceiptHeader)), out var receipt));
        Assert.Equal(50_000, receipt.Spent.Value);
    }

    /// <summary>A connection of one request; its end is the customer's.</summary>
    private async Task<TcpClient> AskAndHangUpAsync(string path, PaymentChallenge challenge)
    {
        var client = new TcpClient();
        await client.ConnectAsync(App.Once.BaseAddress!.Host, App.Once.BaseAddress.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {Customer.Voucher(challenge, 1_000).Write()}\r\n\r\n"));
        return client;
    }
}

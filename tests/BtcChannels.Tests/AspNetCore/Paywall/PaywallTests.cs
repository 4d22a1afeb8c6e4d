using System.Net;
using BtcChannels.AspNetCore.Paywall;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.Tests.AspNetCore.Paywall;

public sealed class PaywallTests : IAsyncLifetime
{
    private MerchantApp _app = null!;
    private PaywallCustomer _customer = null!;
    private int _served;

    public async Task InitializeAsync()
    {
        _app = await MerchantApp.StartAsync(map: web =>
        {
            web.MapGet("/song", () => { Interlocked.Increment(ref _served); return "la la la"; }).RequirePayment(25.Sat());
            web.MapGet("/cheap", () => "ok").RequirePayment(0.25m.Sat());
            web.MapGet("/broken", string () => throw new InvalidOperationException("out of order")).RequirePayment(25.Sat());
            web.MapGet("/missing", () => Results.NotFound()).RequirePayment(25.Sat());
            web.MapPost("/echo", async (HttpRequest request) => await new StreamReader(request.Body).ReadToEndAsync()).RequirePayment(10.Sat());
            web.MapGet("/words", async (HttpResponse response, IPaymentMeter meter) =>
            {
                for (var i = 0; i < 5 && await meter.ChargeAsync(1); i++) await response.WriteAsync($"word{i} ");
            }).RequireMeteredPayment(100.Sat(), "word");
        });
        _customer = new PaywallCustomer(_app.Once, await TestCustomer.OpenAsync(_app));
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Whoever_does_not_pay_is_told_how()
    {
        using var answer = await _customer.SendAsync("/song", (string?)null);

        Assert.Equal(HttpStatusCode.PaymentRequired, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.True(SessionRequest.TryDecode(PaywallCustomer.ChallengeIn(answer).Request, out var request));
        Assert.Equal(25.Sat(), request.Amount);
        Assert.Equal("regtest", request.Network);
        Assert.Equal(0, _served);
    }

    [Fact]
    public async Task Whoever_pays_is_served_with_a_receipt()
    {
        using var answer = await _customer.PayAsync("/song", 1_000);

        Assert.Equal("la la la", await answer.Content.ReadAsStringAsync());
        var receipt = PaywallCustomer.ReceiptIn(answer);
        Assert.Equal((1_000, 25_000L, 1L), (receipt.AcceptedCumulative.Satoshi, receipt.Spent.Value, receipt.Units));
        Assert.True(answer.Headers.CacheControl!.Private);
        var channel = await _app.ChannelAsync(_customer.Channel.Id);
        Assert.Equal((1_000, 25_000L, (string?)null), (channel.Balance.Authorized.Satoshi, channel.Balance.Spent.Value, channel.Balance.Reserved.Text));
    }

    [Fact]
    public async Task Credit_pays_further_requests_with_the_same_voucher_until_it_is_used_up()
    {
        var challenge = await _customer.ChallengeAsync("/song");
        for (var i = 0; i < 24; i++) Assert.Equal(HttpStatusCode.OK, (await _customer.PayAsync("/song", challenge, 600)).StatusCode);

        using var refused = await _customer.PayAsync("/song", challenge, 600);

        Assert.Equal(HttpStatusCode.PaymentRequired, refused.StatusCode);
        Assert.Contains("insufficient-balance", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(24, _served);
    }

    [Theory]
    [InlineData("/broken", HttpStatusCode.InternalServerError)]
    [InlineData("/missing", HttpStatusCode.NotFound)]
    public async Task What_fails_is_not_charged(string path, HttpStatusCode status)
    {
        using var answer = await _customer.PayAsync(path, 1_000);

        Assert.Equal(status, answer.StatusCode);
        Assert.False(answer.Headers.Contains(PaymentScheme.ReceiptHeader));
        var balance = (await _app.ChannelAsync(_customer.Channel.Id)).Balance;
        Assert.Equal((1_000, 0L, (string?)null), (balance.Authorized.Satoshi, balance.Spent.Value, balance.Reserved.Text));
    }

    [Fact]
    public async Task A_repeated_request_has_the_same_answer_and_costs_nothing()
    {
        var challenge = await _customer.ChallengeAsync("/song");
        using var first = await _customer.PayAsync("/song", challenge, 1_000, key: "one");
        using var second = await _customer.PayAsync("/song", challenge, 1_000, key: "one");

        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(1, _served);
        Assert.Equal(25_000, PaywallCustomer.ReceiptIn(second).Spent.Value);
        using var other = await _customer.PayAsync("/cheap", 1_000, key: "one");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
    }

    [Fact]
    public async Task A_body_is_bound_by_its_digest()
    {
        var challenge = await _customer.ChallengeAsync("/echo", HttpMethod.Post, new StringContent("hello"));
        Assert.NotNull(challenge.Digest);
        using var changed = await _customer.PayAsync("/echo", challenge, 1_000, HttpMethod.Post, new StringContent("hullo"));
        Assert.Equal(HttpStatusCode.PaymentRequired, changed.StatusCode);
        using var same = await _customer.PayAsync("/echo", challenge, 1_000, HttpMethod.Post, new StringContent("hello"));
        Assert.Equal("hello", await same.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_challenge_is_good_for_what_it_was_given_for()
    {
        using var elsewhere = await _customer.PayAsync("/cheap", await _customer.ChallengeAsync("/song"), 1_000);

        Assert.Equal(HttpStatusCode.PaymentRequired, elsewhere.StatusCode);
        Assert.Contains("invalid-challenge", await elsewhere.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_metered_answer_waits_for_money_and_goes_on()
    {
        var challenge = await _customer.ChallengeAsync("/words");
        var paying = _customer.PayAsync("/words", challenge, 600);
        using var answer = await paying;
        // Five words are 500 sat; with 600 authorized all of them are there.
        Assert.Equal("word0 word1 word2 word3 word4 ", await answer.Content.ReadAsStringAsync());
        await Eventually(async () => (await _app.ChannelAsync(_customer.Channel.Id)).Balance.Spent == 500.Sat());

        using var paused = await _customer.PayAsync("/words", challenge, 800);
        var reading = paused.Content.ReadAsStringAsync();
        await Task.Delay(100);
        Assert.False(reading.IsCompleted);
        using var voucher = await _customer.PayAsync("/anything", challenge, 1_000, HttpMethod.Head);
        Assert.Equal(HttpStatusCode.OK, voucher.StatusCode);
        Assert.Equal("word0 word1 word2 word3 word4 ", await reading);
        await Eventually(async () => (await _app.ChannelAsync(_customer.Channel.Id)).Balance is { Reserved.Text: null } it && it.Spent == 1_000.Sat());
    }

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 200 && !await holds(); i++) await Task.Delay(20);
        Assert.True(await holds());
    }
}

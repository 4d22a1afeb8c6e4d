using System.Net;
using BtcChannels.Paywall;
using BtcChannels.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>Requests that may be repeated by their <c>Idempotency-Key</c> without a second charge.</summary>
public sealed class KeyedRequestTests : PaywallTest
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _proceed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _fails;

    protected override void Configure(BtcChannels.AspNetCore.BtcChannelsOptions options) => (options.Paywall.MaxBoundBody, options.Paywall.MaxKeptAnswer) = (1_000, 2_000);

    protected override void Map(WebApplication web)
    {
        var priced = web.MapGroup("").RequirePayment(25.Sat());
        priced.MapGet("/count", (HttpResponse response) =>
        {
            response.Headers["X-Count"] = "yes";
            response.Headers.SetCookie = new(["a=1", "b=2"]);
            return Results.Text(Serve($"no. {Served + 1}"), "text/x-count", statusCode: 201);
        });
        priced.MapGet("/nothing", () => { Serve(""); return Results.NoContent(); });
        priced.MapGet("/large/{length:int}", (int length) => Serve(new string('x', length)));
        priced.MapGet("/streamed", async (HttpContext http) =>
        {
            http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
            await http.Response.WriteAsync(Serve("piece by piece"));
        });
        priced.MapGet("/sync/{length:int}", (int length, HttpContext http, bool isAllowed) =>
        {
            http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = isAllowed;
            var part = System.Text.Encoding.ASCII.GetBytes(Serve(new string('x', 100)));
            for (var written = 0; written < length; written += part.Length) http.Response.Body.Write(part);
            http.Response.Body.Flush();
        });
        priced.MapPost("/echo", async (HttpRequest request) => Serve(await new StreamReader(request.Body).ReadToEndAsync()));
        priced.MapGet("/wait", async () =>
        {
            _entered.TrySetResult();
            await _proceed.Task;
            return Serve("at last");
        });
        priced.MapGet("/moody", () => _fails ? Results.StatusCode(500) : Results.Text(Serve("well")));
        web.MapGet("/words", async (BtcChannels.AspNetCore.Paywall.IPaymentMeter meter) => await meter.ChargeAsync(1) ? Serve("word") : "").RequireMeteredPayment(25.Sat(), "word");
    }

    [Fact]
    public async Task A_repetition_has_the_same_answer_and_costs_nothing()
    {
        var challenge = await Customer.ChallengeAsync("/count");
        using var first = await Customer.PayAsync("/count", challenge, 1_000, key: "one");
        using var second = await Customer.PayAsync("/count", challenge, 1_000, key: "one");

        Assert.Equal((HttpStatusCode.Created, "no. 1"), (first.StatusCode, await first.Content.ReadAsStringAsync()));
        Assert.Equal((HttpStatusCode.Created, "no. 1"), (second.StatusCode, await second.Content.ReadAsStringAsync()));
        Assert.Equal("text/x-count", second.Content.Headers.ContentType!.MediaType);
        Assert.Equal("yes", Assert.Single(second.Headers.GetValues("X-Count")));
        Assert.Equal(["a=1", "b=2"], second.Headers.GetValues("Set-Cookie"));
        Assert.True(second.Headers.CacheControl!.Private);
        Assert.Equal((25_000L, 1L), (PaywallCustomer.ReceiptIn(first).Spent.Value, PaywallCustomer.ReceiptIn(first).Units));
        Assert.Equal((25_000L, 0L), (PaywallCustomer.ReceiptIn(second).Spent.Value, PaywallCustomer.ReceiptIn(second).Units));
        Assert.Equal(1, Served);
        await AssertBalanceAsync(1_000, 25_000);
        using var other = await Customer.PayAsync("/count", challenge, 1_000, key: "two");
        Assert.Equal("no. 2", await other.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(2_000, true)]
    [InlineData(2_000, false)]   // nothing is written to the server before the end
    public async Task What_is_written_synchronously_is_kept_too(int length, bool isAllowed)
    {
        for (var i = 0; i < 2; i++)
        {
            using var answer = await Customer.PayAsync($"/sync/{length}?isAllowed={isAllowed}", 1_000, key: "one");
            Assert.Equal((HttpStatusCode.OK, new string('x', length)), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }
        Assert.Equal(1, Served);
        await AssertBalanceAsync(1_000, 25_000);
    }

    [Fact]
    public async Task What_is_written_synchronously_and_is_too_large_to_be_kept_arrives_whole_and_is_charged_once()
    {
        using (var answer = await Customer.PayAsync("/sync/5000?isAllowed=true", 1_000, key: "one"))
            Assert.Equal((HttpStatusCode.OK, new string('x', 5_000)), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        await BalanceBecomesAsync(1_000, 25_000);
        using var again = await Customer.PayAsync("/sync/5000?isAllowed=true", 1_000, key: "one");
        await AssertRefusedAsync(again, 409, Own("answer-not-kept"));
        Assert.Equal(1, Served);
    }

    [Fact]
    public async Task What_the_server_does_not_let_be_written_synchronously_is_a_fault_and_free()
    {
        using var answer = await Customer.PayAsync("/sync/5000?isAllowed=false", 1_000, key: "one");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        await BalanceBecomesAsync(1_000, 0);
    }

    [Fact]
    public async Task All_that_is_sent_with_a_key_may_be_sent_twice()
    {
        var customer = new PaywallCustomer(App.Http, Customer.Channel);   // which does that
        for (var i = 1; i <= 3; i++)
            using (var paid = await customer.PayAsync("/count", await Customer.ChallengeAsync("/count"), i * 1_000, key: $"key {i}")) Assert.Equal($"no. {i}", await paid.Content.ReadAsStringAsync());
        await AssertBalanceAsync(3_000, 75_000);
    }

    [Fact]
    public async Task Who_has_the_whole_answer_may_ask_for_it_again_at_once()
    {
        var challenge = await Customer.ChallengeAsync("/large/2000");
        for (var i = 1; i <= 20; i++)
        {
            using var first = await Customer.PayAsync("/large/2000", challenge, i * 1_000, key: $"key {i}");
            using var second = await Customer.PayAsync("/large/2000", challenge, i * 1_000, key: $"key {i}");
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        }
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/large/0")]
    [InlineData("/large/2000")]
    public async Task Empty_answers_and_those_as_large_as_may_be_are_kept(string path)
    {
        var challenge = await Customer.ChallengeAsync(path);
        using var first = await Customer.PayAsync(path, challenge, 1_000, key: "one");
        using var second = await Customer.PayAsync(path, challenge, 1_000, key: "one");
        Assert.Equal((first.StatusCode, await first.Content.ReadAsStringAsync()), (second.StatusCode, await second.Content.ReadAsStringAsync()));
        Assert.True(second.IsSuccessStatusCode);
        Assert.Equal(1, Served);
    }

    [Theory]
    [InlineData("/large/2001")]
    [InlineData("/large/300000")]
    [InlineData("/streamed")]
    public async Task Of_larger_and_streamed_ones_it_is_known_that_they_were_paid(string path)
    {
        var challenge = await Customer.ChallengeAsync(path);
        using (var first = await Customer.PayAsync(path, challenge, 1_000, key: "one"))
        {
            Assert.True(first.IsSuccessStatusCode);
            Assert.NotEmpty(await first.Content.ReadAsStringAsync());
        }
        using (var second = await Customer.PayAsync(path, challenge, 1_000, key: "one")) await AssertRefusedAsync(second, 409, Own("answer-not-kept"));
        Assert.Equal(1, Served);
        await AssertBalanceAsync(1_000, 25_000);
    }

    [Fact]
    public async Task The_same_key_with_another_request_is_refused()
    {
        using (var first = await Customer.PayAsync("/echo", 1_000, HttpMethod.Post, Text("hello"), "one")) Assert.Equal("hello", await first.Content.ReadAsStringAsync());
        using (var body = await Customer.PayAsync("/echo", 1_000, HttpMethod.Post, Text("hullo"), "one")) await AssertRefusedAsync(body, 422, Own("idempotency-key-reused"));
        using (var query = await Customer.PayAsync("/echo?x", 1_000, HttpMethod.Post, Text("hello"), "one")) await AssertRefusedAsync(query, 422, Own("idempotency-key-reused"));
        using (var path = await Customer.PayAsync("/count", 1_000, key: "one")) await AssertRefusedAsync(path, 422, Own("idempotency-key-reused"));
        using (var same = await Customer.PayAsync("/echo", 1_000, HttpMethod.Post, Text("hello"), "one")) Assert.Equal("hello", await same.Content.ReadAsStringAsync());
        Assert.Equal(1, Served);
        // Nor does anybody else learn anything of it.
        using var stranger = await new PaywallCustomer(App.Once, await TestCustomer.OpenAsync(App)).PayAsync("/echo", 1_000, HttpMethod.Post, Text("hello"), "one");
        Assert.Equal(1, PaywallCustomer.ReceiptIn(stranger).Units);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public async Task A_key_is_a_name_of_1_to_255_letters(int length)
    {
        var challenge = await Customer.ChallengeAsync("/count");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/count");
        request.Headers.TryAddWithoutValidation("Authorization", Customer.Voucher(challenge, 1_000).Write());
        request.Headers.TryAddWithoutValidation("Idempotency-Key", new string('k', length));
        using var refused = await App.Once.SendAsync(request);
        await AssertRefusedAsync(refused, 400, Own("idempotency-key-malformed"));
        Assert.Equal(0, Served);
    }

    [Fact]
    public async Task A_body_that_is_too_large_to_be_compared_is_refused()
    {
        using var refused = await Customer.PayAsync("/echo", 1_000, HttpMethod.Post, Text(new string('x', 1_001)), "one");
        await AssertRefusedAsync(refused, 413, Own("idempotency-key-body-too-large"));
        await AssertBalanceAsync(0, 0);
    }

    [Fact]
    public async Task While_one_is_under_way_its_repetition_waits()
    {
        var challenge = await Customer.ChallengeAsync("/wait");
        var serving = Customer.PayAsync("/wait", challenge, 1_000, key: "one");
        await _entered.Task;
        using (var busy = await Customer.PayAsync("/wait", challenge, 1_000, key: "one"))
        {
            await AssertRefusedAsync(busy, 409, Own("request-under-way"));
            Assert.Equal("1", busy.Headers.RetryAfter!.ToString());
        }
        _proceed.SetResult();
        (await serving).Dispose();
        using var again = await Customer.PayAsync("/wait", challenge, 1_000, key: "one");
        Assert.Equal("at last", await again.Content.ReadAsStringAsync());
        Assert.Equal(1, Served);
    }

    [Fact]
    public async Task What_failed_is_not_kept_and_may_be_tried_again()
    {
        var challenge = await Customer.ChallengeAsync("/moody");
        _fails = true;
        using (var failed = await Customer.PayAsync("/moody", challenge, 1_000, key: "one")) Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        _fails = false;
        using var well = await Customer.PayAsync("/moody", challenge, 1_000, key: "one");
        Assert.Equal("well", await well.Content.ReadAsStringAsync());
        await AssertBalanceAsync(1_000, 25_000);
    }

    [Fact]
    public async Task Answers_outlive_a_restart_and_are_forgotten_after_a_day()
    {
        using (var first = await Customer.PayAsync("/count", 1_000, key: "one")) Assert.Equal("no. 1", await first.Content.ReadAsStringAsync());
        await App.RestartAsync();
        var customer = new PaywallCustomer(App.Once, Customer.Channel);
        using (var again = await customer.PayAsync("/count", 1_000, key: "one")) Assert.Equal("no. 1", await again.Content.ReadAsStringAsync());

        await App.WaitAsync(TimeSpan.FromDays(1));
        using (var last = await customer.PayAsync("/count", 1_000, key: "one")) Assert.Equal("no. 1", await last.Content.ReadAsStringAsync());
        await App.WaitAsync(TimeSpan.FromSeconds(1));
        using (var later = await customer.PayAsync("/count", 1_000, key: "one")) Assert.Equal("no. 2", await later.Content.ReadAsStringAsync());
        await AssertBalanceAsync(1_000, 50_000);
    }

    [Fact]
    public async Task An_answer_that_another_instance_kept_meanwhile_is_found_before_anything_is_served()
    {
        using (var first = await Customer.PayAsync("/count", 1_000, key: "one")) Assert.True(first.IsSuccessStatusCode);
        var looks = 0;
        // As it looks to an instance that asks a moment before the other one has answered.
        Spy.Instead = (call, _) => call == nameof(IMerchantStore.FindAnswerAsync) && ++looks == 1 ? Task.FromResult<KeptAnswer?>(null) : null;

        using var second = await Customer.PayAsync("/count", 1_000, key: "one");

        Assert.Equal("no. 1", await second.Content.ReadAsStringAsync());
        Assert.Equal((2, 1), (looks, Served));
        await AssertBalanceAsync(1_000, 25_000);
    }

    [Fact]
    public async Task A_repetition_is_only_for_whoever_can_sign()
    {
        using (var first = await Customer.PayAsync("/count", 1_000, key: "one")) Assert.True(first.IsSuccessStatusCode);
        var challenge = await Customer.ChallengeAsync("/count");
        var forged = new PaymentCredential(challenge, new VoucherPayload(Customer.Channel.Id, new SignedPayment(Money.Satoshis(1_001), Customer.Channel.Sign(1_002).Signature)));
        using var refused = await Customer.SendAsync("/count", forged, key: "one");
        await AssertRefusedAsync(refused, 402, PaymentProblems.InvalidSignature);
    }

    [Fact]
    public async Task Metered_answers_are_not_kept()
    {
        for (var i = 1; i <= 2; i++)
            using (var paid = await Customer.PayAsync("/words", 1_000, key: "one")) Assert.Equal("word", await paid.Content.ReadAsStringAsync());
        Assert.Equal(2, Served);
        await BalanceBecomesAsync(1_000, 50_000);
    }
}

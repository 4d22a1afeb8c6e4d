using System.Net;
using System.Text;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>What a challenge is good for, and for how long.</summary>
public sealed class ChallengeTests : PaywallTest
{
    private MilliSatoshi _price = 25.Sat();

    protected override void Configure(BtcChannels.AspNetCore.BtcChannelsOptions options) => options.Paywall.MaxBoundBody = 1_000;

    protected override void Map(WebApplication web)
    {
        web.MapMethods("/song", ["GET", "HEAD", "POST"], () => Serve("la")).RequirePayment(25.Sat(), it => it.Description = "One \"song\"");
        web.MapGet("/other", () => Serve("la")).RequirePayment(25.Sat());
        web.MapGet("/dear", () => Serve("la")).RequirePayment(26.Sat());
        web.MapGet("/words", () => Serve("la")).RequireMeteredPayment(25.Sat(), "word");
        web.MapGet("/moody", () => Serve("la")).RequirePayment(_ => _price);
        web.MapPost("/echo", async (HttpRequest request) => Serve(await new StreamReader(request.Body).ReadToEndAsync())).RequirePayment(25.Sat());
    }

    [Fact]
    public async Task A_challenge_says_all_that_is_needed_to_pay()
    {
        using var answer = await Customer.SendAsync("/song", (string?)null);

        await AssertRefusedAsync(answer, 402, PaymentProblems.PaymentRequired);
        Assert.True(answer.Headers.GetValues("WWW-Authenticate").Single().Length < 8_192);
        var challenge = PaywallCustomer.ChallengeIn(answer);
        Assert.Equal((MerchantApp.Origin, "bitcoin", "session", "One \"song\""), (challenge.Realm, challenge.Method, challenge.Intent, challenge.Description));
        Assert.Equal(App.Clock.GetUtcNow() + TimeSpan.FromHours(1), challenge.ExpiresAt);
        Assert.True(SessionRequest.TryDecode(challenge.Request, out var request));
        var policy = App.Policy;
        Assert.Equal((25.Sat(), "request", "regtest", "/channels/v1", policy.MinDeposit, policy.Confirmations), (request.Amount, request.UnitType, request.Network, request.Channels, request.MinDeposit, request.MinConfirmations));
        Assert.Equal(["p2sh"], request.Kinds);
        Assert.True(request.SuggestedDeposit! >= policy.MinDeposit && request.SuggestedDeposit! <= policy.MaxDeposit);
        Assert.Equal(Customer.Channel.Offer.CloseFeeSat, request.CloseFee.Satoshi);
        Assert.Null(request.ChannelId);
    }

    [Theory]
    [InlineData("/other")]
    [InlineData("/dear")]
    [InlineData("/words")]
    public async Task It_is_for_its_route_price_and_unit(string elsewhere)
    {
        using var refused = await Customer.PayAsync(elsewhere, await Customer.ChallengeAsync("/song"), 1_000);
        await AssertRefusedAsync(refused, 402, PaymentProblems.InvalidChallenge);
        await AssertBalanceAsync(0, 0);
    }

    [Fact]
    public async Task It_is_for_its_method_and_HEAD_asks_for_the_price_of_GET()
    {
        using (var post = await Customer.PayAsync("/song", await Customer.ChallengeAsync("/song"), 1_000, HttpMethod.Post)) await AssertRefusedAsync(post, 402, PaymentProblems.InvalidChallenge);
        using var get = await Customer.PayAsync("/song", await Customer.ChallengeAsync("/song", HttpMethod.Head), 1_000);
        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
    }

    [Fact]
    public async Task A_price_that_has_changed_is_asked_for_again()
    {
        var challenge = await Customer.ChallengeAsync("/moody");
        _price = 30.Sat();

        using var refused = await Customer.PayAsync("/moody", challenge, 1_000);
        await AssertRefusedAsync(refused, 402, PaymentProblems.InvalidChallenge);
        using var paid = await Customer.PayAsync("/moody", PaywallCustomer.ChallengeIn(refused), 1_000);

        Assert.Equal(30.Sat(), PaywallCustomer.ReceiptIn(paid).Spent);
    }

    [Fact]
    public async Task An_expired_one_is_answered_with_a_fresh_one()
    {
        var challenge = await Customer.ChallengeAsync("/song");
        await App.WaitAsync(TimeSpan.FromHours(1));
        using (var last = await Customer.PayAsync("/song", challenge, 1_000)) Assert.Equal(HttpStatusCode.OK, last.StatusCode);
        await App.WaitAsync(TimeSpan.FromSeconds(1));

        using var late = await Customer.PayAsync("/song", challenge, 1_000);

        await AssertRefusedAsync(late, 402, PaymentProblems.PaymentExpired);
        using var again = await Customer.PayAsync("/song", PaywallCustomer.ChallengeIn(late), 1_000);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        await AssertBalanceAsync(1_000, 50_000);
    }

    [Fact]
    public async Task A_challenge_outlives_the_key_that_made_it_and_later_it_is_a_strangers()
    {
        var day = TimeSpan.FromDays(1);
        await App.WaitUntilAsync((((App.Clock.Now / 86_400) + 1) * 86_400) - 60);   // a minute before the key changes
        var challenge = await Customer.ChallengeAsync("/song");
        await App.WaitAsync(TimeSpan.FromMinutes(30));
        using (var next = await Customer.PayAsync("/song", challenge, 1_000)) Assert.Equal(HttpStatusCode.OK, next.StatusCode);

        await App.WaitAsync(day - TimeSpan.FromMinutes(30));
        using (var later = await Customer.PayAsync("/song", challenge, 1_000)) await AssertRefusedAsync(later, 402, PaymentProblems.PaymentExpired);
        await App.WaitAsync(day);
        using (var latest = await Customer.PayAsync("/song", challenge, 1_000)) await AssertRefusedAsync(latest, 402, PaymentProblems.InvalidChallenge);
    }

    [Fact]
    public async Task It_outlives_a_restart_of_the_server()
    {
        var challenge = await Customer.ChallengeAsync("/song");
        await App.RestartAsync();
        using var paid = await new PaywallCustomer(App.Once, Customer.Channel).PayAsync("/song", challenge, 1_000);
        Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
    }

    [Fact]
    public async Task Another_merchants_challenge_is_none()
    {
        await using var other = await MerchantApp.StartAsync(map: Map);
        var challenge = await new PaywallCustomer(other.Once, Customer.Channel).ChallengeAsync("/song");
        using var refused = await Customer.PayAsync("/song", challenge, 1_000);
        await AssertRefusedAsync(refused, 402, PaymentProblems.InvalidChallenge);
    }

    [Fact]
    public async Task A_body_is_bound_and_another_one_is_refused()
    {
        var challenge = await Customer.ChallengeAsync("/echo", HttpMethod.Post, Text("hello"));
        Assert.Equal(ContentDigest.Of("hello"u8), challenge.Digest);

        foreach (var other in (string[])["hullo", "", new string('x', 1_001)])
            using (var refused = await Customer.PayAsync("/echo", challenge, 1_000, HttpMethod.Post, Text(other))) await AssertRefusedAsync(refused, 402, PaymentProblems.VerificationFailed);
        using (var none = await Customer.PayAsync("/echo", challenge, 1_000, HttpMethod.Post)) await AssertRefusedAsync(none, 402, PaymentProblems.VerificationFailed);

        Assert.Equal(0, Served);
        await AssertBalanceAsync(0, 0);
        using var same = await Customer.PayAsync("/echo", challenge, 1_000, HttpMethod.Post, Text("hello"));
        Assert.Equal("hello", await same.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1_000, false)]
    [InlineData(1_001, false)]
    [InlineData(200_000, false)]
    [InlineData(999, true)]
    [InlineData(1_000, true)]
    [InlineData(1_001, true)]
    [InlineData(200_000, true)]
    public async Task A_body_of_any_size_and_form_comes_to_the_handler_whole(int length, bool isChunked)
    {
        var text = string.Concat(Enumerable.Range(0, (length / 8) + 1).Select(it => $"{it:00000000}"))[..length];
        HttpContent Body() => isChunked ? new Chunked(text) : Text(text);

        var challenge = await Customer.ChallengeAsync("/echo", HttpMethod.Post, Body());
        Assert.Equal(length <= 1_000, challenge.Digest is not null);
        using var paid = await Customer.PayAsync("/echo", challenge, 1_000, HttpMethod.Post, Body());

        Assert.Equal(text, await paid.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("bitcoin/session", false)]
    [InlineData("lightning/*;q=0.9, bitcoin/*;q=0.1", false)]
    [InlineData("*/*", false)]
    [InlineData("nonsense;;;", false)]
    [InlineData("bitcoin/session;q=7", false)]
    [InlineData("", false)]
    [InlineData("lightning/charge", true)]
    [InlineData("bitcoin/session;q=0", true)]
    [InlineData("*/*, bitcoin/session;q=0.000", true)]
    public async Task Accept_Payment_never_leaves_a_402_without_a_challenge(string field, bool isNoted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/song");
        request.Headers.TryAddWithoutValidation("Accept-Payment", field);
        using var answer = await App.Once.SendAsync(request);
        await AssertRefusedAsync(answer, 402, PaymentProblems.PaymentRequired);
        Assert.Equal(isNoted, (await answer.Content.ReadAsStringAsync()).Contains("Accept-Payment", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true)]
    [InlineData("*/*", false)]
    [InlineData("application/json, text/html;q=0.5", false)]
    [InlineData("text/html;q=0", false)]
    [InlineData("rubbish", false)]
    public async Task A_browser_gets_a_page_and_everything_else_the_problem(string accept, bool isPage)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/song?x=<b>'");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.Host = "proxy.internal";

        using var answer = await App.Once.SendAsync(request);

        Assert.Equal((HttpStatusCode.PaymentRequired, true), (answer.StatusCode, answer.Headers.CacheControl!.NoStore));
        PaywallCustomer.ChallengeIn(answer);
        Assert.Equal(isPage ? "text/html" : "application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        if (!isPage) return;
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("25 sat", page, StringComparison.Ordinal);
        Assert.Contains(MerchantApp.Origin + "/song", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.DoesNotContain("proxy.internal", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    /// <summary>Of no length that is told beforehand.</summary>
    private sealed class Chunked(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

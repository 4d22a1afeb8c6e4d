using System.Net;
using System.Text;
using BtcChannels.Client;
using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class PaymentHandlerTests
{
    // The first total that the network would relay, for a P2WPKH output.
    private static readonly Money Dust = Money.Satoshis(294L);

    [Fact]
    public async Task A_priced_request_is_paid_for_and_sent_again_with_its_body()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        using var request = new HttpRequestMessage(HttpMethod.Post, PayRig.Address) { Content = new StringContent("6 x 7") };
        using var response = await rig.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, "served 6 x 7"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal([null, Dust], rig.Paywall.Requests.Select(it => it.Total));
        Assert.All(rig.Paywall.Requests, it => Assert.Equal((HttpMethod.Post, "6 x 7"), (it.Method, it.Body)));
        Assert.Equal(25.Sat(), rig.Paywall.SpentOf(channel.Id));

        var receipt = response.GetPaymentReceipt();
        Assert.Equal((channel.Id, Dust, 25.Sat(), 1), (receipt!.ChannelId, receipt.AcceptedCumulative, receipt.Spent, receipt.Units));
        Assert.Null(request.Headers.Authorization);
        Assert.Equal(Dust, (await rig.Rig.ReadAsync(channel)).Acknowledged);
    }

    [Fact]
    public async Task What_becomes_free_is_not_paid_for_again()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        (await rig.GetAsync()).Dispose();
        rig.Paywall.Before = _ => new(HttpStatusCode.OK);
        for (var i = 0; i < 3; i++) (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal([false, true, true, false, false], rig.Paywall.Requests.Select(it => it.Credential is not null));
    }

    [Fact]
    public async Task Requests_say_what_they_can_be_paid_with_unless_the_caller_does()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        using var request = new HttpRequestMessage(HttpMethod.Get, PayRig.Address);
        (await rig.Http.SendAsync(request)).Dispose();
        var accept = AcceptPayment.Parse(Assert.Single(request.Headers.GetValues(PaymentScheme.AcceptHeader)));
        Assert.Equal((1, 0.1), (accept!.Quality("bitcoin", "session"), accept.Quality("lightning", "charge")));
        using var own = new HttpRequestMessage(HttpMethod.Get, PayRig.Address);
        own.Headers.Add(PaymentScheme.AcceptHeader, "bitcoin/session");
        (await rig.Http.SendAsync(own)).Dispose();
        Assert.Equal("bitcoin/session", Assert.Single(own.Headers.GetValues(PaymentScheme.AcceptHeader)));
    }

    [Fact]
    public async Task What_is_free_or_asked_for_in_another_way_is_handed_back_as_it_is()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        rig.Paywall.Before = _ => new(HttpStatusCode.OK) { Content = new StringContent("free") };
        Assert.Equal("free", await rig.Http.GetStringAsync(PayRig.Address));
        rig.Paywall.Before = _ =>
        {
            var answer = new HttpResponseMessage(HttpStatusCode.PaymentRequired) { Content = new StringContent("pay at the desk") };
            answer.Headers.TryAddWithoutValidation("WWW-Authenticate", "Payment id=\"i\", realm=\"r\", method=\"lightning\", intent=\"charge\", request=\"e30\"");
            return answer;
        };
        using var response = await rig.GetAsync();
        Assert.Equal((HttpStatusCode.PaymentRequired, "pay at the desk"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Null(response.GetPaymentReceipt());
        Assert.All(rig.Paywall.Requests, it => Assert.Null(it.Credential));
    }

    [Fact]
    public async Task Credit_is_used_before_anything_new_is_signed_and_a_known_price_is_paid_at_once()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        await rig.HoldAsync();
        for (var i = 0; i < 12; i++) (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(13, rig.Paywall.Requests.Count);
        Assert.Equal([.. Enumerable.Repeat(Dust, 11), Money.Satoshis(300L)], rig.Paywall.Totals);
        Assert.Equal(300.Sat(), rig.Paywall.SpentOf(channel.Id));
    }

    [Fact]
    public async Task A_voucher_may_cover_more_than_its_request()
    {
        var (rig, _) = await PayRig.WithChannelAsync(new() { AuthorizeAhead = Money.Satoshis(1_000L) });
        await using var __ = rig;
        await rig.HoldAsync();
        for (var i = 0; i < 50; i++) (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal([1_294L], rig.Paywall.Totals.Distinct().Select(it => it.Satoshi));
    }

    [Fact]
    public async Task Fractions_of_a_satoshi_add_up()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        rig.Paywall.Price = 100.25m.Sat();
        for (var i = 0; i < 4; i++) (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal([294L, 294L, 301L, 401L], rig.Paywall.Totals.Select(it => it.Satoshi));
        Assert.Equal(401.Sat(), rig.Paywall.SpentOf(channel.Id));
    }

    [Fact]
    public async Task A_signature_is_on_disk_before_it_is_sent()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        List<Money> stored = [];
        rig.Paywall.Before = came =>
        {
            if (came.Total is not null) stored.Add(rig.Rig.OnDisk().Single().Authorized);
            return null;
        };
        rig.Paywall.Price = 200.Sat();
        for (var i = 0; i < 3; i++) (await rig.GetAsync()).Dispose();
        Assert.Equal(rig.Paywall.Totals, stored);
        Assert.Equal([294L, 400L, 600L], stored.Select(it => it.Satoshi));
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_with_the_same_bytes_and_costs_nothing_more()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        var losses = 2;
        rig.Paywall.After = (came, answer) => came.Credential is not null && losses-- > 0 ? throw FakeMerchant.LostReply() : answer;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        var paid = rig.Paywall.Requests.Where(it => it.Credential is not null).ToList();
        Assert.Equal(3, paid.Count);
        Assert.Single(paid.Select(it => it.Credential!.Write()).Distinct());
        Assert.NotNull(Assert.Single(paid.Select(it => it.IdempotencyKey).Distinct()));
        Assert.Equal(25.Sat(), rig.Paywall.SpentOf(channel.Id));
    }

    [Fact]
    public async Task Lost_answers_are_asked_for_a_bounded_number_of_times_and_count_as_spent_until_a_receipt_tells()
    {
        var (rig, channel) = await PayRig.WithChannelAsync(new() { MaxRetries = 1 });
        await using var _ = rig;
        rig.Paywall.Price = 200.Sat();
        rig.Paywall.Before = came => came.Credential is null ? null : throw FakeMerchant.LostReply();
        await Assert.ThrowsAsync<HttpRequestException>(rig.GetAsync);
        Assert.Equal([294L, 294L], rig.Paywall.Totals.Select(it => it.Satoshi));

        rig.Paywall.Before = _ => null;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();   // as if the lost one had cost 200
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();   // by the receipt it had not
        Assert.Equal([400L, 400L], rig.Paywall.Totals.Skip(2).Select(it => it.Satoshi));
        Assert.Equal(400.Sat(), rig.Paywall.SpentOf(channel.Id));
    }

    [Fact]
    public async Task Each_request_has_an_idempotency_key_of_its_own_or_the_callers()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        (await rig.GetAsync()).Dispose();
        (await rig.GetAsync()).Dispose();
        using var own = new HttpRequestMessage(HttpMethod.Get, PayRig.Address);
        own.Headers.Add("Idempotency-Key", "mine");
        (await rig.Http.SendAsync(own)).Dispose();
        var keys = rig.Paywall.Requests.Where(it => it.Credential is not null).Select(it => it.IdempotencyKey).ToList();
        Assert.Equal(3, keys.Distinct().Count());
        Assert.Equal("mine", keys[2]);
    }

    [Fact]
    public async Task Failures_of_the_service_cost_nothing()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        rig.Paywall.Price = 294.Sat();
        rig.Paywall.Serve = _ => new(HttpStatusCode.InternalServerError);
        Assert.Equal(HttpStatusCode.InternalServerError, (await rig.GetAsync()).StatusCode);
        rig.Paywall.Serve = _ => new(HttpStatusCode.OK);
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.All(rig.Paywall.Totals, it => Assert.Equal(Dust, it));
        Assert.Equal(294.Sat(), rig.Paywall.SpentOf(channel.Id));
    }

    [Fact]
    public async Task Credit_is_known_again_after_a_restart()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        await rig.RestartAsync();
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal([Dust, Dust], rig.Paywall.Totals);
    }

    [Fact]
    public async Task Requests_at_the_same_time_share_a_channel_and_pay_each_for_itself()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        await rig.HoldAsync();
        rig.Paywall.Price = 30.Sat();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => rig.GetAsync()));
        Assert.All(answers, it => Assert.Equal(HttpStatusCode.OK, it.StatusCode));
        Assert.Equal(1_200.Sat(), rig.Paywall.SpentOf(channel.Id));
        Assert.Equal(1_200, rig.Rig.Merchant[channel.Id].Balance.Authorized.Satoshi);
        Assert.Equal(1_200, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task An_expired_challenge_is_made_good_by_a_fresh_one_and_the_same_voucher()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        var old = 2;
        rig.Paywall.Before = came => came.Credential is not null && old-- > 0 ? Fresh(PaymentProblems.PaymentExpired) : null;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal([Dust, Dust, Dust], rig.Paywall.Totals);
        Assert.Equal(25.Sat(), rig.Paywall.SpentOf(channel.Id));

        HttpResponseMessage Fresh(string problem)
        {
            var answer = FakePaywall.Problem(HttpStatusCode.PaymentRequired, problem);
            answer.Headers.TryAddWithoutValidation("WWW-Authenticate", rig.Paywall.Requests[^1].Credential!.Challenge.Write());
            return answer;
        }
    }

    [Fact]
    public async Task A_challenge_that_was_kept_is_not_used_past_its_time()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        rig.Paywall.Lifetime = TimeSpan.FromSeconds(2);
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        await Task.Delay(TimeSpan.FromSeconds(2.1));
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal([true, false, true, false], rig.Paywall.Requests.Select(it => it.Credential is null));
    }

    [Fact]
    public async Task A_challenge_for_a_body_is_answered_with_that_body_and_with_no_other()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        rig.Paywall.HasDigests = true;
        foreach (var body in (string[])["one", "two"])
            Assert.Equal($"served {body}", await (await rig.Http.PostAsync(PayRig.Address, new StringContent(body))).Content.ReadAsStringAsync());
        Assert.Equal(4, rig.Paywall.Requests.Count);
        rig.Paywall.ChangeChallenge = it => it with { Digest = ContentDigest.Of("three"u8) };
        Assert.Equal(PaymentRefusal.ChallengeMalformed, (await Assert.ThrowsAsync<PaymentRefusedException>(() => rig.Http.PostAsync(PayRig.Address, new StringContent("one")))).Reason);
    }

    [Fact]
    public async Task A_request_that_is_cancelled_leaves_what_it_may_have_cost_set_apart()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        rig.Paywall.Price = 200.Sat();
        using var stop = new CancellationTokenSource();
        rig.Paywall.After = (came, answer) =>
        {
            if (came.Credential is null) return answer;
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Http.GetAsync(new Uri(PayRig.Address), stop.Token));
        rig.Paywall.After = (_, answer) => answer;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal([294L, 400L], rig.Paywall.Totals.Select(it => it.Satoshi));
        Assert.Equal(400.Sat(), rig.Paywall.SpentOf(channel.Id));
    }

    [Fact]
    public async Task A_body_that_cannot_be_sent_again_is_sent_once_and_not_paid_for()
    {
        var (rig, _) = await PayRig.WithChannelAsync(new() { MaxBodyBytes = 100 });
        await using var __ = rig;
        foreach (var content in (HttpContent[])[new ByteArrayContent(new byte[101]), new EndlessContent()])
            Assert.Equal(PaymentRefusal.BodyNotRepeatable, (await Assert.ThrowsAsync<PaymentRefusedException>(() => rig.Http.PostAsync(PayRig.Address, content))).Reason);
        Assert.Equal(2, rig.Paywall.Requests.Count);
        Assert.All(rig.Paywall.Requests, it => Assert.Null(it.Credential));
        (await rig.Http.PostAsync(PayRig.Address, new ByteArrayContent(new byte[100]))).EnsureSuccessStatusCode().Dispose();
    }

    [Fact]
    public async Task Another_authorization_leaves_no_room_to_pay()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        using var http = new HttpClient(new PaymentHandler(rig.Payer, new PricedHandler())) { DefaultRequestHeaders = { { "Authorization", "Basic eDp5" } } };
        Assert.Equal(PaymentRefusal.AuthorizationTaken, (await Assert.ThrowsAsync<PaymentRefusedException>(() => http.GetAsync(new Uri(PayRig.Address)))).Reason);
    }

    /// <summary>Asks for money, whoever comes.</summary>
    private sealed class PricedHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var price = new SessionRequest(1.Sat(), "request", null, "regtest", "/channels/v1", Money.Satoshis(20_000L), 1, Money.Satoshis(1_000L), ["p2sh"]);
            var answer = new HttpResponseMessage(HttpStatusCode.PaymentRequired);
            answer.Headers.TryAddWithoutValidation("WWW-Authenticate", new PaymentChallenge("i", "r", "bitcoin", "session", price.Encode()).Write());
            return Task.FromResult(answer);
        }
    }

    private sealed class EndlessContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(Encoding.UTF8.GetBytes("unknown length")).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

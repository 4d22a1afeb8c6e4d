using System.Net;
using BtcChannels.Paywall;
using Microsoft.AspNetCore.Builder;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Paywall;

/// <summary>The actions <c>open</c>, <c>voucher</c> alone and <c>close</c>, sent to the address of the paid request.</summary>
public sealed class PaywallActionTests : PaywallTest
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _proceed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override void Map(WebApplication web)
    {
        web.MapGet("/song", () => Serve("la")).RequirePayment(25.Sat());
        web.MapPost("/post", () => Serve("la")).RequirePayment(25.Sat());
        web.MapMethods("/both", ["GET", "HEAD"], () => Serve("la")).RequirePayment(25.Sat());
        web.MapGet("/wait", async () =>
        {
            _entered.TrySetResult();
            await _proceed.Task;
            return Serve("at last");
        }).RequirePayment(500.Sat());
    }

    private static OpenPayload Open(TestCustomer customer, ChannelId? id = null) =>
        new(id ?? customer.Id, customer.Body.Offer, customer.Body.Deposit, customer.Body.CustomerKey, customer.Body.CustomerScript, customer.Body.Expiry);

    [Fact]
    public async Task Open_is_answered_with_a_challenge_that_names_the_channel()
    {
        var fresh = await TestCustomer.MeetAsync(App);
        var credential = new PaymentCredential(await Customer.ChallengeAsync("/song"), Open(fresh));
        for (var i = 0; i < 2; i++)   // it may be sent twice
        {
            using var opened = await Customer.SendAsync("/song", credential);
            await AssertRefusedAsync(opened, 402, PaymentProblems.PaymentRequired);
            Assert.NotNull(opened.Headers.RetryAfter);
            Assert.True(SessionRequest.TryDecode(PaywallCustomer.ChallengeIn(opened).Request, out var pending));
            Assert.Equal(fresh.Id, pending.ChannelId);
            Assert.Equal((await App.ChannelAsync(fresh.Id)).PayoutScript, pending.PayoutScript);
        }
        App.Chain.Mine(fresh.DepositTransaction);
        App.Chain.MineEmpty(App.Policy.Confirmations - 1);
        await App.Chain.SettleAsync();

        using var deep = await Customer.SendAsync("/song", credential);

        await AssertRefusedAsync(deep, 402, PaymentProblems.PaymentRequired);
        Assert.Null(deep.Headers.RetryAfter);
        await fresh.OpenAsync();   // for its payout script
        using var paid = await new PaywallCustomer(App.Once, fresh).PayAsync("/song", PaywallCustomer.ChallengeIn(deep), 1_000);
        Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
    }

    [Fact]
    public async Task Open_by_HEAD_names_the_channel_too()
    {
        var fresh = await TestCustomer.MeetAsync(App);
        using var opened = await Customer.SendAsync("/song", new PaymentCredential(await Customer.ChallengeAsync("/song"), Open(fresh)), HttpMethod.Head);
        Assert.Equal(HttpStatusCode.PaymentRequired, opened.StatusCode);
        Assert.True(SessionRequest.TryDecode(PaywallCustomer.ChallengeIn(opened).Request, out var request));
        Assert.Equal((fresh.Id, 25.Sat()), (request.ChannelId, request.Amount));
    }

    [Fact]
    public async Task Open_with_something_wrong_opens_nothing()
    {
        var fresh = await TestCustomer.MeetAsync(App);
        var good = Open(fresh);
        var other = new ChannelId(new OutPoint(fresh.Id.OutPoint.Hash, 1));
        (OpenPayload Payload, int Status, string Type, string? Words)[] wrong =
        [
            (Open(fresh, other), 400, PaymentProblems.MalformedCredential, null),
            (Open(fresh, Customer.Channel.Id), 400, PaymentProblems.MalformedCredential, null),
            (good with { DepositTx = "00" }, 400, PaymentProblems.MalformedCredential, "depositTx has to be"),
            (good with { CustomerKey = "02" }, 400, PaymentProblems.MalformedCredential, "customerKey has to be"),
            (good with { ChangeScript = "" }, 400, PaymentProblems.MalformedCredential, "changeScript has to be"),
            (good with { Offer = "AAAA" }, 402, PaymentProblems.VerificationFailed, "\"reason\":\"offer-foreign\""),
            (good with { Expiry = good.Expiry + 1 }, 402, PaymentProblems.VerificationFailed, "\"reason\":\"deposit-missing\""),
        ];
        var count = await App.CountAsync();
        var challenge = await Customer.ChallengeAsync("/song");
        foreach (var (payload, status, type, words) in wrong)
        {
            using var refused = await Customer.SendAsync("/song", new PaymentCredential(challenge, payload));
            await AssertRefusedAsync(refused, status, type);
            if (words is not null) Assert.Contains(words, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(count, await App.CountAsync());
    }

    [Fact]
    public async Task A_voucher_waits_for_the_deposit_to_be_deep_enough()
    {
        var fresh = await TestCustomer.OpenPendingAsync(App);
        using var refused = await new PaywallCustomer(App.Once, fresh).PayAsync("/song", 1_000);
        await AssertRefusedAsync(refused, 402, PaymentProblems.VerificationFailed);
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("/song")]
    [InlineData("/post")]
    [InlineData("/both")]
    [InlineData("/nowhere/at/all")]
    public async Task A_voucher_alone_is_taken_by_HEAD_wherever_it_is_sent_and_serves_nothing(string path)
    {
        var challenge = await Customer.ChallengeAsync("/song");
        foreach (var (total, authorized) in ((long, long)[])[(1_000, 1_000), (1_000, 1_000), (500, 1_000), (2_000, 2_000)])
        {
            using var taken = await Customer.PayAsync(path, challenge, total, HttpMethod.Head);
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
            var receipt = PaywallCustomer.ReceiptIn(taken);
            Assert.Equal((authorized, 0L, 0L), (receipt.AcceptedCumulative.Satoshi, receipt.Spent.Value, receipt.Units));
            Assert.True(taken.Headers.CacheControl is { NoStore: true, Private: true });
            await AssertBalanceAsync(authorized, 0);
        }
        Assert.Equal(0, Served);
    }

    [Fact]
    public async Task A_voucher_alone_is_held_to_its_challenge_and_its_signature()
    {
        var challenge = await Customer.ChallengeAsync("/song");
        var above = new VoucherPayload(Customer.Channel.Id, new SignedPayment(Money.Satoshis(TestCustomer.Capacity + 1), Customer.Channel.Sign(1_000).Signature));
        using (var dear = await Customer.SendAsync("/song", new PaymentCredential(challenge, above), HttpMethod.Head)) Assert.Equal(HttpStatusCode.PaymentRequired, dear.StatusCode);
        var forged = new PaymentCredential(challenge, new VoucherPayload(Customer.Channel.Id, new SignedPayment(Money.Satoshis(1_000), Customer.Channel.Sign(1_001).Signature)));
        using (var refused = await Customer.SendAsync("/song", forged, HttpMethod.Head)) Assert.Equal(HttpStatusCode.PaymentRequired, refused.StatusCode);
        using (var foreign = await Customer.PayAsync("/song", challenge with { Opaque = null }, 1_000, HttpMethod.Head)) Assert.Equal(HttpStatusCode.MethodNotAllowed, foreign.StatusCode);
        await App.WaitAsync(TimeSpan.FromHours(2));
        using var expired = await Customer.PayAsync("/song", challenge, 1_000, HttpMethod.Head);
        Assert.Equal(HttpStatusCode.PaymentRequired, expired.StatusCode);
        await AssertBalanceAsync(0, 0);
        using var taken = await Customer.PayAsync("/song", PaywallCustomer.ChallengeIn(expired), 1_000, HttpMethod.Head);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task With_a_request_a_lower_or_equal_voucher_is_as_good_as_the_newest()
    {
        var challenge = await Customer.ChallengeAsync("/song");
        foreach (var total in (long[])[1_000, 500, 1_000, 294])
            using (var paid = await Customer.PayAsync("/song", challenge, total)) Assert.Equal(1_000, PaywallCustomer.ReceiptIn(paid).AcceptedCumulative.Satoshi);
        await AssertBalanceAsync(1_000, 100_000);
    }

    [Fact]
    public async Task A_close_may_be_lower_than_accepted_and_its_receipt_has_the_transaction()
    {
        using (var paid = await Customer.PayAsync("/both", 5_000)) Assert.True(paid.IsSuccessStatusCode);
        var challenge = await Customer.ChallengeAsync("/song");
        for (var i = 0; i < 2; i++)   // it may be sent twice
        {
            using var closed = await CloseAsync(challenge, 2_000);
            Assert.True(closed.IsSuccessStatusCode, await closed.Content.ReadAsStringAsync());
            var receipt = PaywallCustomer.ReceiptIn(closed);
            var close = Assert.Single(App.Chain.Broadcasts.DistinctBy(it => it.GetHash()));
            Assert.Equal(close.GetHash(), receipt.Txid);
            Assert.Equal(2_000, close.Outputs.Single(it => it.ScriptPubKey == Customer.Channel.PayoutScript).Value.Satoshi);
        }
        Assert.Equal(1, Served);
        using (var late = await Customer.PayAsync("/song", challenge, 6_000)) await AssertRefusedAsync(late, 410, PaymentProblems.ChannelFinalized);
        using var equal = await Customer.PayAsync("/song", challenge, 5_000);
        await AssertRefusedAsync(equal, 410, PaymentProblems.ChannelFinalized);
    }

    [Fact]
    public async Task A_close_is_refused_below_what_is_spent_and_to_whoever_does_not_show_that_it_is_his()
    {
        for (var i = 0; i < 20; i++)
            using (var paid = await Customer.PayAsync("/song", 5_000)) Assert.True(paid.IsSuccessStatusCode);   // 500 sat
        var challenge = await Customer.ChallengeAsync("/song");

        using (var below = await CloseAsync(challenge, 499)) await AssertRefusedAsync(below, 402, PaymentProblems.VerificationFailed);
        using (var above = await CloseAsync(challenge, 5_001)) await AssertRefusedAsync(above, 402, PaymentProblems.VerificationFailed);
        using (var stale = await CloseAsync(challenge, 5_000, App.Clock.Now - 61)) await AssertRefusedAsync(stale, 402, PaymentProblems.VerificationFailed);
        using (var forged = await CloseAsync(challenge, 5_000, key: new Key())) await AssertRefusedAsync(forged, 402, PaymentProblems.VerificationFailed);
        using (var elsewhere = await CloseAsync(challenge, 5_000, origin: "https://other.example")) await AssertRefusedAsync(elsewhere, 402, PaymentProblems.VerificationFailed);
        using (var status = await CloseAsync(challenge, 5_000, action: ChannelAction.Status)) await AssertRefusedAsync(status, 402, PaymentProblems.VerificationFailed);
        Assert.Empty(App.Chain.Broadcasts);
        using var closed = await CloseAsync(challenge, 500);
        Assert.Equal(HttpStatusCode.OK, closed.StatusCode);
    }

    [Fact]
    public async Task No_close_takes_the_money_of_a_request_under_way()
    {
        var challenge = await Customer.ChallengeAsync("/wait");
        var serving = Customer.PayAsync("/wait", challenge, 1_000);
        await _entered.Task;
        await EventuallyAsync(async () => (await BalanceAsync()).Reserved.Text is not null);   // it is on its way to disk
        var close = await Customer.ChallengeAsync("/song");
        using (var below = await CloseAsync(close, 499)) await AssertRefusedAsync(below, 402, PaymentProblems.VerificationFailed);
        using (var closed = await CloseAsync(close, 500)) Assert.Equal(HttpStatusCode.OK, closed.StatusCode);
        _proceed.SetResult();
        using var served = await serving;
        Assert.Equal(500_000, PaywallCustomer.ReceiptIn(served).Spent.Value);
    }

    private Task<HttpResponseMessage> CloseAsync(PaymentChallenge challenge, long total, long? time = null, Key? key = null, string origin = MerchantApp.Origin, string action = ChannelAction.Close)
    {
        var at = time ?? App.Clock.Now;
        var authorization = ChannelAuthorization.Sign(key ?? Customer.Channel.Key, Network.RegTest, origin, Customer.Channel.Id, action, at);
        return Customer.SendAsync("/song", new PaymentCredential(challenge, new ClosePayload(Customer.Channel.Id, Customer.Channel.Sign(total), at, authorization)));
    }
}

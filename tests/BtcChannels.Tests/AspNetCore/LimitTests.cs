using System.Net;
using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Wire;
using Secp256k1;

namespace BtcChannels.Tests.AspNetCore;

public sealed class LimitTests
{
    private static Task<MerchantApp> StartAsync(Action<RequestLimits> limit) => MerchantApp.StartAsync(configure: it => limit(it.Limits));

    [Fact]
    public async Task Who_asks_for_too_many_channels_is_told_to_come_back()
    {
        await using var app = await StartAsync(it => it.OpensPerMinute = 1);
        var customer = await TestCustomer.MeetAsync(app);
        using var refused = await customer.TryOpenAsync();
        await refused.AssertIsAsync("too-many-requests");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(0, await app.CountAsync());
    }

    [Fact]
    public async Task Who_is_refused_too_often_is_not_listened_to_any_more()
    {
        await using var app = await StartAsync(it => it.RefusalsPerMinute = 2);
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        var forged = customer.Payment(2_000) with { TotalSat = 2_001 };
        for (var i = 0; i < 2; i++)
        {
            using var answer = await customer.TryPayAsync(forged);
            await answer.AssertIsAsync(PaymentRejection.SignatureInvalid);
        }
        await Task.Delay(300);   // a part of the minute that gives nobody anything back
        using var refused = await customer.TryPayAsync(2_000);
        await refused.AssertIsAsync("too-many-requests");
        Assert.Equal(1_000, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task What_tells_of_the_channels_state_is_no_fault()
    {
        await using var app = await StartAsync(it => it.RefusalsPerMinute = 1);
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        for (var i = 0; i < 3; i++)
        {
            using var answer = await customer.TryPayAsync(500);
            await answer.AssertIsAsync(PaymentRejection.TotalNotRaised);
        }
        Assert.Equal(2_000, (await customer.PayAsync(2_000)).TotalSat);
    }

    [Fact]
    public async Task One_channel_takes_so_many_requests_and_others_their_own()
    {
        await using var app = await StartAsync(it => it.RequestsPerSecondOfChannel = 1);
        var (one, two) = (await TestCustomer.OpenAsync(app), await TestCustomer.OpenAsync(app));
        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(step => one.TryPayAsync(step * 1_000)));
        Assert.Contains(answers, it => it.StatusCode == HttpStatusCode.TooManyRequests);
        await answers.First(it => it.StatusCode == HttpStatusCode.TooManyRequests).AssertIsAsync("too-many-requests");
        using var other = await two.TryPayAsync(1_000);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task One_address_has_so_many_requests()
    {
        await using var app = await StartAsync(it => it.RequestsPerSecond = 1);
        var customer = await TestCustomer.OpenAsync(app);
        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(step => customer.TryPayAsync(step * 1_000)));
        await answers.First(it => it.StatusCode == HttpStatusCode.TooManyRequests).AssertIsAsync("too-many-requests");
    }

    [Fact]
    public async Task One_address_has_so_many_channels_that_wait_for_their_deposit()
    {
        await using var app = await StartAsync(it => it.PendingFromAddress = 2);
        var (one, two, three) = (await TestCustomer.OpenPendingAsync(app), await TestCustomer.OpenPendingAsync(app), await TestCustomer.MeetAsync(app));
        using (var refused = await three.TryOpenAsync()) await refused.AssertIsAsync(OpenRejection.TooManyPendingFromAddress);
        await two.OpenAsync();   // the same again has the same answer
        Assert.False(app.Chain.IsWatched(three.Deposit.OutPoint));

        await app.MineAsync(one.DepositTransaction);
        await three.OpenAsync();
        using (var refused = await (await TestCustomer.MeetAsync(app)).TryOpenAsync()) await refused.AssertIsAsync(OpenRejection.TooManyPendingFromAddress);
        await app.MineAsync(two.DoubleSpend());
        await (await TestCustomer.MeetAsync(app)).OpenAsync();
    }

    [Fact]
    public async Task All_channels_that_wait_are_counted_across_a_restart()
    {
        await using var app = await StartAsync(it => it.Pending = 2);
        var (one, two) = (await TestCustomer.OpenPendingAsync(app), await TestCustomer.OpenPendingAsync(app));
        await app.RestartAsync();
        var three = await TestCustomer.MeetAsync(app);
        using (var refused = await three.TryOpenAsync()) await refused.AssertIsAsync(OpenRejection.TooManyPending);
        await one.OpenAsync();
        await app.MineAsync(two.DepositTransaction);
        await three.OpenAsync();
    }

    [Fact]
    public async Task Openings_at_once_do_not_slip_through_together()
    {
        await using var app = await StartAsync(it => it.Pending = 3);
        var customers = new List<TestCustomer>();
        for (var i = 0; i < 12; i++) customers.Add(await TestCustomer.MeetAsync(app));
        await Task.WhenAll(customers.Select(it => it.TryOpenAsync()));
        Assert.InRange(await app.CountAsync(), 1, 3);
    }

    [Fact]
    public async Task An_opening_that_fails_takes_no_place()
    {
        await using var app = await StartAsync(it => it.PendingFromAddress = it.Pending = 1);
        app.Chain.Verdict = _ => new MempoolVerdict.Unacceptable("missing-inputs");
        using (var refused = await (await TestCustomer.MeetAsync(app)).TryOpenAsync()) await refused.AssertIsAsync(OpenRejection.DepositUnminable);
        app.Chain.Verdict = _ => new MempoolVerdict.Acceptable();
        await TestCustomer.OpenPendingAsync(app);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.2", "::ffff:192.0.2.1", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    public void A_customers_network_counts_as_one_address(string one, string other, bool isSame) =>
        Assert.Equal(isSame, ClientAddress.Of(IPAddress.Parse(one)) == ClientAddress.Of(IPAddress.Parse(other)));

    [Fact]
    public async Task A_stream_of_refusals_is_ended_and_what_was_paid_before_stays()
    {
        await using var app = await StartAsync(it => it.RefusalsPerMinute = 2);
        var customer = await TestCustomer.OpenAsync(app);
        using var stream = await TestStream.OpenAsync(app, customer);
        var forged = customer.Payment(2_000) with { TotalSat = 2_001 };

        await stream.SendAsync(customer.Payment(1_000), forged, forged, forged, customer.Payment(3_000));

        Assert.Equal([200, 422, 422, 422], (await stream.ReadUpToAsync(4)).Select(it => it.Status));
        while (await stream.ReadAsync() is not null)
        {
            // What was begun by then is answered.
        }
        Assert.Equal("too-many-refusals", stream.Socket.CloseStatusDescription);
        using var next = await customer.TryPayAsync(4_000);
        Assert.Equal(System.Net.HttpStatusCode.TooManyRequests, next.StatusCode);
    }
}

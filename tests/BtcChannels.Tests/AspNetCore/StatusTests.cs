using System.Globalization;
using System.Net;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

public sealed class StatusTests
{
    [Fact]
    public async Task The_status_follows_the_channel()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { Confirmations = 2, BuriedAt = 2 });
        var customer = await TestCustomer.OpenPendingAsync(app);
        var pending = await customer.StatusAsync();
        Assert.Equal(
            new(
                customer.Id.ToString(), "pending", customer.Opened!.PayoutScript, TestCustomer.Capacity, customer.Offer.CloseFeeSat, customer.Expiry.Value,
                customer.Expiry.Value - 86_400, 2, null, 0, 0, null, null, null),
            pending);

        await app.MineAsync(customer.DepositTransaction);
        Assert.Equal(pending with { DepositHeight = 101 }, await customer.StatusAsync());
        await app.MineAsync();
        var open = pending with { State = "open", DepositHeight = 101 };
        Assert.Equal(open, await customer.StatusAsync());

        await customer.PayAsync(5_000);
        var paid = open with { AuthorizedSat = 5_000, SpentMsat = 5_000_000, Signature = customer.Payment(5_000).Signature };
        Assert.Equal(paid, await customer.StatusAsync());

        var txid = (await customer.CloseAsync()).CloseTxid;
        Assert.Equal(paid with { State = "closing", CloseTxid = txid }, await customer.StatusAsync());
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        var closed = paid with { State = "closed", CloseTxid = txid, Spend = new(txid, 103, 5_000, 95_000, false) };
        Assert.Equal(closed, await customer.StatusAsync());
        await app.MineAsync();
        Assert.Equal(closed with { Spend = closed.Spend with { Buried = true } }, await customer.StatusAsync());
    }

    [Fact]
    public async Task A_refund_is_told()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        var refund = customer.Refund();
        await app.MineAsync(refund);
        var status = await customer.StatusAsync();
        Assert.Equal(("refunded", new SpendAnswer(refund.GetHash().ToString(), 102, 0, customer.Value - 500, false)), (status.State, status.Spend));
    }

    [Theory]
    [InlineData(-60, true)]
    [InlineData(60, true)]
    [InlineData(-61, false)]
    [InlineData(61, false)]
    [InlineData(-1_763_720_000, false)]
    public async Task A_request_is_good_for_a_minute_either_way(long secondsOff, bool isGood)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var answer = await customer.TryStatusAsync(customer.Authorize(ChannelAction.Status, app.Clock.Now + secondsOff));
        if (isGood) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        else await answer.AssertIsAsync(CloseRejection.AuthorizationStale);
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("0")]
    public async Task The_farthest_times_are_stale(string time)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        using var answer = await customer.TryStatusAsync(customer.Authorize(ChannelAction.Status, long.Parse(time, CultureInfo.InvariantCulture)));
        await answer.AssertIsAsync(CloseRejection.AuthorizationStale);
    }

    [Fact]
    public async Task A_channel_that_is_not_here_is_unknown_whatever_is_shown_for_it()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.MeetAsync(app);
        foreach (var shown in (string?[])[null, "x", customer.Authorize(ChannelAction.Status), customer.Authorize(ChannelAction.Close)])
        {
            using var status = await customer.TryStatusAsync(shown);
            await status.AssertIsAsync(CloseRejection.ChannelUnknown);
            using var close = await customer.TryCloseAsync(TestCustomer.JsonOf(new CloseBody()), shown);
            await close.AssertIsAsync(CloseRejection.ChannelUnknown);
        }
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost")]
    public async Task The_origin_is_the_settings_whatever_the_request_says_of_its_host(string host)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        foreach (var (origin, isGood) in (List<(string, bool)>)[(MerchantApp.Origin, true), ($"http://{host}", false), ($"https://{host}", false)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/channels/v1/channels/{customer.Id}", UriKind.Relative));
            request.Headers.Host = host;
            request.Headers.Add("X-Forwarded-Host", host);
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.TryAddWithoutValidation("Authorization", customer.Authorize(ChannelAction.Status, origin: origin));
            using var answer = await app.Once.SendAsync(request);
            Assert.Equal(isGood ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }
}

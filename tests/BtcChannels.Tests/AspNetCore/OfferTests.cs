using System.Net;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

public sealed class OfferTests
{
    private static readonly Uri s_offers = new("/channels/v1/offers", UriKind.Relative);

    [Fact]
    public async Task An_offer_says_what_the_policy_says()
    {
        await using var app = await MerchantApp.StartAsync();
        var offer = (await TestCustomer.MeetAsync(app)).Offer;
        var (now, policy) = (app.Clock.Now, app.Policy);
        Assert.Equal(Network.RegTest.GenesisHash.ToString(), offer.Genesis);
        Assert.Equal(
            ("p2sh", 20_000L, 10_000_000L, now + (2 * 86_400), now + (60 * 86_400), 1, now + 600),
            (offer.Kind, offer.MinDepositSat, offer.MaxDepositSat, offer.MinExpiry, offer.MaxExpiry, offer.Confirmations, offer.Deadline));
        Assert.Equal(policy.CloseFee(FeeRate.Zero).Satoshi, offer.CloseFeeSat);
    }

    [Fact]
    public async Task An_offer_has_no_row()
    {
        await using var app = await MerchantApp.StartAsync();
        for (var i = 0; i < 3; i++) await TestCustomer.MeetAsync(app);
        Assert.Equal(0, await app.CountAsync());
    }

    [Fact]
    public async Task Each_offer_has_a_key_of_its_own()
    {
        await using var app = await MerchantApp.StartAsync();
        var keys = new HashSet<string>();
        for (var i = 0; i < 10; i++) Assert.True(keys.Add((await TestCustomer.MeetAsync(app)).Offer.MerchantKey));
    }

    [Fact]
    public async Task An_offer_is_honoured_after_a_restart()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.MeetAsync(app);
        await app.RestartAsync();
        Assert.Equal(customer.Id.ToString(), (await customer.OpenAsync()).Channel);
    }

    [Theory]
    [InlineData(1_000, 1_038)]      // the floor: 3 sat/vB for 346 vB
    [InlineData(1_500, 1_038)]
    [InlineData(10_000, 6_920)]     // the estimate, doubled
    public async Task The_close_fee_is_the_estimate_doubled_and_at_least_the_floor(long satPerKilobyte, long fee)
    {
        await using var app = await MerchantApp.StartAsync(chain: chain => chain.Estimate = new FeeRate(Money.Satoshis(satPerKilobyte)));
        Assert.Equal(fee, (await TestCustomer.MeetAsync(app)).Offer.CloseFeeSat);
    }

    [Fact]
    public async Task The_least_deposit_is_twice_the_fee_when_fees_are_high()
    {
        await using var app = await MerchantApp.StartAsync(chain: chain => chain.Estimate = new FeeRate(Money.Satoshis(100_000)));
        Assert.Equal(2 * 69_200, (await TestCustomer.MeetAsync(app)).Offer.MinDepositSat);
    }

    [Fact]
    public async Task Times_are_made_from_the_chain_where_it_runs_ahead_of_the_clock()
    {
        await using var app = await MerchantApp.StartAsync();
        app.Chain.MedianTime = app.Clock.Now + 5_000;
        await app.MineAsync();
        Assert.Equal(app.Clock.Now + 5_600, (await TestCustomer.MeetAsync(app)).Offer.Deadline);
    }

    [Fact]
    public async Task Nothing_is_offered_before_the_node_was_ever_heard_of()
    {
        await using var app = await MerchantApp.StartAsync(settle: false, chain: chain => chain.IsAway = true);
        using var answer = await app.Http.PostAsync(s_offers, null);
        await answer.AssertIsAsync("chain-unavailable");
    }

    [Fact]
    public async Task Nothing_is_offered_while_the_node_is_away()
    {
        await using var app = await MerchantApp.StartAsync();
        await app.Chain.GoAwayAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(31));
        using var away = await app.Http.PostAsync(s_offers, null);
        await away.AssertIsAsync("chain-unavailable");
        await app.Chain.ComeBackAsync();
        using var back = await app.Http.PostAsync(s_offers, null);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
    }

    [Fact]
    public async Task Nothing_that_the_door_answers_is_kept_by_a_cache()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        foreach (var answer in (HttpResponseMessage[])[
            await app.Once.PostAsync(s_offers, null), await customer.TryOpenAsync(), await customer.TryPayAsync(1_000), await customer.TryPayAsync(1),
            await customer.TryStatusAsync(customer.Authorize(ChannelAction.Status)), await customer.TryStatusAsync(null), await customer.TryCloseAsync()])
        {
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
            answer.Dispose();
        }
    }
}

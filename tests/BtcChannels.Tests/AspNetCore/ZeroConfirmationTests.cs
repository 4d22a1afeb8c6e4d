using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

public sealed class ZeroConfirmationTests
{
    private static readonly MerchantPolicy s_policy = MerchantApp.DefaultPolicy with { Confirmations = 0, MaxUnminedExposure = Money.Satoshis(10_000L) };

    /// <summary>Has a channel that takes payments with its deposit in the mempool.</summary>
    private static async Task<TestCustomer> OpenAsync(MerchantApp app)
    {
        var customer = await TestCustomer.OpenPendingAsync(app);
        app.Chain.Relay(customer.DepositTransaction);
        await app.WaitAsync(TimeSpan.FromSeconds(10));
        return customer;
    }

    [Fact]
    public async Task A_channel_opens_once_the_node_has_its_deposit_and_not_before()
    {
        await using var app = await MerchantApp.StartAsync(s_policy);
        var customer = await TestCustomer.OpenPendingAsync(app);
        await app.WaitAsync(TimeSpan.FromSeconds(10));
        using (var refused = await customer.TryPayAsync(1_000)) await refused.AssertIsAsync(PaymentRejection.ChannelPending);
        app.Chain.Relay(customer.DepositTransaction);
        await app.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1_000, (await customer.PayAsync(1_000)).TotalSat);
        Assert.Null((await app.ChannelAsync(customer.Id)).DepositHeight);
    }

    [Fact]
    public async Task Asking_to_open_again_opens_it_at_once()
    {
        await using var app = await MerchantApp.StartAsync(s_policy);
        var customer = await TestCustomer.OpenPendingAsync(app);
        app.Chain.Relay(customer.DepositTransaction);
        await customer.OpenAsync();
        Assert.Equal(1_000, (await customer.PayAsync(1_000)).TotalSat);
    }

    [Fact]
    public async Task A_node_with_a_deposit_in_its_mempool_opens_nothing_where_confirmations_are_asked_for()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await OpenAsync(app);
        await customer.OpenAsync();
        await app.StateAsync<MerchantState.Pending>(customer.Id);
    }

    [Fact]
    public async Task All_unmined_channels_together_are_paid_up_to_the_bound_and_freely_once_they_are_mined()
    {
        await using var app = await MerchantApp.StartAsync(s_policy);
        var (one, two) = (await OpenAsync(app), await OpenAsync(app));
        await one.PayAsync(7_000);
        using (var refused = await two.TryPayAsync(3_001)) await refused.AssertIsAsync(PaymentRejection.UnminedLimitReached);
        await two.PayAsync(3_000);
        await app.RestartAsync();
        using (var refused = await one.TryPayAsync(7_001)) await refused.AssertIsAsync(PaymentRejection.UnminedLimitReached);
        Assert.Equal(7_000, (await one.PayAsync(7_000)).TotalSat);   // the newest again

        await app.MineAsync(one.DepositTransaction);
        await one.PayAsync(50_000);
        await two.PayAsync(10_000);
        using (var refused = await two.TryPayAsync(10_001)) await refused.AssertIsAsync(PaymentRejection.UnminedLimitReached);
    }

    [Fact]
    public async Task Payments_at_once_never_pass_the_bound()
    {
        await using var app = await MerchantApp.StartAsync(s_policy);
        var customers = new List<TestCustomer>();
        for (var i = 0; i < 4; i++) customers.Add(await OpenAsync(app));
        await Task.WhenAll(customers.SelectMany(it => Enumerable.Range(1, 15).Select(step => it.TryPayAsync(step * 400))));
        var sum = 0L;
        foreach (var customer in customers) sum += (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi;
        Assert.InRange(sum, 6_000, 10_000);
    }

    [Fact]
    public async Task A_deposit_that_vanishes_stops_payments_until_it_is_mined()
    {
        await using var app = await MerchantApp.StartAsync(s_policy);
        var customer = await OpenAsync(app);
        await customer.PayAsync(1_000);
        app.Chain.DropMempool();
        await app.WaitAsync(TimeSpan.FromSeconds(10));
        using (var refused = await customer.TryPayAsync(2_000)) await refused.AssertIsAsync(PaymentRejection.ChannelPending);
        app.Chain.Relay(customer.DepositTransaction);
        await app.WaitAsync(TimeSpan.FromSeconds(10));
        using (var refused = await customer.TryPayAsync(2_000)) await refused.AssertIsAsync(PaymentRejection.ChannelPending);
        await app.MineAsync(customer.DepositTransaction);
        await customer.PayAsync(2_000);
    }

    [Fact]
    public async Task Double_spends_cost_the_bound_at_most_however_often_they_are_tried()
    {
        await using var app = await MerchantApp.StartAsync(s_policy);
        var lost = 0L;
        for (var i = 0; i < 4; i++)
        {
            var customer = await OpenAsync(app);
            using var answer = await customer.TryPayAsync(6_000);
            if (answer.IsSuccessStatusCode) lost += 6_000;
            else await answer.AssertIsAsync(PaymentRejection.UnminedLimitReached);
            await app.MineAsync(customer.DoubleSpend());
            await app.StateAsync<MerchantState.Abandoned>(customer.Id);
        }
        Assert.Equal(6_000, lost);
        Assert.Single(app.Log.Of(LogLevel.Critical));
    }

    [Fact]
    public async Task What_is_not_mined_is_not_closed()
    {
        await using var app = await MerchantApp.StartAsync(s_policy);
        var customer = await OpenAsync(app);
        await customer.PayAsync(1_000);
        using (var refused = await customer.TryCloseAsync()) await refused.AssertIsAsync(CloseRejection.ChannelPending);
        await app.MineAsync(customer.DepositTransaction);
        Assert.Equal(1_000, (await customer.CloseAsync()).ToMerchantSat);
    }
}

using System.Net;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>A merchant whose store comes from a backup, and customers who have signed more since.</summary>
public sealed class RestoredTests
{
    /// <summary>A customer who had paid 2,000 sat at the time of the backup, and the merchant restored from it.</summary>
    private static async Task<TestCustomer> RestoreAsync(MerchantApp app, long paidSince = 0)
    {
        var customer = await TestCustomer.OpenAsync(app, paid: 2_000);
        var backup = app.Snapshot();
        if (paidSince > 0) await customer.PayAsync(paidSince);
        await app.RestoreAsync(backup);
        return customer;
    }

    [Fact]
    public async Task A_customer_cannot_close_at_what_the_backup_knows()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await RestoreAsync(app, paidSince: 5_000);

        foreach (var total in (long?[])[null, 2_000, 294])
        {
            using var answer = await customer.TryCloseAsync(total);
            await answer.AssertIsAsync(CloseRejection.ChannelHeld);
        }
        await app.StateAsync<MerchantState.Open>(customer.Id);
    }

    [Fact]
    public async Task The_newest_payment_shown_again_is_taken_and_ends_the_hold()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await RestoreAsync(app, paidSince: 5_000);

        Assert.Equal(5_000, (await customer.PayAsync(5_000)).TotalSat);

        Assert.False((await app.ChannelAsync(customer.Id)).IsHeld);
        Assert.Equal(5_000, (await customer.CloseAsync()).ToMerchantSat);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(2_000)]
    public async Task It_may_be_shown_on_a_stream_too(long newest)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await RestoreAsync(app, paidSince: newest == 2_000 ? 0 : newest);
        using var stream = await TestStream.OpenAsync(app, customer);

        await stream.SendAsync(customer.Payment(newest), customer.Payment(newest + 1_000));

        Assert.All(await stream.ReadUpToAsync(2), it => Assert.Equal(200, it.Status));
        Assert.Equal((newest + 1_000, false), ((await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi, (await app.ChannelAsync(customer.Id)).IsHeld));
    }

    [Fact]
    public async Task Whoever_has_paid_nothing_since_shows_what_is_known()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await RestoreAsync(app);

        Assert.Equal(2_000, (await customer.PayAsync(2_000)).TotalSat);

        Assert.Equal(2_000, (await customer.CloseAsync()).ToMerchantSat);
    }

    [Fact]
    public async Task After_the_hold_payments_go_on_and_stay_after_a_restart()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await RestoreAsync(app, paidSince: 5_000);
        await customer.PayAsync(6_000);
        app.IsRestored = false;
        await app.RestartAsync();

        await customer.PayAsync(7_000);

        Assert.Equal(7_000, (await customer.CloseAsync()).ToMerchantSat);
    }

    [Fact]
    public async Task A_hold_outlives_a_restart()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await RestoreAsync(app, paidSince: 5_000);
        app.IsRestored = false;
        await app.RestartAsync();

        using var answer = await customer.TryCloseAsync();

        await answer.AssertIsAsync(CloseRejection.ChannelHeld);
    }

    [Fact]
    public async Task A_payment_that_is_refused_ends_no_hold()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await RestoreAsync(app, paidSince: 5_000);
        using (var lower = await customer.TryPayAsync(1_000)) await lower.AssertIsAsync(PaymentRejection.TotalNotRaised);
        using (var forged = await customer.TryPayAsync(customer.Payment(5_000) with { TotalSat = 5_001 })) await forged.AssertIsAsync(PaymentRejection.SignatureInvalid);

        using var answer = await customer.TryCloseAsync();

        await answer.AssertIsAsync(CloseRejection.ChannelHeld);
    }

    [Fact]
    public async Task The_margin_closes_a_held_channel_with_what_is_known()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await RestoreAsync(app, paidSince: 5_000);

        await app.WaitUntilAsync(customer.Expiry.Value - (long)app.Policy.CloseMargin.TotalSeconds);

        Assert.Equal(Money.Satoshis(2_000), (await app.StateAsync<MerchantState.Closing>(customer.Id)).Close.Payment.Total);
    }

    /// <summary>The close left the process after the backup was made: a payment on top of it could never be claimed.</summary>
    [Fact]
    public async Task A_channel_whose_close_is_on_its_way_takes_nothing_more()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 2_000);
        var backup = app.Snapshot();
        await customer.CloseAsync();
        await app.RestoreAsync(backup);

        using var answer = await customer.TryPayAsync(3_000);

        await answer.AssertIsAsync(PaymentRejection.ChannelClosed);
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        Assert.Equal(Money.Satoshis(2_000), (await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend.ToMerchant);
    }

    [Fact]
    public async Task While_the_node_is_away_a_held_channel_waits()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await RestoreAsync(app, paidSince: 5_000);
        await app.Chain.GoAwayAsync();

        using (var answer = await customer.TryPayAsync(5_000)) Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);

        await app.Chain.ComeBackAsync();
        Assert.Equal(5_000, (await customer.PayAsync(5_000)).TotalSat);
    }

    [Fact]
    public async Task Channels_opened_after_the_restore_are_not_held()
    {
        await using var app = await MerchantApp.StartAsync();
        await RestoreAsync(app);

        var newcomer = await TestCustomer.OpenAsync(app, paid: 1_000);

        Assert.Equal(1_000, (await newcomer.CloseAsync()).ToMerchantSat);
    }
}

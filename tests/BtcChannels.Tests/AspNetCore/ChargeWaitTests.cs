using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Charges in a merchant as he is run: beside his other doors.</summary>
public sealed class ChargeWaitTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => CancellationToken.None;

    private static Charges ChargesOf(MerchantApp app) => app.Services.GetRequiredService<Charges>();

    private static Task<bool> WaitAsync(MerchantApp app, TestCustomer customer, long total) =>
        ChargesOf(app).WaitAsync(customer.Id, it => it >= Money.Satoshis(total), TimeSpan.FromHours(1), Ct);

    private static ValueTask<ChargeOutcome> TakeAsync(MerchantApp app, TestCustomer customer, long total, long? cost) =>
        ChargesOf(app).TakeAsync(customer.Id, customer.Sign(total), cost is { } msat ? ChargesOf(app).Reserve(new MilliSatoshi(msat)) : null, Ct);

    // The clock stands still: only word of a payment wakes anybody.
    [Theory]
    [InlineData("door")]
    [InlineData("stream")]
    [InlineData("voucher")]
    public async Task Whoever_waits_for_money_is_woken_by_a_payment_through_any_door(string way)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        using var stream = way == "stream" ? await TestStream.OpenAsync(app, customer) : null;
        var waiting = WaitAsync(app, customer, 3_000);
        await app.Clock.UntilSomeoneWaitsAsync();

        foreach (var total in new List<long> { 2_000, 3_000 })
        {
            Assert.False(waiting.IsCompleted);
            if (stream is not null) await stream.SendAsync(customer.Payment(total));
            else if (way == "door") await customer.PayAsync(total);
            else Assert.IsType<ChargeOutcome.Granted>(await TakeAsync(app, customer, total, null));
        }

        Assert.True(await waiting.WaitAsync(s_limit));
    }

    [Fact]
    public async Task What_is_there_already_is_not_waited_for()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 3_000);
        Assert.True(await WaitAsync(app, customer, 3_000).WaitAsync(s_limit));
    }

    [Fact]
    public async Task Nobody_waits_longer_than_his_patience()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        var waiting = WaitAsync(app, customer, 3_000);
        app.Clock.Delay = TimeSpan.FromHours(2);
        Assert.False(await AdvancingAsync(app, waiting));
    }

    [Fact]
    public async Task Nobody_waits_for_a_channel_that_closes()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        var waiting = WaitAsync(app, customer, 3_000);
        await customer.CloseAsync();
        Assert.False(await AdvancingAsync(app, waiting));
    }

    [PostgresFact]
    public async Task A_payment_at_another_instance_is_found_by_looking_again_and_can_be_charged_at_once()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.First);
        Assert.IsType<ChargeOutcome.Granted>(await TakeAsync(both.Second, customer, 1_000, null));
        var waiting = WaitAsync(both.Second, customer, 3_000);

        Assert.IsType<ChargeOutcome.Granted>(await TakeAsync(both.First, customer, 3_000, null));

        Assert.True(await AdvancingAsync(both.Second, waiting));
        Assert.IsType<ChargeOutcome.Granted>(await ChargesOf(both.Second).ChargeAsync(customer.Id, new MilliSatoshi(3_000_000), Ct));
    }

    [Fact]
    public async Task The_first_voucher_after_a_backup_ends_the_hold_and_wakes_whoever_waits()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 2_000);
        await app.RestoreAsync(app.Snapshot());
        Assert.Equal(new ChargeOutcome.Refused(PaymentRejection.ChannelPending), await ChargesOf(app).ChargeAsync(customer.Id, new MilliSatoshi(1), Ct));
        Assert.Equal(new ChargeOutcome.Refused(PaymentRejection.TotalNotRaised), await TakeAsync(app, customer, 1_999, null));
        app.Chain.IsAway = true;
        await Assert.ThrowsAsync<ChainUnavailableException>(() => TakeAsync(app, customer, 5_000, 1).AsTask());
        app.Chain.IsAway = false;
        Assert.True((await app.ChannelAsync(customer.Id)).IsHeld);
        var waiting = WaitAsync(app, customer, 5_000);

        Assert.IsType<ChargeOutcome.Granted>(await TakeAsync(app, customer, 5_000, 3_000_000));

        Assert.True(await waiting.WaitAsync(s_limit));
        var row = await app.ChannelAsync(customer.Id);
        Assert.Equal((false, 5_000, 2_000_000, 3_000_000), (row.IsHeld, (int)row.Balance.Authorized.Satoshi, (int)row.Balance.Spent.Value, (int)row.Balance.Reserved.Total.Value));
    }

    [Fact]
    public async Task Vouchers_on_unmined_deposits_are_bounded_and_what_they_allow_may_be_spent()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { Confirmations = 0, MaxUnminedExposure = Money.Satoshis(10_000L) });
        var customer = await TestCustomer.OpenPendingAsync(app);
        app.Chain.Relay(customer.DepositTransaction);
        await app.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(new ChargeOutcome.Refused(PaymentRejection.UnminedLimitReached), await TakeAsync(app, customer, 10_001, 1));
        Assert.Equal(Balance.Nothing, (await app.ChannelAsync(customer.Id)).Balance);
        Assert.IsType<ChargeOutcome.Granted>(await TakeAsync(app, customer, 10_000, 4_000_000));
        Assert.IsType<ChargeOutcome.Granted>(await ChargesOf(app).ChargeAsync(customer.Id, new MilliSatoshi(6_000_000), Ct));
        await ChargesOf(app).SettleAsync(customer.Id, ChargesOf(app).Reserve(new MilliSatoshi(4_000_000)), new MilliSatoshi(4_000_000), null);
        Assert.Equal((10_000, 10_000_000), ((int)(await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi, (int)(await app.ChannelAsync(customer.Id)).Balance.Spent.Value));
    }

    private static async Task<bool> AdvancingAsync(MerchantApp app, Task<bool> waiting)
    {
        for (var i = 0; i < 600 && !waiting.IsCompleted; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(waiting, Task.Delay(20));
        }
        return await waiting.WaitAsync(s_limit);
    }
}

using System.Net;

namespace BtcChannels.Tests.AspNetCore;

public sealed class PaymentTests
{
    [Fact]
    public async Task A_payment_is_answered_with_what_the_channel_holds()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        Assert.Equal(new(customer.Id.ToString(), 1_000, 1_000_000, 99_000), await customer.PayAsync(1_000));
        Assert.Equal(new(customer.Id.ToString(), 1_001, 1_001_000, 98_999), await customer.PayAsync(1_001));
    }

    [Fact]
    public async Task The_first_payment_may_be_the_dust_threshold_and_the_last_the_capacity()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        await customer.PayAsync(customer.Opened!.MinPaymentSat);
        Assert.Equal(0, (await customer.PayAsync(TestCustomer.Capacity)).RemainingSat);
    }

    [Fact]
    public async Task Nothing_is_spent_where_the_application_counts_that_itself()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { PaymentsAreSpent = false });
        var customer = await TestCustomer.OpenAsync(app);
        Assert.Equal(0, (await customer.PayAsync(1_000)).SpentMsat);
    }

    [Fact]
    public async Task A_payment_is_on_disk_before_its_answer()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        for (var total = 1_000; total <= 5_000; total += 1_000)
        {
            await customer.PayAsync(total);
            Assert.Equal(customer.Sign(total), (await app.FindOnDiskAsync(customer.Id))!.Balance.Newest);
        }
    }

    [Fact]
    public async Task The_newest_payment_again_has_the_same_answer_in_every_state()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { BuriedAt = 2 });
        var customer = await TestCustomer.OpenAsync(app);
        var first = await BytesAsync(customer);

        app.Chain.Reorganise(1);
        await app.Chain.SettleAsync();
        await AgainAsync<MerchantState.Pending>();
        await app.MineAsync(customer.DepositTransaction);
        await AgainAsync<MerchantState.Open>();
        await app.RestartAsync();
        await AgainAsync<MerchantState.Open>();
        await customer.CloseAsync();
        await AgainAsync<MerchantState.Closing>();
        app.Chain.MineMempool();
        await app.MineAsync();
        await AgainAsync<MerchantState.Closed>();
        await app.Chain.GoAwayAsync();
        app.Clock.Advance(TimeSpan.FromDays(100));
        await AgainAsync<MerchantState.Closed>();

        async Task AgainAsync<TState>() where TState : MerchantState
        {
            await app.StateAsync<TState>(customer.Id);
            Assert.Equal(first, await BytesAsync(customer));
        }
    }

    [Fact]
    public async Task The_newest_payment_again_has_the_same_answer_after_double_spend_and_refund()
    {
        await using var app = await MerchantApp.StartAsync();
        var (robbed, refunded) = (await TestCustomer.OpenAsync(app), await TestCustomer.OpenAsync(app));
        var (first, second) = (await BytesAsync(robbed), await BytesAsync(refunded));
        await app.MineAsync(refunded.Refund());
        Assert.Equal(second, await BytesAsync(refunded));
        await app.StateAsync<MerchantState.Refunded>(refunded.Id);
        app.Chain.Reorganise(3, refunded.DepositTransaction, robbed.DoubleSpend());
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Abandoned>(robbed.Id);
        Assert.Equal(first, await BytesAsync(robbed));
    }

    [Fact]
    public async Task Of_payments_at_once_none_that_was_answered_is_lost_and_the_highest_stands()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        var payments = Enumerable.Range(1, 60).Select(step => customer.Payment(step * 1_000)).ToList();
        var answers = await Task.WhenAll(payments.Select(async payment =>
        {
            using var answer = await customer.TryPayAsync(payment);
            if (answer.StatusCode == HttpStatusCode.OK)
                Assert.Contains($"\"totalSat\":{payment.TotalSat},", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            else await answer.AssertIsAsync(PaymentRejection.TotalNotRaised);
            return (payment.TotalSat, answer.StatusCode);
        }));
        var highest = answers.Where(it => it.StatusCode == HttpStatusCode.OK).Max(it => it.TotalSat);
        Assert.Equal(60_000, highest);
        Assert.Equal(highest, (await app.FindOnDiskAsync(customer.Id))!.Balance.Authorized.Satoshi);
        await app.RestartAsync();
        Assert.Equal(highest, (await app.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [Fact]
    public async Task One_payment_many_times_at_once_has_one_answer()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        Assert.Single((await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => BytesAsync(customer)))).Distinct());
    }

    [Fact]
    public async Task Channels_are_paid_side_by_side()
    {
        await using var app = await MerchantApp.StartAsync();
        var customers = new List<TestCustomer>();
        for (var i = 0; i < 8; i++) customers.Add(await TestCustomer.OpenPendingAsync(app));
        await app.MineAsync([.. customers.Select(it => it.DepositTransaction)]);
        await Task.WhenAll(customers.Select(async (customer, index) =>
        {
            for (var total = 1_000; total <= 10_000; total += 1_000) await customer.PayAsync(total + index);
        }));
        foreach (var (customer, index) in customers.Select((customer, index) => (customer, index)))
            Assert.Equal(customer.Sign(10_000 + index), (await app.ChannelAsync(customer.Id)).Balance.Newest);
    }

    [Fact]
    public async Task Payments_and_a_close_at_once_never_pay_more_than_is_closed()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        var closing = customer.CloseAsync();
        var payments = Enumerable.Range(2, 20).Select(step => customer.TryPayAsync(step * 1_000)).ToList();
        var accepted = (await Task.WhenAll(payments)).Count(it => it.StatusCode == HttpStatusCode.OK);
        var close = await closing;
        var stored = await app.ChannelAsync(customer.Id);
        Assert.InRange(accepted, 0, 20);
        Assert.Equal(stored.Balance.Authorized.Satoshi, close.ToMerchantSat);
        Assert.Equal(close.CloseTxid, Assert.Single(app.Chain.Broadcasts.Select(it => it.GetHash().ToString()).Distinct()));
    }

    private static async Task<string> BytesAsync(TestCustomer customer)
    {
        using var answer = await customer.TryPayAsync(5_000);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}

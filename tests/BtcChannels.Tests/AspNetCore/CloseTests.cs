using System.Net;
using BtcChannels.AspNetCore;
using BtcChannels.Wire;
using Microsoft.Extensions.DependencyInjection;
using NBitcoin;
using static BtcChannels.CloseRejection;

namespace BtcChannels.Tests.AspNetCore;

public sealed class CloseTests
{
    private const int StateChangedLine = 1002;

    private static MerchantPolicy CountsItself => MerchantApp.DefaultPolicy with { PaymentsAreSpent = false };

    public static TheoryData<CloseRejection> Every => [.. Enum.GetValues<CloseRejection>()];

    [Theory, MemberData(nameof(Every))]
    public async Task Every_reason_not_to_close_is_told_as_the_document_says_and_the_channel_stays_as_it_is(CloseRejection reason)
    {
        await using var app = await MerchantApp.StartAsync(reason == TotalBelowSpent ? null : CountsItself);
        var customer = reason == ChannelPending ? await TestCustomer.OpenPendingAsync(app) : await TestCustomer.OpenAsync(app);
        var (body, shown) = await ProvokeAsync(reason, app, customer);
        var before = await app.Store.FindAsync(customer.Id, default);
        using var answer = await customer.TryCloseAsync(body, shown);
        await answer.AssertIsAsync(reason);
        Assert.Equal(before?.Version, (await app.Store.FindAsync(customer.Id, default))?.Version);
        Assert.Empty(app.Chain.Broadcasts);
    }

    [Fact]
    public async Task A_channel_closes_at_the_newest_payment()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        var answer = await customer.CloseAsync();
        Assert.Equal(new(customer.Id.ToString(), answer.CloseTxid, 5_000, 95_000, customer.Offer.CloseFeeSat), answer);
        var close = Assert.Single(app.Chain.Broadcasts);
        Assert.Equal(answer.CloseTxid, close.GetHash().ToString());
        Assert.Equal([(5_000L, customer.PayoutScript), (95_000L, customer.Script)], close.Outputs.Select(it => (it.Value.Satoshi, it.ScriptPubKey)));
    }

    [Fact]
    public async Task The_close_has_both_signatures_over_the_payment()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.CloseAsync();
        var close = Assert.Single(app.Chain.Broadcasts);
        var pushes = close.Inputs[0].ScriptSig.ToOps().ToList();
        var hash = ChannelTransactions.SignatureHash(close, customer.Terms);
        Assert.Equal(customer.Terms.RedeemScript, new Script(pushes[3].PushData));
        foreach (var (key, push) in (List<(PubKey, Op)>)[(customer.Key.PubKey, pushes[0]), (customer.Terms.MerchantKey, pushes[1])])
        {
            Assert.Equal(0x01, push.PushData[^1]);
            Assert.True(key.Verify(hash, push.PushData[..^1]));
        }
    }

    [Fact]
    public async Task A_channel_closes_lower_where_the_customer_signs_less_and_has_spent_less()
    {
        await using var app = await MerchantApp.StartAsync(CountsItself);
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        var answer = await customer.CloseAsync(2_000);
        Assert.Equal((2_000L, 98_000L), (answer.ToMerchantSat, answer.ToCustomerSat));
    }

    [Fact]
    public async Task A_total_of_zero_gives_all_back()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        Assert.Equal((0L, TestCustomer.Capacity, customer.Offer.CloseFeeSat), await SharesAsync(customer.CloseAsync(0)));
        Assert.Single(Assert.Single(app.Chain.Broadcasts).Outputs);
    }

    [Theory]
    [InlineData(99_999, 99_999, 0, 1)]
    [InlineData(99_706, 99_706, 294, 0)]    // the customer's least output
    [InlineData(99_707, 99_707, 0, 293)]
    [InlineData(100_000, 100_000, 0, 0)]
    public async Task What_would_be_dust_for_the_customer_goes_to_the_fee(long paid, long toMerchant, long toCustomer, long more)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid);
        Assert.Equal((toMerchant, toCustomer, customer.Offer.CloseFeeSat + more), await SharesAsync(customer.CloseAsync()));
    }

    [Fact]
    public async Task Closing_again_has_the_same_answer_whatever_total_is_asked_then_and_after_it_is_mined()
    {
        await using var app = await MerchantApp.StartAsync(CountsItself);
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        var first = await customer.CloseAsync(2_000);
        Assert.Equal(first, await customer.CloseAsync());
        Assert.Equal(first, await customer.CloseAsync(0));
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Closed>(customer.Id);
        Assert.Equal(first, await customer.CloseAsync(4_000));
        await app.RestartAsync();
        Assert.Equal(first, await customer.CloseAsync());
    }

    [Fact]
    public async Task Closes_at_once_are_one_close()
    {
        await using var app = await MerchantApp.StartAsync(CountsItself);
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async step =>
        {
            using var answer = await customer.TryCloseAsync(1_000 + step);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }));
        Assert.Equal(HttpStatusCode.OK, Assert.Single(answers.Distinct()).StatusCode);
        Assert.Single(app.Chain.Broadcasts.Select(it => it.GetHash()).Distinct());
    }

    [Fact]
    public async Task The_state_is_on_disk_before_the_close_is_sent()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        MerchantChannel? atBroadcast = null;
        app.Chain.OnBroadcast = async (_, _) =>
        {
            atBroadcast = await app.FindOnDiskAsync(customer.Id);
            return null;
        };
        var answer = await customer.CloseAsync();
        Assert.Equal(answer.CloseTxid, Assert.IsType<MerchantState.Closing>(atBroadcast!.State).Close.Transaction.GetHash().ToString());
    }

    [Fact]
    public async Task Before_a_close_is_sent_no_payment_is_taken_any_more()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        HttpResponseMessage? atBroadcast = null;
        app.Chain.OnBroadcast = async (_, _) =>
        {
            atBroadcast ??= await customer.TryPayAsync(6_000);
            return null;
        };
        await customer.CloseAsync();
        await atBroadcast!.AssertIsAsync(PaymentRejection.ChannelClosed);
    }

    [Fact]
    public async Task A_customer_who_hangs_up_does_not_stop_the_close_halfway()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        using var hangsUp = new CancellationTokenSource();
        app.Log.OnLine = line =>
        {
            if (line.Id == StateChangedLine) hangsUp.Cancel();
        };
        CancellationToken ofBroadcast = default;
        app.Chain.OnBroadcast = (_, ct) =>
        {
            ofBroadcast = ct;
            return Task.FromResult<BtcChannels.Chain.BroadcastOutcome?>(null);
        };
        Assert.True(AuthorizationHeader.TryParse(customer.Authorize(ChannelAction.Close), out var shown));
        await app.Services.GetRequiredService<Merchant>().CloseAsync(customer.Id, shown, lower: null, hangsUp.Token);
        Assert.True(hangsUp.IsCancellationRequested);
        Assert.False(ofBroadcast.IsCancellationRequested);
        Assert.Single(app.Chain.Broadcasts);
    }

    [Fact]
    public async Task With_the_node_away_a_close_is_stored_and_answered_and_sent_later()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await app.Chain.GoAwayAsync();
        var answer = await customer.CloseAsync();
        await app.StateAsync<MerchantState.Closing>(customer.Id);
        app.Chain.Broadcasts.Clear();
        app.Chain.Mine();
        await app.Chain.ComeBackAsync();
        Assert.Equal(answer.CloseTxid, Assert.Single(app.Chain.Broadcasts).GetHash().ToString());
    }

    [Fact]
    public async Task A_close_that_was_stored_and_never_sent_is_sent_at_the_next_start()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        app.Chain.OnBroadcast = (_, _) => throw new InvalidOperationException("The process dies here");
        using (await customer.TryCloseAsync())
        {
            await app.StateAsync<MerchantState.Closing>(customer.Id);
        }
        app.Chain.OnBroadcast = null;
        app.Chain.Broadcasts.Clear();
        await app.RestartAsync();
        Assert.Single(app.Chain.Broadcasts);
    }

    [Fact]
    public async Task The_customer_may_close_within_the_margin()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        await app.WaitUntilAsync(customer.Expiry.Value - 1_000);
        Assert.Equal(0, (await customer.CloseAsync(0)).ToMerchantSat);
    }

    private static async Task<(long, long, long)> SharesAsync(Task<CloseAnswer> closing)
    {
        var answer = await closing;
        return (answer.ToMerchantSat, answer.ToCustomerSat, answer.FeeSat);
    }

    private static async Task<(CloseBody Body, string? Shown)> ProvokeAsync(CloseRejection reason, MerchantApp app, TestCustomer customer)
    {
        CloseBody Lower(long total) => new(total, WireSignature.Write(customer.Sign(total).Signature));
        switch (reason)
        {
            case Malformed:
                return (new(1_000), null);
            case ChannelUnknown:
                customer.Value++;
                return (new(), null);
            case AuthorizationStale:
                return (new(), customer.Authorize(ChannelAction.Close, app.Clock.Now - 61));
            case AuthorizationInvalid:
                return (new(), customer.Authorize(ChannelAction.Status));
            case ChannelPending:
                return (Lower(0), null);
            case ChannelGone:
                await app.MineAsync(customer.Refund());
                return (Lower(0), null);
            case NothingAuthorized:
                return (new(), null);
        }
        await customer.PayAsync(5_000);
        if (reason == ChannelHeld) await app.Store.HoldAllAsync(CancellationToken.None);
        return reason switch
        {
            ChannelHeld => (Lower(4_000), null),
            TotalBelowSpent => (Lower(4_999), null),
            TotalAboveAuthorized => (Lower(5_001), null),
            TotalBelowDust => (Lower(293), null),
            SignatureHighS => (Lower(4_000) with { Signature = PaymentRejectionTests.HighS(Lower(4_000).Signature!) }, null),
            SignatureInvalid => (Lower(4_000) with { TotalSat = 4_001 }, null),
            _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Nothing here provokes it"),
        };
    }
}

using System.Net;
using System.Reflection;
using BtcChannels.Chain;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

public sealed class WatcherTests
{
    public static TheoryData<string> EveryFailure => [nameof(Exception), .. typeof(BroadcastOutcome).GetNestedTypes()
        .Where(type => type.IsSubclassOf(typeof(BroadcastOutcome)) && !Make(type.Name).IsKnown).Select(type => type.Name)];

    [Fact]
    public async Task A_channel_opens_when_its_deposit_is_as_deep_as_policy_says()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { Confirmations = 3 });
        var customer = await TestCustomer.OpenPendingAsync(app);
        await app.MineAsync();
        await app.MineAsync(customer.DepositTransaction);
        await app.MineAsync();
        await app.StateAsync<MerchantState.Pending>(customer.Id);
        await app.MineAsync();
        await app.StateAsync<MerchantState.Open>(customer.Id);
    }

    [Fact]
    public async Task The_chain_expects_a_deposit_before_its_customer_is_answered()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.MeetAsync(app);
        Assert.Empty(app.Chain.Expected);
        await customer.OpenAsync();
        Assert.Equal([customer.DepositTransaction.GetHash()], app.Chain.Expected);
    }

    [Fact]
    public async Task Blocks_that_come_all_at_once_open_it_too()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { Confirmations = 3 });
        var customer = await TestCustomer.OpenAsync(app);
        await app.StateAsync<MerchantState.Open>(customer.Id);
    }

    [Fact]
    public async Task A_paid_channel_is_closed_at_the_margin_by_the_clock_to_the_second()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        app.Chain.MedianTime = app.Clock.Now;
        await app.WaitUntilAsync(customer.Expiry.Value - 86_401);
        await app.MineAsync();
        await app.StateAsync<MerchantState.Open>(customer.Id);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.MineAsync();
        var closing = await app.StateAsync<MerchantState.Closing>(customer.Id);
        Assert.Equal(customer.Sign(5_000), closing.Close.Payment);
        Assert.Equal(closing.Close.Transaction.GetHash(), app.Chain.Broadcasts.First().GetHash());
    }

    [Fact]
    public async Task An_outage_before_a_margin_is_shouted_and_one_long_before_is_not()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await app.Chain.GoAwayAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        await app.Clock.UntilSomeoneWaitsAsync();
        Assert.DoesNotContain(app.Log.Lines, it => it.Id == 1023);
        app.Clock.AdvanceTo(customer.Expiry.Value - 86_400 - 1_800);
        for (var tries = 0; tries < 500 && app.Log.Lines.All(it => it.Id != 1023); tries++)
        {
            await Task.Delay(10);
            app.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(LogLevel.Critical, Assert.Single(app.Log.Lines, it => it.Id == 1023).Level);
    }

    [Fact]
    public async Task A_chain_that_stands_still_is_shouted_every_hour_and_nothing_opens_until_it_moves()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { MaxTipAge = TimeSpan.FromHours(4) });
        var customer = await TestCustomer.OpenAsync(app, paid: 1_000);
        await app.WaitUntilAsync(app.Chain.Tip.MedianTime + (4 * 3_600));
        Assert.DoesNotContain(app.Log.Lines, it => it.Id == 1025);
        await AssertHealthAsync(HealthStatus.Healthy);

        await app.WaitUntilAsync(app.Clock.Now + 10);
        Assert.Equal(LogLevel.Critical, Assert.Single(app.Log.Lines, it => it.Id == 1025).Level);
        await AssertHealthAsync(HealthStatus.Degraded);
        using (var offer = await app.Once.PostAsync(new Uri("/channels/v1/offers", UriKind.Relative), null)) Assert.Equal(HttpStatusCode.ServiceUnavailable, offer.StatusCode);
        await customer.PayAsync(2_000);
        await app.WaitUntilAsync(app.Clock.Now + 1_800);
        Assert.Single(app.Log.Lines, it => it.Id == 1025);
        await app.WaitUntilAsync(app.Clock.Now + 1_800);
        Assert.Equal(2, app.Log.Lines.Count(it => it.Id == 1025));

        app.Chain.MedianTime = app.Clock.Now - 3_600;
        await app.MineAsync();
        await AssertHealthAsync(HealthStatus.Healthy);
        await TestCustomer.OpenAsync(app, paid: 1_000);

        async Task AssertHealthAsync(HealthStatus expected) => Assert.Equal(expected, (await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
    }

    [Fact]
    public async Task A_paid_channel_is_closed_at_the_margin_though_no_block_comes()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await app.WaitUntilAsync(customer.Expiry.Value - 86_400);
        await app.StateAsync<MerchantState.Closing>(customer.Id);
    }

    [Fact]
    public async Task A_paid_channel_is_closed_at_the_margin_by_the_chains_time()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        app.Chain.MedianTime = customer.Expiry.Value - 86_401;
        await app.MineAsync();
        await app.StateAsync<MerchantState.Open>(customer.Id);
        app.Chain.MedianTime++;
        await app.MineAsync();
        await app.StateAsync<MerchantState.Closing>(customer.Id);
    }

    [Fact]
    public async Task A_deposit_that_is_mined_is_watched_by_its_outpoint_alone_until_a_reorganisation_takes_it_back()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        Assert.True(app.Chain.IsWatched(customer.Deposit.OutPoint));
        Assert.False(app.Chain.IsWatched(customer.Terms.DepositScript) || app.Chain.IsWatched(customer.Coin));
        app.Chain.Reorganise(1);
        await app.Chain.SettleAsync();
        Assert.True(app.Chain.IsWatched(customer.Deposit.OutPoint) && app.Chain.IsWatched(customer.Terms.DepositScript) && app.Chain.IsWatched(customer.Coin));
    }

    [Fact]
    public async Task A_script_that_is_paid_elsewhere_is_watched_on_for_its_deposit()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(app);
        var stranger = customer.DepositTransaction.Clone();
        stranger.Inputs[0].PrevOut = new OutPoint(uint256.One, 0);
        await app.MineAsync(stranger);
        Assert.True(app.Chain.IsWatched(customer.Terms.DepositScript));
        await app.MineAsync(customer.DepositTransaction);
        await app.StateAsync<MerchantState.Open>(customer.Id);
    }

    [Fact]
    public async Task A_close_that_waits_for_the_node_is_sent_as_soon_as_it_answers()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await app.Chain.GoAwayAsync();
        await customer.CloseAsync();
        app.Chain.Broadcasts.Clear();
        await app.Chain.ComeBackAsync();
        Assert.Single(app.Chain.Broadcasts);
    }

    [Fact]
    public async Task A_channel_with_nothing_to_claim_is_left_alone()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        await app.WaitUntilAsync(customer.Expiry.Value + 10_000);
        await app.MineAsync();
        await app.StateAsync<MerchantState.Open>(customer.Id);
        Assert.Empty(app.Chain.Broadcasts);
        Assert.Empty(app.Log.Of(LogLevel.Critical));
    }

    [Fact]
    public async Task A_channel_that_fell_due_while_the_merchant_was_off_is_closed_at_the_start()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await app.StopAsync();
        app.Clock.AdvanceTo(customer.Expiry.Value - 1);
        await app.StartAgainAsync();
        await app.StateAsync<MerchantState.Closing>(customer.Id);
        Assert.Single(app.Chain.Broadcasts);
    }

    [Fact]
    public async Task A_close_is_sent_again_with_each_block_until_it_is_buried()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { BuriedAt = 3 });
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.CloseAsync();
        for (var block = 1; block <= 3; block++)
        {
            app.Chain.DropMempool();
            await app.MineAsync();
            Assert.Equal(1 + block, app.Chain.Broadcasts.Count);
        }
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        Assert.False((await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend.IsBuried);
        await app.MineAsync();
        await app.MineAsync();
        Assert.True((await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend.IsBuried);
        Assert.Equal(4, app.Chain.Broadcasts.Count);
        Assert.False(app.Chain.IsWatched(customer.Deposit.OutPoint) || app.Chain.IsWatched(customer.Coin) || app.Chain.IsWatched(customer.Terms.DepositScript));
    }

    [Fact]
    public async Task A_close_is_sent_again_at_the_start()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.CloseAsync();
        app.Chain.DropMempool();
        await app.RestartAsync();
        Assert.Equal(2, app.Chain.Broadcasts.Count);
    }

    [Theory, MemberData(nameof(EveryFailure))]
    public async Task One_channels_broadcast_that_fails_delays_no_other_and_is_tried_again(string failure)
    {
        await using var app = await MerchantApp.StartAsync();
        var customers = new List<TestCustomer>();
        for (var i = 0; i < 5; i++) customers.Add(await TestCustomer.OpenPendingAsync(app));
        await app.MineAsync([.. customers.Select(it => it.DepositTransaction)]);
        foreach (var customer in customers) await customer.PayAsync(5_000);
        var unlucky = customers.Take(2).Select(it => it.Deposit.OutPoint).ToHashSet();
        app.Chain.OnBroadcast = (close, _) => !unlucky.Contains(close.Inputs[0].PrevOut) ? Task.FromResult<BroadcastOutcome?>(null)
            : failure == nameof(Exception) ? throw new InvalidOperationException("What nobody thought of")
            : Task.FromResult<BroadcastOutcome?>(Make(failure));
        await app.WaitUntilAsync(customers[0].Expiry.Value - 86_400);
        foreach (var customer in customers) await app.StateAsync<MerchantState.Closing>(customer.Id);
        Assert.Equal(5, app.Chain.Broadcasts.Select(it => it.GetHash()).Distinct().Count());

        app.Chain.OnBroadcast = null;
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        foreach (var customer in customers) await app.StateAsync<MerchantState.Closed>(customer.Id);
    }

    [Fact]
    public async Task A_close_whose_id_a_third_party_changed_is_the_close()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { BuriedAt = 2 });
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        var answer = await customer.CloseAsync();
        var changed = app.Chain.Broadcasts.First().Clone();
        changed.Inputs[0].ScriptSig = new Script(OpcodeType.OP_NOP) + changed.Inputs[0].ScriptSig.ToOps();
        await app.MineAsync(changed);
        var spend = (await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend;
        Assert.NotEqual(answer.CloseTxid, spend.Txid.ToString());
        Assert.Equal((5_000L, 95_000L), (spend.ToMerchant.Satoshi, spend.ToCustomer.Satoshi));
        await app.MineAsync();
        Assert.True((await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend.IsBuried);
    }

    [Fact]
    public async Task A_deposit_that_is_reorganised_away_takes_no_payment_until_it_is_mined_again()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        app.Chain.Reorganise(1);
        await app.Chain.SettleAsync();
        using (var refused = await customer.TryPayAsync(6_000)) await refused.AssertIsAsync(PaymentRejection.ChannelPending);
        Assert.Contains(app.Log.Of(LogLevel.Error), line => line.Text.Contains(nameof(AlarmKind.DepositReorganised), StringComparison.Ordinal));
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        Assert.Equal(6_000, (await customer.PayAsync(6_000)).TotalSat);
    }

    [Fact]
    public async Task A_deposit_that_moves_to_another_block_counts_from_there()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { Confirmations = 2 });
        var customer = await TestCustomer.OpenAsync(app);
        app.Chain.Reorganise(2);
        app.Chain.Mine(customer.DepositTransaction);
        await app.Chain.SettleAsync();
        Assert.Equal(app.Chain.Tip.Height, (await app.ChannelAsync(customer.Id)).DepositHeight);
        await app.StateAsync<MerchantState.Pending>(customer.Id);
    }

    [Fact]
    public async Task A_paid_channel_whose_deposit_is_reorganised_away_waits_until_expiry()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        app.Chain.Reorganise(1);
        await app.WaitAsync(TimeSpan.FromHours(3));
        await app.MineAsync();
        await app.StateAsync<MerchantState.Pending>(customer.Id);
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Open>(customer.Id);
    }

    [Fact]
    public async Task A_close_that_is_reorganised_away_is_sent_again()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.CloseAsync();
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Closed>(customer.Id);
        app.Chain.Broadcasts.Clear();
        app.Chain.Reorganise(1);
        app.Chain.DropMempool();
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Closing>(customer.Id);
        Assert.NotEmpty(app.Chain.Broadcasts);
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Closed>(customer.Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_close_that_was_buried_and_is_reorganised_away_all_the_same_is_followed_again(bool restarts)
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { BuriedAt = 2 });
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.CloseAsync();
        app.Chain.MineMempool();
        await app.MineAsync();
        Assert.True((await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend.IsBuried);
        if (restarts) await app.RestartAsync();
        app.Chain.Reorganise(2);
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Closing>(customer.Id);
        app.Chain.MineMempool();
        await app.MineAsync();
        Assert.True((await app.StateAsync<MerchantState.Closed>(customer.Id)).Spend.IsBuried);
    }

    [Fact]
    public async Task A_reorganisation_that_takes_deposit_and_close_and_brings_both_back_ends_closed()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.CloseAsync();
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        app.Chain.Reorganise(2);
        await app.Chain.SettleAsync();
        Assert.Null((await app.ChannelAsync(customer.Id)).DepositHeight);
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Closed>(customer.Id);
        Assert.Equal(app.Chain.Tip.Height, (await app.ChannelAsync(customer.Id)).DepositHeight);
    }

    [Fact]
    public async Task A_deposit_whose_coin_is_spent_otherwise_is_given_up()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(app);
        await app.MineAsync(customer.DoubleSpend());
        Assert.Equal(AbandonReason.DoubleSpent, (await app.StateAsync<MerchantState.Abandoned>(customer.Id)).Reason);
        Assert.Empty(app.Log.Of(LogLevel.Critical));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_paid_deposit_that_is_reorganised_away_and_spent_otherwise_is_a_loss_and_shouted(bool whileOff)
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        if (whileOff) await app.StopAsync();
        app.Chain.Reorganise(1, customer.DoubleSpend());
        if (whileOff) await app.StartAgainAsync();
        await app.Chain.SettleAsync();
        await app.StateAsync<MerchantState.Abandoned>(customer.Id);
        Assert.Contains("5000 sat are lost (LostToDoubleSpend)", Assert.Single(app.Log.Of(LogLevel.Critical)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_coin_is_watched_as_long_as_any_deposit_hangs_on_it()
    {
        await using var app = await MerchantApp.StartAsync();
        var older = await TestCustomer.OpenPendingAsync(app);
        await app.WaitUntilAsync(older.Expiry.Value - 60);
        var newer = await TestCustomer.MeetAsync(app);
        newer.Coin = older.Coin;
        await newer.OpenAsync();
        app.Chain.MedianTime = older.Expiry.Value + 1;
        await app.MineAsync();
        Assert.True((await app.StateAsync<MerchantState.Abandoned>(older.Id)).IsOver);
        await app.MineAsync(newer.DoubleSpend());
        await app.StateAsync<MerchantState.Abandoned>(newer.Id);
    }

    [Fact]
    public async Task A_refund_of_a_paid_channel_is_a_loss_and_shouted()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await app.MineAsync(customer.Refund());
        await app.StateAsync<MerchantState.Refunded>(customer.Id);
        Assert.Contains("5000 sat are lost (LostToRefund)", Assert.Single(app.Log.Of(LogLevel.Critical)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refund_that_beats_the_close_is_a_loss_and_shouted()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.CloseAsync();
        await app.MineAsync(customer.Refund());
        await app.StateAsync<MerchantState.Refunded>(customer.Id);
        Assert.Single(app.Log.Of(LogLevel.Critical));
    }

    [Fact]
    public async Task A_refund_of_a_channel_without_payments_is_nothing_to_shout_about()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app);
        await app.MineAsync(customer.Refund());
        await app.StateAsync<MerchantState.Refunded>(customer.Id);
        Assert.Empty(app.Log.Of(LogLevel.Critical));
    }

    [Fact]
    public async Task A_close_that_nodes_would_not_relay_is_shouted_about_and_sent_all_the_same()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        // As a damaged store would have it: the signature is another payment's.
        var channel = await app.ChannelAsync(customer.Id);
        var damaged = channel with { Balance = new Balance(customer.Sign(6_000) with { Total = Money.Satoshis(5_000L) }, channel.Balance.Spent) };
        Assert.True(await app.Store.TryWriteAsync(damaged, channel.Version, default));
        await customer.CloseAsync();
        var close = (await app.StateAsync<MerchantState.Closing>(customer.Id)).Close.Transaction;
        Assert.Equal(close.GetHash(), Assert.Single(app.Chain.Broadcasts).GetHash());
        AssertShoutedOnce(app, customer);
    }

    [Fact]
    public async Task It_is_shouted_about_and_sent_again_with_every_block_and_after_a_restart()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        var channel = await app.ChannelAsync(customer.Id);
        var payment = channel.Balance.Newest!;
        var faulty = ChannelTransactions.HalfSigned(channel.PaymentOf(payment.Total), channel.Terms, payment.Signature);
        Assert.True(await app.Store.TryWriteAsync(channel with { State = new MerchantState.Closing(new PreparedClose(payment, faulty)) }, channel.Version, default));
        await app.MineAsync();
        Assert.Equal(1, app.Chain.BroadcastsOf(faulty.GetHash()));
        AssertShoutedOnce(app, customer);

        await app.RestartAsync();
        Assert.Equal(2, app.Chain.BroadcastsOf(faulty.GetHash()));
        Assert.Equal(2, app.Log.Of(LogLevel.Critical).Count());
    }

    [Fact]
    public async Task A_close_that_nodes_relay_is_nothing_to_shout_about()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.CloseAsync();
        await app.MineAsync();
        await app.RestartAsync();
        Assert.Equal(3, app.Chain.Broadcasts.Count);
        Assert.Empty(app.Log.Of(LogLevel.Critical));
        Assert.Empty(app.Log.Of(LogLevel.Error));
    }

    private static void AssertShoutedOnce(MerchantApp app, TestCustomer customer)
    {
        var line = Assert.Single(app.Log.Of(LogLevel.Critical));
        Assert.Equal(1014, line.Id);
        foreach (var word in (string[])[customer.Id.ToString(), nameof(AlarmKind.CloseNotRelayable), "5000 sat", nameof(CloseFaultKind.Script)])
            Assert.Contains(word, line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_close_that_is_still_not_mined_at_expiry_is_shouted_about_and_sent_on()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenAsync(app, paid: 5_000);
        await customer.CloseAsync();
        app.Chain.MedianTime = customer.Expiry.Value + 1;
        await app.MineAsync();
        Assert.Contains(app.Log.Of(LogLevel.Error), line => line.Text.Contains(nameof(AlarmKind.CloseLate), StringComparison.Ordinal));
        Assert.Equal(2, app.Chain.Broadcasts.Count);
    }

    [Fact]
    public async Task A_pending_channel_is_given_up_at_its_deadline_and_revives_when_its_deposit_is_mined_after_all()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(app);
        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.MineAsync();
        await app.StateAsync<MerchantState.Pending>(customer.Id);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.MineAsync();
        Assert.Equal(AbandonReason.DeadlinePassed, (await app.StateAsync<MerchantState.Abandoned>(customer.Id)).Reason);
        await app.RestartAsync();
        await app.MineAsync(customer.DepositTransaction);
        await app.StateAsync<MerchantState.Open>(customer.Id);
    }

    [Fact]
    public async Task An_abandoned_channel_is_forgotten_after_expiry()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(app);
        await app.MineAsync(customer.DoubleSpend());
        app.Chain.MedianTime = customer.Expiry.Value + 1;
        await app.MineAsync();
        Assert.True((await app.StateAsync<MerchantState.Abandoned>(customer.Id)).IsOver);
        Assert.False(app.Chain.IsWatched(customer.Deposit.OutPoint) || app.Chain.IsWatched(customer.Coin) || app.Chain.IsWatched(customer.Terms.DepositScript));
    }

    [Fact]
    public async Task What_happened_while_the_merchant_was_off_is_dealt_with_from_where_he_stopped()
    {
        await using var app = await MerchantApp.StartAsync(MerchantApp.DefaultPolicy with { BuriedAt = 2 });
        var (mined, closed, lost, moved) = (
            await TestCustomer.OpenPendingAsync(app), await TestCustomer.OpenAsync(app, paid: 5_000), await TestCustomer.OpenPendingAsync(app), await TestCustomer.OpenAsync(app));
        await closed.CloseAsync();
        await app.StopAsync();
        app.Chain.Reorganise(1);
        app.Chain.Mine(mined.DepositTransaction, app.Chain.Broadcasts.First(), lost.DoubleSpend());
        await app.StartAgainAsync();
        await app.StateAsync<MerchantState.Open>(mined.Id);
        await app.StateAsync<MerchantState.Closed>(closed.Id);
        await app.StateAsync<MerchantState.Abandoned>(lost.Id);
        await app.StateAsync<MerchantState.Pending>(moved.Id);
    }

    [Fact]
    public async Task An_outage_of_the_node_is_waited_out_and_told_once()
    {
        await using var app = await MerchantApp.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(app);
        await app.Chain.GoAwayAsync();
        for (var pause = 0; pause < 5; pause++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(10));
            await app.Clock.UntilSomeoneWaitsAsync();
        }
        app.Chain.Mine(customer.DepositTransaction);
        await app.Chain.ComeBackAsync();
        await app.StateAsync<MerchantState.Open>(customer.Id);
        Assert.Single(app.Log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains("The node is away", StringComparison.Ordinal));
        Assert.Single(app.Log.Lines, line => line.Text.Contains("Node and store answer again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_is_away_at_the_start_is_waited_for()
    {
        await using var app = await MerchantApp.StartAsync(settle: false, chain: chain => chain.IsAway = true);
        await app.Chain.ComeBackAsync();
        await TestCustomer.OpenAsync(app, paid: 5_000);
    }

    [Fact]
    public async Task Fees_that_outgrow_open_channels_are_an_alarm()
    {
        await using var app = await MerchantApp.StartAsync();
        await TestCustomer.OpenAsync(app, paid: 5_000);
        await TestCustomer.OpenAsync(app);
        app.Chain.Estimate = new FeeRate(Money.Satoshis(3_000));
        await app.MineAsync();
        Assert.DoesNotContain(app.Log.Lines, line => line.Text.Contains("Fees have risen", StringComparison.Ordinal));
        app.Chain.Estimate = new FeeRate(Money.Satoshis(10_000));
        await app.MineAsync();
        Assert.Contains("1 open channels with 5000 sat", Assert.Single(app.Log.Of(LogLevel.Error)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_of_another_network_stops_the_merchant()
    {
        await using var app = await MerchantApp.StartAsync();
        app.Chain.Fault = new ChainMismatchException("Another genesis block");
        var settling = app.Chain.SettleAsync();
        await Assert.ThrowsAsync<ChainMismatchException>(() => app.Watcher.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(settling.IsCompleted);
    }

    private static BroadcastOutcome Make(string name)
    {
        var constructor = typeof(BroadcastOutcome).GetNestedType(name)!.GetConstructors(BindingFlags.Public | BindingFlags.Instance).Single();
        return (BroadcastOutcome)constructor.Invoke([.. constructor.GetParameters().Select(_ => "the node's word for it")]);
    }
}

using System.Net;
using BtcChannels.Tests.Storage;

namespace BtcChannels.Tests.AspNetCore;

public sealed class InstancesTests
{
    [PostgresFact]
    public async Task Every_instance_takes_payments_of_one_channel_in_turn()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.First);

        for (var total = 1_000; total <= 2_000; total += 100)
        {
            customer.GoTo(total % 200 == 0 ? both.First : both.Second);
            Assert.Equal(total, (await customer.PayAsync(total)).TotalSat);
        }

        Assert.Equal(2_000, (await both.First.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [PostgresFact]
    public async Task A_payment_repeated_at_another_instance_is_the_same_success()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.Second, paid: 1_000);
        customer.GoTo(both.First);
        await customer.PayAsync(3_000);
        var version = (await both.First.ChannelAsync(customer.Id)).Version;

        customer.GoTo(both.Second);   // which has 1,000 in memory
        await customer.PayAsync(3_000);

        Assert.Equal(version, (await both.First.ChannelAsync(customer.Id)).Version);
    }

    [PostgresFact]
    public async Task What_an_instance_has_in_memory_lets_nothing_through_that_the_store_would_not()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.Second, paid: 1_000);
        customer.GoTo(both.First);
        await customer.PayAsync(5_000);

        customer.GoTo(both.Second);
        using (var lower = await customer.TryPayAsync(4_000)) Assert.Equal("total-not-raised", await ProblemAsync(lower));
        customer.GoTo(both.First);
        await customer.CloseAsync();
        customer.GoTo(both.Second);
        using (var late = await customer.TryPayAsync(6_000)) Assert.Equal("channel-closed", await ProblemAsync(late));

        var closing = await both.Second.StateAsync<MerchantState.Closing>(customer.Id);
        Assert.Equal(5_000, closing.Close.Payment.Total.Satoshi);
    }

    [PostgresFact]
    public async Task A_close_at_one_instance_takes_what_was_paid_at_the_other()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.First, paid: 1_000);
        customer.GoTo(both.Second);
        await customer.PayAsync(7_000);
        customer.GoTo(both.First);

        Assert.Equal(7_000, (await customer.CloseAsync()).ToMerchantSat);
    }

    [PostgresFact]
    public async Task Of_a_close_and_a_payment_at_once_either_comes_first()
    {
        await using var both = await InstancesFixture.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            var customer = await both.OpenAsync(both.First, paid: 1_000);
            customer.GoTo(both.Second);
            await customer.PayAsync(1_500);   // now both have it in memory
            var paying = Task.WhenAll(Enumerable.Range(0, 5).Select(n => customer.TryPayAsync(2_000 + n)));
            customer.GoTo(both.First);
            var close = await customer.CloseAsync();

            var answers = await paying;
            var accepted = answers.Select((answer, n) => answer.StatusCode == HttpStatusCode.OK ? 2_000 + n : 1_500).Max();
            foreach (var answer in answers) answer.Dispose();
            Assert.Equal(accepted, close.ToMerchantSat);
            Assert.Equal(accepted, (await both.Second.StateAsync<MerchantState.Closing>(customer.Id)).Close.Payment.Total.Satoshi);
        }
    }

    [PostgresFact]
    public async Task Many_payments_at_once_at_both_instances_end_at_the_highest()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.First);
        async Task<IReadOnlyList<(long Total, HttpStatusCode Status)>> PayAsync(MerchantApp at, IEnumerable<long> totals)
        {
            var uri = new Uri($"/channels/v1/channels/{customer.Id}/payments", UriKind.Relative);
            return await Task.WhenAll(totals.Select(async total =>
            {
                using var answer = await at.Once.PostAsync(uri, TestCustomer.JsonOf(customer.Payment(total)));
                return (total, answer.StatusCode);
            }));
        }

        var answers = (await Task.WhenAll(
            Task.Run(() => PayAsync(both.First, Enumerable.Range(1_000, 50).Select(it => (long)it))),
            Task.Run(() => PayAsync(both.Second, Enumerable.Range(1_010, 50).Select(it => (long)it).Reverse())))).SelectMany(it => it).ToList();

        Assert.Contains((1_059, HttpStatusCode.OK), answers);
        Assert.All(answers, it => Assert.True(it.Status is HttpStatusCode.OK or HttpStatusCode.Conflict, $"{it}"));
        Assert.Equal(1_059, (await both.First.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);
    }

    [PostgresFact]
    public async Task Of_opens_at_once_at_both_instances_one_makes_the_channel()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await TestCustomer.MeetAsync(both.First);
        var uri = new Uri("/channels/v1/channels", UriKind.Relative);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => Task.Run(() =>
            (n % 2 == 0 ? both.First : both.Second).Once.PostAsync(uri, TestCustomer.JsonOf(customer.Body)))));

        var texts = await Task.WhenAll(answers.Select(it => it.Content.ReadAsStringAsync()));
        Assert.All(answers, it => Assert.Equal(HttpStatusCode.OK, it.StatusCode));
        Assert.Single(texts.Distinct());
        Assert.Equal(1, await both.First.CountAsync());
        foreach (var answer in answers) answer.Dispose();
    }

    [PostgresFact]
    public async Task Channels_opened_at_different_instances_have_different_payout_scripts()
    {
        await using var both = await InstancesFixture.StartAsync();

        var customers = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => Task.Run(() => TestCustomer.OpenPendingAsync(n % 2 == 0 ? both.First : both.Second))));

        Assert.Equal(10, customers.Select(it => it.PayoutScript).Distinct().Count());
    }

    [PostgresFact]
    public async Task The_instance_that_follows_the_chain_watches_what_another_opens()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(both.Second);
        await both.SettleAsync();

        Assert.True(both.First.Chain.IsWatched(customer.Terms.DepositScript));
        Assert.True(both.First.Chain.IsWatched(customer.Deposit.OutPoint));
        Assert.True(both.First.Chain.IsWatched(customer.Coin));
        await both.MineAsync(customer.DepositTransaction);
        await both.Second.StateAsync<MerchantState.Open>(customer.Id);
    }

    [PostgresFact]
    public async Task A_deposit_mined_before_another_instance_opens_its_channel_is_found()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await TestCustomer.MeetAsync(both.Second);
        await both.MineAsync(customer.DepositTransaction);

        await customer.OpenAsync();
        await both.StateOfAsync<MerchantState.Pending>(customer);
        await both.SettleAsync();

        await both.StateOfAsync<MerchantState.Open>(customer);
    }

    [PostgresFact]
    public async Task Only_one_instance_deals_with_blocks()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(both.First);

        both.Second.Chain.Mine(customer.DepositTransaction);   // on a branch that the first never sees
        await both.SettleAsync();

        await both.StateOfAsync<MerchantState.Pending>(customer);
    }

    [PostgresFact]
    public async Task When_the_instance_that_follows_the_chain_is_gone_the_other_takes_over()
    {
        await using var both = await InstancesFixture.StartAsync();
        var paid = await both.OpenAsync(both.First, paid: 4_000);
        var pending = await TestCustomer.OpenPendingAsync(both.First);
        await both.LoseFirstAsync();

        both.Second.Chain.Mine(pending.DepositTransaction);
        await both.Second.Chain.SettleAsync();
        await both.StateOfAsync<MerchantState.Open>(pending);
        await both.Second.WaitUntilAsync(paid.Expiry.Value - 86_400);

        await both.StateOfAsync<MerchantState.Closing>(paid);
        Assert.Contains(both.Second.Chain.Broadcasts, it => it.Inputs[0].PrevOut == paid.Deposit.OutPoint);
    }

    [PostgresFact]
    public async Task An_instance_that_was_taken_over_from_stands_by_when_it_is_back()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(both.First);
        await both.LoseFirstAsync();
        await both.Second.Chain.SettleAsync();
        await both.First.Chain.ComeBackAsync();

        both.First.Chain.Mine(customer.DepositTransaction);   // the second has not seen it, and it is the second's to tell
        await both.First.Chain.SettleAsync();
        await both.StateOfAsync<MerchantState.Pending>(customer);

        both.Second.Chain.Mine(customer.DepositTransaction);
        await both.Second.Chain.SettleAsync();
        await both.StateOfAsync<MerchantState.Open>(customer);
    }

    [PostgresFact]
    public async Task An_instance_whose_node_is_so_slow_that_another_takes_over_asks_it_for_no_further_deposits()
    {
        await using var both = await InstancesFixture.StartAsync();
        await TestCustomer.OpenPendingAsync(both.Second);
        await TestCustomer.OpenPendingAsync(both.Second);
        var asked = 0;
        both.First.Chain.OnGetUnspent = async _ =>
        {
            if (Interlocked.Increment(ref asked) > 1) return;
            await both.Postgres.ExecuteAsync("UPDATE watch SET until = clock_timestamp() - interval '1 second'");
            await both.Second.Chain.SettleAsync();
            both.First.Clock.Delay = TimeSpan.FromSeconds(31);
        };

        await both.First.SettlePatientlyAsync();

        Assert.Equal(1, asked);
    }

    [PostgresFact]
    public async Task An_instance_that_stops_hands_the_chain_over_at_once()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await TestCustomer.OpenPendingAsync(both.First);
        await both.First.StopAsync();

        both.Second.Chain.Mine(customer.DepositTransaction);
        await both.Second.Chain.SettleAsync();

        await both.StateOfAsync<MerchantState.Open>(customer);
    }

    [PostgresFact]
    public async Task An_instance_whose_connections_are_cut_goes_on_with_new_ones()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.First, paid: 1_000);
        var pending = await TestCustomer.OpenPendingAsync(both.Second);

        Assert.NotEqual(0, await both.Postgres.KillConnectionsAsync("first"));
        for (var attempt = 0; attempt < 10; attempt++)
        {
            using var answer = await customer.TryPayAsync(2_000);
            if (answer.StatusCode == HttpStatusCode.OK) break;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
        Assert.Equal(2_000, (await both.Second.ChannelAsync(customer.Id)).Balance.Authorized.Satoshi);

        both.First.Chain.Mine(pending.DepositTransaction);   // the watch is still its own
        await both.First.SettlePatientlyAsync();
        await both.StateOfAsync<MerchantState.Open>(pending);
    }

    [PostgresFact]
    public async Task An_instance_that_stands_by_opens_and_takes_nothing_while_nobody_deals_with_the_blocks_that_its_node_sees()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.Second, paid: 1_000);
        both.Second.Chain.Mine();   // the first has not, and keeps the watch

        await both.Second.WaitAsync(TimeSpan.FromSeconds(31));
        using (var offer = await both.Second.Once.PostAsync(new Uri("/channels/v1/offers", UriKind.Relative), null)) Assert.Equal("chain-unavailable", await ProblemAsync(offer));
        await customer.PayAsync(2_000);
        await both.Second.WaitAsync(TimeSpan.FromMinutes(10));
        using (var refused = await customer.TryPayAsync(3_000)) Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        both.First.Chain.Mine();
        await both.SettleAsync();
        await customer.PayAsync(3_000);
    }

    [PostgresFact]
    public async Task What_another_instance_closes_does_not_stay_in_memory()
    {
        await using var both = await InstancesFixture.StartAsync();
        var customer = await both.OpenAsync(both.Second, paid: 1_000);
        Assert.Equal(1, both.Second.OpenChannels.Count);

        customer.GoTo(both.First);
        await customer.CloseAsync();

        for (var waited = 0; both.Second.OpenChannels.Count > 0 && waited < 1_000; waited++) await Task.Delay(10);
        Assert.Equal(0, both.Second.OpenChannels.Count);
    }

    [PostgresFact]
    public async Task The_password_of_the_database_is_never_logged()
    {
        await using var both = await InstancesFixture.StartAsync();
        await both.Postgres.KillConnectionsAsync("first");
        await both.First.SettlePatientlyAsync();

        var log = string.Concat(both.First.Log.Lines.Concat(both.Second.Log.Lines).Select(line => line.Text + line.Values));
        Assert.Contains("Database postgres at", log, StringComparison.Ordinal);
        Assert.DoesNotContain(TestPostgres.Password, log, StringComparison.Ordinal);
    }

    private static async Task<string> ProblemAsync(HttpResponseMessage answer)
    {
        using var problem = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return problem.RootElement.GetProperty("type").GetString()!.Split('/', ':')[^1];
    }
}

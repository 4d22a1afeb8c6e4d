using System.Net;
using BtcChannels.Client;
using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>Which channel a price is paid in, and when one is opened.</summary>
public class PayingChannelsTests
{
    [Fact]
    public async Task Without_a_channel_one_is_opened_with_the_deposit_that_is_suggested()
    {
        await using var rig = await PayRig.WithoutAsync();
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        var channel = Assert.Single(await rig.Rig.Customer.ListAsync());
        Assert.InRange(channel.Deposit.Value.Satoshi, 49_000, 51_000);
        Assert.Equal(25.Sat(), rig.Paywall.SpentOf(channel.Id));
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Single(await rig.Rig.Customer.ListAsync());
    }

    [Theory]
    [InlineData(30_000, 100_000, 30_000)]
    [InlineData(1_000, 100_000, 20_000)]
    [InlineData(300_000, 60_000, 60_000)]
    public async Task The_users_own_deposit_stays_within_the_bounds_of_both(long initial, long most, long expected)
    {
        await using var rig = await PayRig.WithoutAsync(new() { InitialDeposit = Money.Satoshis(initial), MaxDeposit = Money.Satoshis(most) });
        rig.Paywall.ChangeRequest = it => it with { CloseFee = Money.Satoshis(rig.Rig.Merchant.Policy.CloseFee(new FeeRate(Money.Satoshis(1_000L))).Satoshi) };
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(expected, Assert.Single(await rig.Rig.Customer.ListAsync()).Deposit.Value.Satoshi);
    }

    [Fact]
    public async Task A_deposit_above_the_most_is_not_made()
    {
        await using var rig = await PayRig.WithoutAsync(new() { MaxDeposit = Money.Satoshis(19_999L) });
        Assert.Equal(PaymentRefusal.DepositTooLarge, await rig.RefusalAsync());
        Assert.Empty(rig.Rig.Funded);
    }

    [Fact]
    public async Task None_is_opened_where_that_is_switched_off_or_the_budget_would_not_hold_the_price()
    {
        await using var rig = await PayRig.WithoutAsync(new() { MayOpen = false });
        Assert.Equal(PaymentRefusal.NoChannel, await rig.RefusalAsync());
        rig.Use(new() { MaxPerDay = Money.Satoshis(24L) });
        Assert.Equal(PaymentRefusal.DayBudget, await rig.RefusalAsync());
        Assert.Empty(rig.Rig.Funded);
    }

    [Fact]
    public async Task An_empty_wallet_is_told()
    {
        await using var rig = await PayRig.WithoutAsync();
        rig.Rig.IsPoor = true;
        Assert.Equal(PaymentRefusal.InsufficientFunds, await rig.RefusalAsync());
    }

    [Fact]
    public async Task A_merchant_who_does_not_agree_is_told()
    {
        await using var rig = await PayRig.WithoutAsync();
        rig.Rig.Merchant.Before = (path, _) => path == "offers" ? FakeMerchant.Problem(HttpStatusCode.UnprocessableEntity, "deposit-too-small") : null;
        Assert.Equal(PaymentRefusal.OpenFailed, await rig.RefusalAsync());
    }

    [Fact]
    public async Task A_deposit_that_is_not_mined_in_time_is_waited_for_again_and_not_made_twice()
    {
        await using var rig = await PayRig.WithoutAsync(new() { ConfirmationPatience = TimeSpan.Zero });
        rig.IsMined = false;
        Assert.Equal(PaymentRefusal.NotConfirmed, await rig.RefusalAsync());
        Assert.Equal(PaymentRefusal.NotConfirmed, await rig.RefusalAsync());
        var channel = Assert.Single(await rig.Rig.Customer.ListAsync());
        await rig.Rig.ConfirmAsync(channel);
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Single(await rig.Rig.Customer.ListAsync());
    }

    [Fact]
    public async Task Requests_at_the_same_time_open_one_channel()
    {
        await using var rig = await PayRig.WithoutAsync();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rig.GetAsync())), it => Assert.Equal(HttpStatusCode.OK, it.StatusCode));
        Assert.Single(await rig.Rig.Customer.ListAsync());
    }

    [Fact]
    public async Task A_channel_that_cannot_carry_the_price_makes_way_for_another()
    {
        var (rig, channel) = await PayRig.WithChannelAsync(new() { MaxPerRequest = 60_000.Sat(), MaxPerHost = null, MaxPerDay = null, MaxDeposit = Money.Satoshis(200_000L) });
        await using var _ = rig;
        rig.Paywall.Price = 40_000.Sat();
        for (var i = 0; i < 3; i++) (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        var channels = await rig.Rig.Customer.ListAsync();
        Assert.Equal([80_000L, 40_000L], channels.Select(it => it.Authorized.Satoshi));
        Assert.Equal(channel.Id, channels[0].Id);
    }

    [Fact]
    public async Task A_channel_that_the_merchant_has_finished_makes_way_for_another_once()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        rig.Paywall.Before = came => came.Credential?.Payload is VoucherPayload voucher && voucher.ChannelId == channel.Id
            ? FakePaywall.Problem(HttpStatusCode.Gone, PaymentProblems.ChannelFinalized)
            : null;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(2, (await rig.Rig.Customer.ListAsync()).Count);

        rig.Paywall.Before = came => came.Credential is null ? null : FakePaywall.Problem(HttpStatusCode.Gone, PaymentProblems.ChannelNotFound);
        Assert.Equal(PaymentRefusal.NoChannel, await rig.RefusalAsync());
        Assert.Equal(3, (await rig.Rig.Customer.ListAsync()).Count);
    }

    [Fact]
    public async Task The_caller_may_choose_among_those_that_fit()
    {
        List<int> fitting = [];
        var (rig, first) = await PayRig.WithChannelAsync(new()
        {
            ChooseChannel = (channels, _) =>
            {
                fitting.Add(channels.Count);
                return channels.Count < 2 ? null : channels[^1];
            },
        });
        await using var _ = rig;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        var second = (await rig.Rig.Customer.ListAsync())[1];
        Assert.Equal(25.Sat(), rig.Paywall.SpentOf(second.Id));
        Assert.Equal(MilliSatoshi.Zero, rig.Paywall.SpentOf(first.Id));
        Assert.Equal(1, fitting[0]);
    }

    [Fact]
    public async Task The_next_channel_is_opened_before_this_one_runs_out()
    {
        var (rig, channel) = await PayRig.WithChannelAsync(new() { RenewAtPercent = 70, MaxPerRequest = 40_000.Sat() });
        rig.Paywall.Price = 20_000.Sat();
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Single(await rig.Rig.Customer.ListAsync());
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        for (var i = 0; i < 200 && (await rig.Rig.Customer.ListAsync()).Count < 2; i++) await Task.Delay(20);
        Assert.Equal(2, (await rig.Rig.Customer.ListAsync()).Count);
        Assert.Equal(40_000, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task Closing_gives_back_what_was_authorized_and_not_spent()
    {
        List<CloseResult> closed = [];
        var (rig, channel) = await PayRig.WithChannelAsync(new() { AuthorizeAhead = Money.Satoshis(5_000L), OnClosed = (_, result) => closed.Add(result) });
        await using var _ = rig;
        rig.Paywall.Price = 500.Sat();
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.IsType<CloseResult.Closing>(Assert.Single(await rig.Payer.CloseAsync(new Uri(PayRig.Address))));
        Assert.Equal(500, ((CloseResult.Closing)Assert.Single(closed)).ToMerchant.Satoshi);
        Assert.IsType<CustomerState.Closing>((await rig.Rig.ReadAsync(channel)).State);
    }
}

using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>Closing a channel whose newest signature went to a priced address: what of it is not spent stays the customer's.</summary>
public class VoucherClosingTests
{
    private static readonly Money Dust = Money.Satoshis(294L);

    private static bool IsPaid(PricedRequest came) => came.Credential is not null;

    private static async Task<Money> CloseAsync(PayRig rig, CustomerChannel channel) =>
        Assert.IsType<CloseResult.Closing>(await rig.Rig.Customer.CloseAsync(channel.Id)).ToMerchant;

    /// <summary>One request is answered; of a further one, with a voucher far ahead, the answer is lost.</summary>
    private static async Task<(PayRig Rig, CustomerChannel Channel)> WithLostAnswerAsync(bool hasArrived)
    {
        var (rig, channel) = await PayRig.WithChannelAsync(new() { AuthorizeAhead = Money.Satoshis(5_000L), MaxRetries = 0 });
        rig.Paywall.Price = 400.Sat();
        if (hasArrived) rig.Paywall.After = (came, answer) => IsPaid(came) ? throw FakeMerchant.LostReply() : answer;
        else rig.Paywall.Before = came => IsPaid(came) ? throw FakeMerchant.LostReply() : null;
        await Assert.ThrowsAnyAsync<HttpRequestException>(rig.GetAsync);
        channel = await rig.Rig.ReadAsync(channel);
        Assert.Equal((5_400L, true), (channel.Authorized.Satoshi, channel.HasUnanswered));
        return (rig, channel);
    }

    [Theory]
    [InlineData(true, 400)]
    [InlineData(false, 0)]
    public async Task A_voucher_without_answer_costs_what_was_spent_of_it(bool hasArrived, long expected)
    {
        var (rig, channel) = await WithLostAnswerAsync(hasArrived);
        await using var _ = rig;
        Assert.Equal(expected, (await CloseAsync(rig, channel)).Satoshi);
        Assert.Equal(0, rig.Rig.Merchant.TimesAsked("/payments"));
    }

    [Fact]
    public async Task The_next_process_knows_that_it_was_a_voucher()
    {
        var (rig, channel) = await WithLostAnswerAsync(hasArrived: true);
        await using var _ = rig;
        await rig.RestartAsync();
        Assert.Equal(400, (await CloseAsync(rig, channel)).Satoshi);
    }

    [Fact]
    public async Task A_merchant_who_does_not_tell_what_is_spent_is_asked_again_before_the_close()
    {
        var (rig, channel) = await WithLostAnswerAsync(hasArrived: true);
        await using var _ = rig;
        rig.Rig.Merchant.Before = (path, _) => path.EndsWith($"{channel.Id}", StringComparison.Ordinal) ? throw FakeMerchant.LostReply() : null;
        Assert.IsType<CloseResult.Unanswered>(await rig.Rig.Customer.CloseAsync(channel.Id));
        Assert.Equal(0, rig.Rig.Merchant.TimesAsked("/close"));

        rig.Rig.Merchant.Before = (_, _) => null;
        await rig.Rig.Customer.ResumeAsync();
        Assert.Equal(400, ((MerchantState.Closing)rig.Rig.Merchant[channel.Id].State).Close.Transaction.Outputs[0].Value.Satoshi);
    }

    [Fact]
    public async Task While_a_request_is_served_the_credit_is_not_given_away()
    {
        var (rig, channel) = await WithLostAnswerAsync(hasArrived: true);
        await using var _ = rig;
        var settled = rig.Rig.Merchant[channel.Id].Balance;
        rig.Rig.Merchant.Change(channel.Id, it => it with { Balance = new Balance(settled.Newest, settled.Spent, settled.Reserved.With(new(7, 400.Sat(), null))) });
        Assert.IsType<CloseResult.Unanswered>(await rig.Rig.Customer.CloseAsync(channel.Id));
        Assert.IsType<MerchantState.Open>(rig.Rig.Merchant[channel.Id].State);

        rig.Rig.Merchant.Change(channel.Id, it => it with { Balance = settled });
        Assert.Equal(400, (await CloseAsync(rig, channel)).Satoshi);
    }

    [Fact]
    public async Task A_merchant_restored_from_a_backup_gets_what_was_signed()
    {
        var (rig, channel) = await WithLostAnswerAsync(hasArrived: true);
        await using var _ = rig;
        rig.Rig.Merchant.Restore(channel.Id, Balance.Nothing);
        Assert.Equal(5_400, (await CloseAsync(rig, channel)).Satoshi);
    }

    [Fact]
    public async Task A_payment_after_a_voucher_is_a_payment_again()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.True((await rig.Rig.ReadAsync(channel)).NewestIsVoucher);

        rig.Rig.Merchant.Before = (_, _) => throw FakeMerchant.LostReply();
        await rig.Rig.Customer.PayAsync(channel.Id, Money.Satoshis(500L));
        Assert.False((await rig.Rig.ReadAsync(channel)).NewestIsVoucher);
        rig.Rig.Merchant.Before = (_, _) => null;
        Assert.Equal(Dust + Money.Satoshis(500L), await CloseAsync(rig, channel));
    }

    [Fact]
    public async Task So_is_one_of_a_stream()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        rig.Rig.Merchant.Stream = _ => Mood.Answer;
        await using (var stream = await rig.Rig.Customer.StreamAsync(channel.Id)) (await stream.PayAsync(Money.Satoshis(5L))).OrThrow();
        Assert.False((await rig.Rig.ReadAsync(channel)).NewestIsVoucher);
    }

    [Fact]
    public async Task Resending_leaves_a_voucher_alone()
    {
        var (rig, channel) = await WithLostAnswerAsync(hasArrived: false);
        await using var _ = rig;
        Assert.IsType<PayResult.Paid>(await rig.Rig.Customer.ResendAsync(channel.Id));
        Assert.Equal(0, rig.Rig.Merchant.TimesAsked("/payments"));
    }
}

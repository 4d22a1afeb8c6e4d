using System.Net;
using BtcChannels.Client;
using BtcChannels.Paywall;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>Merchants who ask for too much, change their terms, never have enough, or lie; and budgets.</summary>
public class PaymentRefusalTests
{
    [Fact]
    public async Task A_price_above_the_most_is_not_paid()
    {
        var (rig, channel) = await PayRig.WithChannelAsync(new() { MaxPerRequest = 25.Sat() });
        await using var _ = rig;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        var signed = (await rig.Rig.ReadAsync(channel)).Authorized;
        rig.Paywall.Price = 25.001m.Sat();
        rig.Paywall.Before = came => came.Credential is null ? null : FakePaywall.Problem(HttpStatusCode.BadGateway, "about:blank");
        rig.Http.Dispose();
        rig.Use(new() { MaxPerRequest = 25.Sat() });
        Assert.Equal(PaymentRefusal.PriceTooHigh, await rig.RefusalAsync());
        Assert.Equal(signed, (await rig.Rig.ReadAsync(channel)).Authorized);
    }

    [Fact]
    public async Task A_price_that_rises_in_between_is_asked_for_again_and_bounded_like_any_other()
    {
        List<MilliSatoshi> asked = [];
        var (rig, channel) = await PayRig.WithChannelAsync(new()
        {
            MaxPerRequest = 400.Sat(), OnPaymentRequested = (it, _) =>
            {
                asked.Add(it.Price);
                return ValueTask.FromResult(true);
            },
        });
        await using var _ = rig;
        rig.Paywall.Price = 300.Sat();
        rig.Paywall.Before = came =>
        {
            rig.Paywall.Price = came.Credential is null ? 300.Sat() : 350.Sat();
            return null;
        };
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal([300.Sat(), 350.Sat()], asked);
        Assert.Equal(350.Sat(), rig.Paywall.SpentOf(channel.Id));

        rig.Paywall.Before = came =>
        {
            rig.Paywall.Price = 401.Sat();
            return null;
        };
        Assert.Equal(PaymentRefusal.PriceTooHigh, await rig.RefusalAsync());
        Assert.Equal(350.Sat(), rig.Paywall.SpentOf(channel.Id));
    }

    [Fact]
    public async Task A_merchant_who_never_has_enough_gets_twice_the_price_at_most()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        rig.Paywall.Price = 500.Sat();
        rig.Paywall.Before = came =>
        {
            if (came.Credential is null) return null;
            var answer = FakePaywall.Problem(HttpStatusCode.PaymentRequired, PaymentProblems.PaymentInsufficient);
            answer.Headers.TryAddWithoutValidation("WWW-Authenticate", came.Credential.Challenge.Write());
            return answer;
        };
        Assert.Equal(PaymentRefusal.AskedTooOften, await rig.RefusalAsync());
        Assert.Equal([500L, 1_000L], rig.Paywall.Totals.Select(it => it.Satoshi).Distinct());
        Assert.Equal(1_000, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Theory]
    [InlineData(PaymentProblems.InvalidSignature)]
    [InlineData(PaymentProblems.VerificationFailed)]
    [InlineData(PaymentProblems.MalformedCredential)]
    [InlineData(PaymentProblems.DeltaTooSmall)]
    public async Task A_merchant_who_refuses_good_vouchers_gets_no_more_of_them(string problem)
    {
        var (rig, _) = await PayRig.WithChannelAsync(new() { MayOpen = false });
        await using var __ = rig;
        rig.Paywall.Before = came => came.Credential is null ? null : FakePaywall.Problem(HttpStatusCode.PaymentRequired, problem);
        Assert.Equal(PaymentRefusal.MerchantRefused, await rig.RefusalAsync());
        Assert.Equal(PaymentRefusal.NoChannel, await rig.RefusalAsync());
        Assert.Single(rig.Paywall.Totals);
    }

    public static TheoryData<string> WrongReceipts => ["other-channel", "less-accepted", "more-accepted", "more-spent", "beyond-accepted"];

    [Theory, MemberData(nameof(WrongReceipts))]
    public async Task A_wrong_receipt_ends_the_trust_in_the_channel(string which)
    {
        var (rig, _) = await PayRig.WithChannelAsync(new() { MayOpen = false });
        await using var __ = rig;
        rig.Paywall.ChangeReceipt = it => which switch
        {
            "other-channel" => it with { ChannelId = new(new OutPoint(uint256.One, 0)) },
            "less-accepted" => it with { AcceptedCumulative = it.AcceptedCumulative - 1L },
            "more-accepted" => it with { AcceptedCumulative = it.AcceptedCumulative + 1L },
            "more-spent" => it with { Spent = 25.001m.Sat() },
            _ => it with { Spent = MilliSatoshi.Of(it.AcceptedCumulative) + 1.Sat() },
        };
        var refused = await Assert.ThrowsAsync<PaymentRefusedException>(rig.GetAsync);
        Assert.Equal(PaymentRefusal.ReceiptWrong, refused.Reason);
        Assert.Equal("served ", await refused.Response!.Content.ReadAsStringAsync());
        Assert.Equal(PaymentRefusal.NoChannel, await rig.RefusalAsync());
    }

    [Fact]
    public async Task A_receipt_that_is_none_is_a_wrong_one()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        rig.Paywall.After = (came, answer) =>
        {
            answer.Headers.Remove(PaymentScheme.ReceiptHeader);
            answer.Headers.TryAddWithoutValidation(PaymentScheme.ReceiptHeader, "e30");
            return answer;
        };
        rig.Paywall.Before = came => null;
        Assert.Equal(PaymentRefusal.ReceiptWrong, await rig.RefusalAsync());
    }

    public static TheoryData<string, PaymentRefusal> WrongChallenges => new()
    {
        { "request", PaymentRefusal.ChallengeMalformed }, { "expired", PaymentRefusal.ChallengeMalformed }, { "network", PaymentRefusal.OtherNetwork },
        { "no-network", PaymentRefusal.OtherNetwork }, { "kind", PaymentRefusal.NotSupported }, { "door", PaymentRefusal.NotSupported },
    };

    [Theory, MemberData(nameof(WrongChallenges))]
    public async Task A_challenge_that_cannot_be_answered_is_not(string which, PaymentRefusal reason)
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        rig.Paywall.ChangeRequest = it => which switch
        {
            "network" => it with { Network = "main" },
            "no-network" => it with { Network = "moonnet" },
            "kind" => it with { Kinds = ["p2wsh"] },
            "door" => it with { Channels = "/elsewhere" },
            _ => it,
        };
        rig.Paywall.ChangeChallenge = it => which switch
        {
            "request" => it with { Request = "e30" },
            "expired" => it with { Expires = "2009-01-03T18:15:05Z" },
            _ => it,
        };
        Assert.Equal(reason, await rig.RefusalAsync());
        Assert.Empty(rig.Paywall.Totals);
    }

    [Fact]
    public async Task Nothing_is_paid_on_an_open_line()
    {
        var (rig, _) = await PayRig.WithChannelAsync();
        await using var __ = rig;
        Assert.Equal(PaymentRefusal.NotEncrypted, (await Assert.ThrowsAsync<PaymentRefusedException>(() => rig.Http.GetAsync(new Uri("http://shop.example/answers")))).Reason);
    }

    [Fact]
    public async Task What_the_caller_declines_is_not_paid()
    {
        PaymentAsked? asked = null;
        var (rig, _) = await PayRig.WithChannelAsync(new() { OnPaymentRequested = (it, _) => ValueTask.FromResult((asked = it) is null) });
        await using var __ = rig;
        Assert.Equal(PaymentRefusal.Declined, await rig.RefusalAsync());
        Assert.Equal((25.Sat(), PayRig.Address), (asked!.Price, asked.Address.ToString()));
    }

    public static TheoryData<string, PaymentRefusal> Budgets => new()
    {
        { "host", PaymentRefusal.HostBudget }, { "day", PaymentRefusal.DayBudget }, { "total", PaymentRefusal.TotalBudget },
    };

    [Theory, MemberData(nameof(Budgets))]
    public async Task Budgets_hold_over_a_restart(string which, PaymentRefusal reason)
    {
        var most = Money.Satoshis(1_000L);
        var options = which switch
        {
            "host" => new PayerOptions { MaxPerHost = most },
            "day" => new PayerOptions { MaxPerDay = most },
            _ => new PayerOptions { MaxTotal = most },
        };
        var (rig, channel) = await PayRig.WithChannelAsync(options);
        await using var _ = rig;
        rig.Paywall.Price = 400.Sat();
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(reason, await rig.RefusalAsync());
        await rig.RestartAsync(options);
        Assert.Equal(reason, await rig.RefusalAsync());
        rig.Paywall.Price = 200.Sat();
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(1_000, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task Many_requests_at_once_do_not_slip_past_a_budget()
    {
        var (rig, channel) = await PayRig.WithChannelAsync(new() { MaxPerDay = Money.Satoshis(1_000L) });
        await using var _ = rig;
        rig.Paywall.Price = 300.Sat();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            try
            {
                (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
                return 1;
            }
            catch (PaymentRefusedException refused) when (refused.Reason == PaymentRefusal.DayBudget)
            {
                return 0;
            }
        }));
        Assert.Equal(3, outcomes.Sum());
        Assert.Equal(900, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }

    [Fact]
    public async Task What_lies_ahead_of_need_is_left_out_before_a_budget_refuses()
    {
        var (rig, channel) = await PayRig.WithChannelAsync(new() { MaxPerDay = Money.Satoshis(500L), AuthorizeAhead = Money.Satoshis(300L) });
        await using var _ = rig;
        (await rig.GetAsync()).EnsureSuccessStatusCode().Dispose();
        Assert.Equal(294, (await rig.Rig.ReadAsync(channel)).Authorized.Satoshi);
    }
}

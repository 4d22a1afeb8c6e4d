using System.Net;
using System.Net.Http.Headers;
using BtcChannels.Client;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class Two1HandlerTests
{
    private static readonly PayerOptions s_options = new() { MaxPerRequest = 5_000.Sat(), MaxDeposit = Money.Satoshis(300_000L) };

    [Fact]
    public async Task A_priced_request_is_paid_and_sent_again_with_its_token()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        using var answer = await two1.Http.GetAsync(two1.Address);
        Assert.Equal("sold", await answer.Content.ReadAsStringAsync());
        var paid = answer.GetRedeemedToken()!;
        Assert.Equal((channel.Id, two1.Server[channel].Newest!.GetHash(), 3_000L), (paid.Channel, paid.Token, paid.Amount.Satoshi));
        Assert.Equal([null, paid.Token.ToString()], two1.Server.Tokens);
        Assert.Equal("sold", await two1.BuyAsync());
        Assert.Equal((3_050L, 2), (two1.Server[channel].Total, two1.Server.Payments.Count));
        Assert.Empty(await two1.TokensAsync(channel));
        Assert.False(answer.RequestMessage!.Headers.Contains("Bitcoin-Payment-Channel-Token"));
    }

    [Fact]
    public async Task A_channel_is_opened_where_none_fits_and_another_where_it_is_used_up()
    {
        await using var two1 = await Two1Rig.StartAsync();
        two1.MineDeposits();
        two1.Use(s_options with { InitialDeposit = Money.Satoshis(133_000L) });
        Assert.Equal("sold", await two1.BuyAsync());
        var first = Assert.Single(await two1.Customer.ListAsync());
        Assert.Equal((5_000L, two1.Server[first].Total), (first.Capacity.Satoshi, 3_000L));
        two1.Server.Price = 1_500;
        await two1.BuyAsync();
        await two1.BuyAsync();
        Assert.Equal([4_500L, 3_000L], two1.Server.Channels.Select(it => it.Total));
    }

    [Fact]
    public async Task A_body_is_sent_intact_each_time()
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        using var answer = await two1.Http.PostAsync(two1.Address, new StringContent(" 6 x 7"));
        Assert.Equal("sold 6 x 7", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_requests_own_authorization_goes_with_it()
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        using var request = new HttpRequestMessage(HttpMethod.Get, two1.Address) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "abc") } };
        using var answer = await two1.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Bearer abc", two1.Server.Requests[^1].Authorization);
    }

    [Fact]
    public async Task Requests_side_by_side_share_a_channel_one_payment_at_a_time()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => two1.BuyAsync())), answer => Assert.Equal("sold", answer));
        Assert.Equal((3_350L, 8, 1), (two1.Server[channel].Total, two1.Server.Payments.Count, two1.Server.MostAtOnce));
        Assert.Empty(await two1.TokensAsync(channel));
    }

    [Fact]
    public async Task What_names_no_door_is_for_others()
    {
        await using var two1 = await Two1Rig.StartAsync();
        two1.Server.Servers = [];
        using var answer = await two1.Http.GetAsync(two1.Address);
        Assert.Equal(HttpStatusCode.PaymentRequired, answer.StatusCode);
        Assert.Equal("Payment Required", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("+5")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("fifty")]
    [InlineData("2100000000000001")]
    [InlineData("99999999999999999999")]
    [InlineData("50", "60")]
    public async Task A_price_that_is_none_is_not_paid(params string[] prices)
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        two1.Server.Prices = prices;
        Assert.Equal(PaymentRefusal.ChallengeMalformed, await two1.RefusalAsync());
        Assert.Empty(two1.Server.Payments);
    }

    [Theory]
    [InlineData("https://evil.example/payment", PaymentRefusal.OtherServer)]
    [InlineData("http://127.0.0.1:1/payment", PaymentRefusal.OtherServer)]
    [InlineData("ftp://127.0.0.1/payment", PaymentRefusal.ChallengeMalformed)]
    [InlineData("/payment", PaymentRefusal.ChallengeMalformed)]
    [InlineData("nonsense", PaymentRefusal.ChallengeMalformed)]
    public async Task Another_host_is_not_paid(string server, PaymentRefusal why)
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        two1.Server.Servers = [server];
        Assert.Equal(why, await two1.RefusalAsync());
        Assert.Empty(two1.Server.Payments);
    }

    [Fact]
    public async Task One_that_is_allowed_is()
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        two1.Server.Servers = [$"http://localhost:{two1.Server.Origin.Port}/payment"];
        Assert.Equal(PaymentRefusal.OtherServer, await two1.RefusalAsync());
        two1.Use(s_options with { AllowsTwo1Server = (request, server) => request.Host == "127.0.0.1" && server.Host == "localhost", MayOpen = false });
        Assert.Equal(PaymentRefusal.NoChannel, await two1.RefusalAsync());
    }

    [Theory]
    [InlineData("/pay")]
    [InlineData("/payments")]
    [InlineData("/payment/deeper")]
    [InlineData("/Payment")]
    public async Task A_channel_of_a_door_with_a_like_address_is_not_used(string path)
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        two1.Use(s_options with { MayOpen = false });
        two1.Server.Servers = [new Uri(two1.Server.Origin, path).ToString()];
        Assert.Equal(PaymentRefusal.NoChannel, await two1.RefusalAsync());
        two1.Server.Servers = [new Uri(two1.Server.Origin, "/payment/").ToString()];
        Assert.Equal("sold", await two1.BuyAsync());
    }

    [Fact]
    public async Task A_channels_first_payment_costs_what_the_door_takes_at_least_and_is_held_against_the_most()
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        List<MilliSatoshi> asked = [];
        two1.Use(s_options with { MaxPerRequest = 2_999.Sat() });
        Assert.Equal(PaymentRefusal.PriceTooHigh, await two1.RefusalAsync());
        two1.Use(s_options with
        {
            MaxPerRequest = 3_000.Sat(),
            OnPaymentRequested = (it, _) =>
            {
                asked.Add(it.Price);
                return ValueTask.FromResult(true);
            },
        });
        await two1.BuyAsync();
        await two1.BuyAsync();
        Assert.Equal([3_000.Sat(), 50.Sat()], asked);
        two1.Server.Price = 3_001;
        Assert.Equal(PaymentRefusal.PriceTooHigh, await two1.RefusalAsync());
        Assert.Equal(2, two1.Server.Payments.Count);
    }

    [Fact]
    public async Task Who_declines_pays_nothing_and_opens_nothing()
    {
        await using var two1 = await Two1Rig.StartAsync();
        two1.Use(s_options with { OnPaymentRequested = (_, _) => ValueTask.FromResult(false) });
        Assert.Equal(PaymentRefusal.Declined, await two1.RefusalAsync());
        Assert.Empty(await two1.Customer.ListAsync());
    }

    [Fact]
    public async Task Budgets_hold_from_one_process_to_the_next()
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        var options = s_options with { MaxPerDay = Money.Satoshis(3_060L) };
        two1.Use(options);
        await two1.BuyAsync();
        await two1.BuyAsync();
        await two1.RestartAsync();
        two1.Use(options);
        Assert.Equal(PaymentRefusal.DayBudget, await two1.RefusalAsync());
        two1.Use(options with { MaxPerDay = null, MaxPerHost = Money.Satoshis(3_099L) });
        Assert.Equal(PaymentRefusal.HostBudget, await two1.RefusalAsync());
        Assert.Equal(2, two1.Server.Payments.Count);
    }

    [Fact]
    public async Task No_deposit_is_made_for_what_the_budget_does_not_hold_or_that_is_too_large()
    {
        await using var two1 = await Two1Rig.StartAsync();
        two1.Use(s_options with { MaxPerDay = Money.Satoshis(2_999L) });
        Assert.Equal(PaymentRefusal.DayBudget, await two1.RefusalAsync());
        two1.Use(s_options with { MaxDeposit = Money.Satoshis(130_999L) });
        Assert.Equal(PaymentRefusal.DepositTooLarge, await two1.RefusalAsync());
        Assert.Empty(await two1.Customer.ListAsync());
    }

    [Fact]
    public async Task A_request_that_never_arrived_is_sent_again_with_the_same_token()
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        var losses = 1;
        two1.Server.IsLost = came => came.Token is not null && losses-- > 0;
        Assert.Equal("sold", await two1.BuyAsync());
        Assert.Single(two1.Server.Payments);
        Assert.Equal(2, two1.Server.Tokens.Count(it => it is not null));
        Assert.Single(two1.Server.Tokens.OfType<string>().Distinct());
    }

    [Fact]
    public async Task Where_the_answer_is_lost_the_server_gives_it_once_and_it_is_not_paid_again_by_itself()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        var losses = 1;
        two1.Server.IsAnswerLost = came => came.Token is not null && losses-- > 0;
        Assert.Equal(PaymentRefusal.Unanswered, await two1.RefusalAsync());
        Assert.Single(two1.Server.Payments);
        Assert.Empty(await two1.TokensAsync(channel));
    }

    [Fact]
    public async Task A_token_that_could_not_be_redeemed_is_kept_for_the_same_request_in_the_next_process_too()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.IsLost = came => came.Token is not null;
        await Assert.ThrowsAsync<HttpRequestException>(two1.BuyAsync);
        Assert.Equal(new Two1Request("GET", two1.Address.AbsoluteUri), Assert.Single(await two1.TokensAsync(channel)).For);
        two1.Server.IsLost = _ => false;
        await two1.RestartAsync();
        // Another request has no right to it.
        Assert.Equal("sold", await two1.Http.GetStringAsync(new Uri(two1.Server.Origin, "/other")));
        Assert.Equal(2, two1.Server.Payments.Count);
        Assert.Equal("sold", await two1.BuyAsync());
        Assert.Equal(2, two1.Server.Payments.Count);
        Assert.Empty(await two1.TokensAsync(channel));
    }

    [Fact]
    public async Task A_kept_token_that_was_redeemed_after_all_is_replaced_by_a_new_payment_when_asked_again()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.IsAnswerLost = came => came.Token is not null;
        two1.Use(s_options with { MaxRetries = 0 });
        await Assert.ThrowsAsync<HttpRequestException>(two1.BuyAsync);
        two1.Server.IsAnswerLost = _ => false;
        Assert.Equal("sold", await two1.BuyAsync());
        Assert.Equal(2, two1.Server.Payments.Count);
        Assert.Empty(await two1.TokensAsync(channel));
    }

    [Fact]
    public async Task A_payment_whose_answer_was_lost_is_settled_and_its_token_used()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.IsAnswerLost = came => came.Method == "PUT";
        Assert.Equal(PaymentRefusal.Unanswered, await two1.RefusalAsync());
        two1.Server.IsAnswerLost = _ => false;
        await two1.RestartAsync();
        Assert.Equal("sold", await two1.BuyAsync());
        Assert.Single(two1.Server.Payments.Distinct());
        Assert.Equal(3_000L, two1.Server[channel].Total);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(3_001)]
    public async Task Who_asks_again_although_he_has_a_token_gets_no_second_payment(long price)
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.Before = came =>
        {
            if (came.Token is null) return null;
            two1.Server.Price = price;
            return (402, "Payment Required");
        };
        Assert.Equal(PaymentRefusal.AskedTooOften, await two1.RefusalAsync());
        Assert.Single(two1.Server.Payments);
        Assert.Empty(await two1.TokensAsync(channel));
    }

    [Fact]
    public async Task A_closed_channel_is_left_and_a_new_one_opened()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.MineDeposits();
        await two1.BuyAsync();
        two1.Server.CloseByItself(channel);
        Assert.Equal("sold", await two1.BuyAsync());
        Assert.IsType<CustomerState.Closing>((await two1.ReadAsync(channel)).State);
        Assert.Equal(2, two1.Server.Channels.Count);
    }

    [Fact]
    public async Task A_server_that_closes_every_channel_as_it_is_paid_gets_two_payments_at_most()
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        two1.MineDeposits();
        two1.Server.Before = came => came.Method == "PUT" ? (400, "Payment channel closed.") : null;
        Assert.Equal(PaymentRefusal.AskedTooOften, await two1.RefusalAsync());
        Assert.Equal(2, two1.Server.Payments.Count);
    }

    [Theory]
    [InlineData("ChannelClosedError('Payment channel closed.')", PaymentRefusal.MerchantRefused, 0)]
    [InlineData("ChannelClosedError('Payment channel closed.',)", PaymentRefusal.MerchantRefused, 0)]
    [InlineData("ChannelClosedError('Payment channel not ready.')", PaymentRefusal.NotConfirmed, 1)]
    [InlineData("PaymentChannelNotFoundError('Payment not found.')", PaymentRefusal.MerchantRefused, 1)]
    [InlineData("RedeemPaymentError('Payment already redeemed.')", PaymentRefusal.Unanswered, 0)]
    public async Task A_token_that_is_not_redeemed_is_said_so_and_costs_one_payment(string words, PaymentRefusal why, int left)
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.Before = came => came.Token is null ? null : (400, words);
        Assert.Equal(why, await two1.RefusalAsync());
        Assert.Single(two1.Server.Payments);
        Assert.Equal(left, (await two1.TokensAsync(channel)).Count);
    }

    [Fact]
    public async Task A_token_that_is_being_redeemed_is_waited_for()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        var times = 1;
        two1.Server.Before = came => came.Token is not null && times-- > 0 ? (400, "RedeemPaymentError('Payment is being redeemed.')") : null;
        Assert.Equal("sold", await two1.BuyAsync());
        Assert.Single(two1.Server.Payments);
        Assert.Empty(await two1.TokensAsync(channel));
    }

    [Fact]
    public async Task A_payment_that_comes_too_early_is_kept_and_sent_again()
    {
        var (two1, _) = await Two1Rig.WithOpenChannelAsync();
        await using var __ = two1;
        two1.Server.Before = came => came.Method == "PUT" ? (400, "Payment channel not ready.") : null;
        Assert.Equal(PaymentRefusal.NotConfirmed, await two1.RefusalAsync());
        two1.Server.Before = _ => null;
        Assert.Equal("sold", await two1.BuyAsync());
        Assert.Single(two1.Server.Payments.Distinct());
    }

    [Fact]
    public async Task Another_failure_is_handed_back_and_the_token_kept()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.Before = came => came.Token is null ? null : (400, "no such article");
        using var answer = await two1.Http.GetAsync(two1.Address);
        Assert.Equal((HttpStatusCode.BadRequest, "no such article"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Single(await two1.TokensAsync(channel));
    }

    [Fact]
    public async Task A_challenge_of_the_Payment_scheme_comes_first()
    {
        var (rig, channel) = await PayRig.WithChannelAsync();
        await using var _ = rig;
        rig.Paywall.After = (_, answer) =>
        {
            if (answer.StatusCode != HttpStatusCode.PaymentRequired) return answer;
            answer.Headers.Add("Price", "50");
            answer.Headers.Add("Bitcoin-Payment-Channel-Server", FakeMerchant.Origin + "/payment");
            return answer;
        };
        using var answer = await rig.GetAsync();
        Assert.Equal(channel.Id, answer.GetPaymentReceipt()!.ChannelId);
        Assert.Null(answer.GetRedeemedToken());
    }

    [Fact]
    public async Task A_deposit_that_is_not_mined_yet_is_waited_for_and_not_made_twice()
    {
        await using var two1 = await Two1Rig.StartAsync();
        two1.Use(s_options with { ConfirmationPatience = TimeSpan.Zero });
        Assert.Equal(PaymentRefusal.NotConfirmed, await two1.RefusalAsync());
        Assert.Equal(PaymentRefusal.NotConfirmed, await two1.RefusalAsync());
        var channel = Assert.Single(await two1.Customer.ListAsync());
        await two1.MineAsync(channel.DepositTransaction);
        Assert.Equal("sold", await two1.BuyAsync());
    }
}

using BtcChannels.AspNetCore;
using Microsoft.AspNetCore.Builder;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Two1;

/// <summary>Priced endpoints as 21's clients use them.</summary>
public sealed class Two1TokenTests : Two1Test
{
    private static Task<HttpResponseMessage> AskAsync(MerchantApp app, string path) => app.Once.GetAsync(new Uri(path, UriKind.Relative));

    [Theory]
    [InlineData("/song", "50")]
    [InlineData("/half", "1")]
    public async Task A_price_is_told_beside_the_challenge(string path, string price)
    {
        await using var app = await StartAsync();
        using var answer = await AskAsync(app, path);
        Assert.Equal((402, price), ((int)answer.StatusCode, answer.Headers.GetValues("Price").Single()));
        Assert.Equal($"{MerchantApp.Origin}/payment", answer.Headers.GetValues("Bitcoin-Payment-Channel-Server").Single());
        Assert.True(answer.Headers.Contains("WWW-Authenticate"));
    }

    [Fact]
    public async Task Metered_endpoints_neither_offer_nor_take_tokens()
    {
        await using var app = await StartAsync();
        using (var answer = await AskAsync(app, "/radio"))
            Assert.Equal((402, false, false), ((int)answer.StatusCode, answer.Headers.Contains("Price"), answer.Headers.Contains("Bitcoin-Payment-Channel-Server")));
        var customer = await Two1Customer.OpenAsync(app);
        using var refused = await customer.BuyAsync(await customer.PayAsync(5_000), "/radio");
        Assert.Equal(402, (int)refused.StatusCode);
    }

    [Fact]
    public async Task Where_the_door_is_not_mapped_nothing_of_it_is_there()
    {
        await using var app = await MerchantApp.StartAsync(map: web => web.MapGet("/song", () => "la").RequirePayment(50.Sat()));
        using var answer = await AskAsync(app, "/song");
        Assert.False(answer.Headers.Contains("Price"));
        using var door = await AskAsync(app, "/payment");
        Assert.Equal(404, (int)door.StatusCode);
    }

    [Fact]
    public async Task A_token_buys_once_and_leaves_the_rest_as_credit()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var token = await customer.PayAsync(3_000);
        await customer.AssertBoughtAsync(token);
        await AssertRefusedAsync(customer.BuyAsync(token), 400, "RedeemPaymentError('Payment already redeemed.')");
        await app.RestartAsync();
        await AssertRefusedAsync(customer.BuyAsync(token), 400, "RedeemPaymentError('Payment already redeemed.')");
        var channel = await app.ChannelAsync(customer.Id);
        Assert.Equal((3_000L, 50_000L, null, 0), (channel.Balance.Authorized.Satoshi, channel.Balance.Spent.Value, channel.Balance.Reserved.Text, channel.Two1!.Unredeemed));
    }

    [Fact]
    public async Task Of_requests_at_once_with_one_token_one_is_served()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var token = await customer.PayAsync(3_000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => customer.BuyAsync(token)));
        Assert.Single(answers, it => (int)it.StatusCode == 200);
        Assert.All(answers, it => Assert.True((int)it.StatusCode is 200 or 400));
        Assert.Equal(50_000, (await app.ChannelAsync(customer.Id)).Balance.Spent.Value);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("AA")]
    [InlineData("")]
    public async Task What_is_no_token_is_told_in_21s_words(string token)
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        await AssertRefusedAsync(customer.BuyAsync(token), 400, "PaymentChannelNotFoundError('Payment not found.')");
    }

    [Fact]
    public async Task W12_a_token_below_the_price_is_asked_for_more_and_not_burned()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        await customer.PayAsync(3_000);
        var small = await customer.PayAsync(3_010);
        using (var refused = await customer.BuyAsync(small))
            Assert.Equal((402, "50"), ((int)refused.StatusCode, refused.Headers.GetValues("Price").Single()));
        await customer.AssertBoughtAsync(small, "/half");
    }

    [Fact]
    public async Task W12_what_is_not_served_leaves_the_token_good()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var token = await customer.PayAsync(3_000);
        foreach (var (path, status) in ((string, int)[])[("/broken", 500), ("/missing", 404)])
        {
            using var failed = await customer.BuyAsync(token, path);
            Assert.Equal(status, (int)failed.StatusCode);
        }
        Assert.Equal(0, (await app.ChannelAsync(customer.Id)).Balance.Spent.Value);
        await customer.AssertBoughtAsync(token);
    }

    [Fact]
    public async Task W12_a_token_is_good_after_the_close_since_the_close_claims_it()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var tokens = new[] { await customer.PayAsync(3_000), await customer.PayAsync(3_100), await customer.PayAsync(3_200) };
        await customer.CloseAsync();
        await customer.AssertBoughtAsync(tokens[0]);
        app.Chain.MineMempool();
        await app.Chain.SettleAsync();
        await customer.AssertBoughtAsync(tokens[1]);
        await AssertRefusedAsync(customer.BuyAsync(tokens[1]), 400, "RedeemPaymentError('Payment already redeemed.')");
        await app.RestartAsync();
        await customer.AssertBoughtAsync(tokens[2]);
        Assert.Equal(150_000, (await app.ChannelAsync(customer.Id)).Balance.Spent.Value);
    }

    [Fact]
    public async Task A_token_of_a_deposit_that_was_double_spent_buys_nothing()
    {
        await using var app = await StartAsync(MerchantApp.DefaultPolicy with { Confirmations = 0, MaxUnminedExposure = Money.Satoshis(10_000L) });
        var customer = await Two1Customer.OpenPendingAsync(app);
        app.Chain.Relay(customer.DepositTransaction);
        var token = await customer.PayAsync(3_000);
        app.Chain.DropMempool();
        await app.WaitAsync(TimeSpan.FromSeconds(10));
        await AssertRefusedAsync(customer.BuyAsync(token), 400, "ChannelClosedError('Payment channel not ready.')");
        var other = Transaction.Create(Network.RegTest);
        other.Inputs.Add(new TxIn(customer.Coin));
        other.Outputs.Add(new TxOut(Money.Satoshis(1_000L), customer.Key.PubKey.Hash.ScriptPubKey));
        await app.MineAsync(other);
        await AssertRefusedAsync(customer.BuyAsync(token), 400, "ChannelClosedError('Payment channel closed.')");
    }

    [Fact]
    public async Task Tokens_are_forgotten_after_their_time()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        var token = await customer.PayAsync(3_000);
        await customer.CloseAsync();
        await app.WaitAsync(TimeSpan.FromDays(90) + TimeSpan.FromSeconds(20));
        Assert.Null(await app.Store.FindTokenAsync(uint256.Parse(token), default));
    }

    [Fact]
    public async Task A_restored_merchant_takes_the_next_payment_and_its_fee()
    {
        await using var app = await StartAsync();
        var customer = await Two1Customer.OpenAsync(app);
        await customer.PayAsync(3_000);
        var backup = app.Snapshot();
        var lost = await customer.PayAsync(4_000);
        await app.RestoreAsync(backup);
        await AssertRefusedAsync(customer.TryCloseAsync(), 400, "Payment channel is held: make a payment first.");
        await AssertRefusedAsync(customer.BuyAsync(lost), 400, "PaymentChannelNotFoundError('Payment not found.')");
        var token = await customer.PayAsync(customer.Payment(5_000, fee: 90_000));
        await customer.AssertBoughtAsync(token);
        var channel = await app.ChannelAsync(customer.Id);
        Assert.Equal((false, 5_000L, 90_000L), (channel.IsHeld, channel.Balance.Authorized.Satoshi, channel.Terms.CloseFee.Satoshi));
        await customer.CloseAsync();
    }
}

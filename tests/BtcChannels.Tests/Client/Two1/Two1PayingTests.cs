using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class Two1PayingTests
{
    private static readonly Money Amount = Money.Satoshis(4_000L);

    [Fact]
    public async Task Both_outputs_are_at_least_what_21_asks_for()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        Assert.Equal(Money.Satoshis(3_000L), Assert.IsType<PayResult.BelowDust>(await two1.Customer.PayAsync(channel.Id, Money.Satoshis(2_999L))).Least);
        Assert.IsType<PayResult.OverCapacity>(await two1.Customer.PayAsync(channel.Id, Two1Rig.Capacity + 1L));
        (await two1.Customer.PayAsync(channel.Id, Money.Satoshis(3_000L))).OrThrow();
        (await two1.Customer.PayAsync(channel.Id, Money.Satoshis(1L))).OrThrow();
        (await two1.Customer.PayAsync(channel.Id, Two1Rig.Capacity - 3_001L)).OrThrow();
        Assert.Equal([100_000L, 3_000L], two1.Server[channel].Newest!.Outputs.Select(it => it.Value.Satoshi));
    }

    [Fact]
    public async Task A_payment_and_its_token_are_on_disk_before_it_is_sent()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        Money? stored = null;
        two1.Server.Before = came =>
        {
            if (came.Method == "PUT") stored = Assert.Single(two1.Rig.OnDisk()).Authorized;
            return null;
        };
        (await two1.Customer.PayAsync(channel.Id, Amount)).OrThrow();
        Assert.Equal(Amount, stored);
        var token = Assert.Single(await two1.TokensAsync(channel));
        Assert.Equal((two1.Server[channel].Newest!.GetHash(), Amount, null), (token.Token, token.Amount, token.For));
    }

    [Fact]
    public async Task After_a_lost_answer_the_server_is_asked_what_it_has_and_nothing_is_paid_twice()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.IsAnswerLost = came => came.Method == "PUT";
        Assert.IsType<PayResult.Unanswered>(await two1.Customer.PayAsync(channel.Id, Amount));
        two1.Server.IsAnswerLost = _ => false;
        await two1.RestartAsync();
        var paid = (await two1.Customer.PayAsync(channel.Id, Money.Satoshis(50L))).OrThrow();
        Assert.Equal((4_050L, 4_050L), (paid.Authorized.Satoshi, two1.Server[channel].Total));
        Assert.Equal(3, two1.Server.Payments.Count);
        Assert.Equal(two1.Server.Payments[0], two1.Server.Payments[1]);
        Assert.Equal([50L, 4_000L], (await two1.TokensAsync(channel)).Select(it => it.Amount.Satoshi));
    }

    [Fact]
    public async Task A_payment_that_never_arrived_is_sent_again_with_the_same_bytes()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.IsLost = came => came.Method == "PUT";
        Assert.IsType<PayResult.Unanswered>(await two1.Customer.PayAsync(channel.Id, Amount));
        two1.Server.IsLost = _ => false;
        (await two1.Customer.ResendAsync(channel.Id)).OrThrow();
        Assert.Equal(two1.Server.Payments[0], two1.Server.Payments[1]);
        Assert.Equal(Amount.Satoshi, two1.Server[channel].Total);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_999)]
    [InlineData(4_001)]
    public async Task A_refusal_is_not_believed_where_the_server_has_another_total(long balance)
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.Before = came => came.Method switch
        {
            "PUT" => (400, "Payment must be greater than 0."),
            "GET" => (200, $$"""{"status": "ready", "balance": {{balance}}, "time_left": {{channel.Terms.Expiry.Value}}}"""),
            _ => null,
        };
        Assert.IsType<PayResult.Refused>(await two1.Customer.PayAsync(channel.Id, Amount));
        Assert.True(Assert.IsType<PayResult.Refused>(await two1.Customer.PayAsync(channel.Id, Amount)).IsEarlier);
        Assert.Single(two1.Server.Payments.Distinct());
        Assert.Equal((Amount, Money.Zero), (await two1.ReadAsync(channel) is var now ? now.Authorized : null, now.Acknowledged));
    }

    [Fact]
    public async Task As_long_as_the_server_does_not_say_what_it_has_the_payment_has_no_answer()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.Before = came => came.Method == "PUT" ? (400, "Payment must be greater than 0.") : (500, "oops");
        Assert.IsType<PayResult.Unanswered>(await two1.Customer.PayAsync(channel.Id, Amount));
    }

    [Theory]
    [InlineData(400, "Payment channel closed.", false)]
    [InlineData(400, "Payment channel closed.", true)]
    [InlineData(404, "Related channel not found.", false)]
    [InlineData(404, "Related channel not found.", true)]
    public async Task A_channel_that_the_server_has_no_more_is_never_paid_in_again(int status, string words, bool isDjango)
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.IsDjango = isDjango;
        two1.Server.Before = came => came.Method == "PUT" ? (status, words) : null;
        var refused = Assert.IsType<PayResult.Refused>(await two1.Customer.PayAsync(channel.Id, Amount));
        Assert.IsType<CustomerState.Closing>(refused.Channel.State);
        Assert.IsType<PayResult.NotActive>(await two1.Customer.PayAsync(channel.Id, Amount));
        Assert.Single(two1.Server.Payments);
    }

    [Fact]
    public async Task A_server_that_has_lost_everything_answers_404_and_the_refund_brings_all_back()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.Forget();
        Assert.IsType<PayResult.Refused>(await two1.Customer.PayAsync(channel.Id, Amount));
        two1.Rig.PassExpiry(channel);
        await two1.Customer.SyncAsync();
        Assert.Contains((await two1.ReadAsync(channel)).Refund.GetHash(), two1.Rig.Chain.Broadcasts.Select(it => it.GetHash()));
    }

    [Theory]
    [InlineData(200, """{"payment_txid": "9ad25e02c8dcef1423a507ba89dabc6194fa93e83d9bb916d22119b9d02a0acb"}""")]
    [InlineData(200, "{}")]
    [InlineData(200, "<html>")]
    [InlineData(201, """{"payment_txid": "9ad25e02c8dcef1423a507ba89dabc6194fa93e83d9bb916d22119b9d02a0acb"}""")]
    public async Task An_answer_about_something_else_is_none(int status, string body)
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.Before = came => came.Method == "PUT" ? (status, body) : null;
        Assert.IsType<PayResult.Unanswered>(await two1.Customer.PayAsync(channel.Id, Amount));
        Assert.True((await two1.ReadAsync(channel)).HasUnanswered);
    }

    [Fact]
    public async Task That_a_channel_is_not_ready_may_change()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.Before = came => came.Method == "PUT" ? (400, "Payment channel not ready.") : null;
        Assert.True(Assert.IsType<PayResult.Refused>(await two1.Customer.PayAsync(channel.Id, Amount)).Refusal.IsTemporary);
        two1.Server.Before = _ => null;
        (await two1.Customer.ResendAsync(channel.Id)).OrThrow();
    }

    [Fact]
    public async Task A_stream_pays_one_by_one_there()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        await using (var stream = await two1.Customer.StreamAsync(channel.Id))
        {
            (await stream.PayAsync(Amount)).OrThrow();
            (await stream.PayAsync(Money.Satoshis(1L))).OrThrow();
        }
        Assert.Equal((4_001L, false), (two1.Server[channel].Total, (await two1.ReadAsync(channel)).HasUnanswered));
    }
}

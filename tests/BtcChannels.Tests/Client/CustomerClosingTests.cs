using System.Net;
using BtcChannels.Client;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class CustomerClosingTests
{
    private static readonly Money Paid = Money.Satoshis(40_000L);

    [Fact]
    public async Task That_closing_is_wanted_is_on_disk_before_the_merchant_is_asked()
    {
        var (rig, channel) = await PaidAsync();
        await using var _ = rig;
        CustomerState? seen = null;
        rig.Merchant.Before = (path, _) =>
        {
            if (path.EndsWith("/close", StringComparison.Ordinal)) seen = rig.OnDisk().Single().State;
            return null;
        };
        Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id));
        Assert.Equal(new CustomerState.Closing(channel.State.Payout!, null), seen);
    }

    [Fact]
    public async Task The_merchant_gets_what_was_paid_and_the_customer_the_rest()
    {
        var (rig, channel) = await PaidAsync();
        await using var _ = rig;
        var closing = Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id));
        Assert.Equal((Paid, Rig.Capacity - Paid, channel.Terms.CloseFee), (closing.ToMerchant, closing.ToCustomer, closing.Fee));
        Assert.Equal(new CustomerState.Closing(channel.State.Payout!, closing.Txid), (await rig.ReadAsync(channel)).State);
    }

    [Fact]
    public async Task A_merchant_restored_from_a_backup_gets_all_the_same_what_was_paid()
    {
        var (rig, channel) = await PaidAsync();
        await using var _ = rig;
        rig.Merchant.Restore(channel.Id, Balance.Nothing);
        var closing = Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id));
        Assert.Equal((Paid, Rig.Capacity - Paid), (closing.ToMerchant, closing.ToCustomer));
    }

    [Fact]
    public async Task With_nothing_paid_everything_comes_back()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        var closing = Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id));
        Assert.Equal((Money.Zero, Rig.Capacity), (closing.ToMerchant, closing.ToCustomer));
        Assert.Null((await rig.ReadAsync(channel)).Newest);
    }

    [Fact]
    public async Task What_was_not_consumed_comes_back_too()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.Policy = rig.Merchant.Policy with { PaymentsAreSpent = false };
        (await rig.Customer.PayAsync(channel.Id, Paid)).OrThrow();
        rig.Merchant.Change(channel.Id, it => it with { Balance = new Balance(it.Balance.Newest, new MilliSatoshi(1_234_001)) });
        Assert.Equal(Money.Satoshis(1_235L), Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id)).ToMerchant);
    }

    [Fact]
    public async Task A_payment_without_answer_is_sent_again_before_the_close()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        await using var _ = rig;
        rig.Merchant.Before = (_, _) => throw FakeMerchant.LostReply();
        await rig.Customer.PayAsync(channel.Id, Paid);
        rig.Merchant.Before = (_, _) => null;
        Assert.Equal(Paid, Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id)).ToMerchant);
        Assert.Single(rig.Merchant.BodiesOf("/payments").Distinct());
    }

    [Fact]
    public async Task Where_a_payment_is_still_refused_the_acknowledged_total_is_offered()
    {
        var (rig, channel) = await PaidAsync();
        await using var _ = rig;
        rig.Merchant.Before = (path, _) => path.EndsWith("/payments", StringComparison.Ordinal) ? FakeMerchant.Problem(HttpStatusCode.UnprocessableEntity, "signature-invalid") : null;
        await rig.Customer.PayAsync(channel.Id, Money.Satoshis(500L));
        Assert.Equal(Paid, Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id)).ToMerchant);
        Assert.Equal(Paid + Money.Satoshis(500L), (await rig.ReadAsync(channel)).Authorized);
    }

    [Fact]
    public async Task Where_he_does_not_tell_what_he_has_either_the_acknowledged_total_is_offered_all_the_same()
    {
        var (rig, channel) = await PaidAsync();
        await using var _ = rig;
        rig.Merchant.Before = (path, _) => path.EndsWith("/close", StringComparison.Ordinal) ? null : FakeMerchant.Problem(HttpStatusCode.UnprocessableEntity, "signature-invalid");
        await rig.Customer.PayAsync(channel.Id, Money.Satoshis(500L));
        Assert.Equal(Paid, Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id)).ToMerchant);
        Assert.Contains("\"totalSat\":40000", Assert.Single(rig.Merchant.BodiesOf("/close")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merchant_who_had_taken_what_he_refused_closes_at_what_is_signed()
    {
        var (rig, channel) = await PaidAsync();
        await using var _ = rig;
        rig.Merchant.After = (path, answer) =>
            path.EndsWith("/payments", StringComparison.Ordinal) ? FakeMerchant.Problem(HttpStatusCode.UnprocessableEntity, "signature-invalid")
            : path.EndsWith("/close", StringComparison.Ordinal) ? answer
            : FakeMerchant.Problem(HttpStatusCode.Unauthorized, "authorization-invalid");
        await rig.Customer.PayAsync(channel.Id, Money.Satoshis(500L));
        Assert.Equal(Paid + Money.Satoshis(500L), Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id)).ToMerchant);
    }

    [Fact]
    public async Task Closing_again_is_harmless()
    {
        var (rig, channel) = await PaidAsync();
        await using var _ = rig;
        var first = Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id));
        var second = Assert.IsType<CloseResult.Closing>(await rig.Customer.CloseAsync(channel.Id));
        Assert.Equal(first.Txid, second.Txid);
    }

    [Fact]
    public async Task A_merchant_who_does_not_answer_is_asked_again()
    {
        var (rig, channel) = await PaidAsync();
        await using var _ = rig;
        rig.Merchant.Before = (_, _) => throw FakeMerchant.LostReply();
        Assert.IsType<CloseResult.Unanswered>(await rig.Customer.CloseAsync(channel.Id));
        await rig.RestartAsync();
        rig.Merchant.Before = (_, _) => null;
        await rig.Customer.ResumeAsync();
        Assert.NotNull(Assert.IsType<CustomerState.Closing>((await rig.ReadAsync(channel)).State).CloseTxid);
    }

    [Theory]
    [InlineData("more than signed")]
    [InlineData("sum")]
    [InlineData("channel")]
    [InlineData("txid")]
    public async Task A_close_that_cannot_be_is_no_answer(string fault)
    {
        var (rig, channel) = await PaidAsync();
        await using var _ = rig;
        var (to, back, fee) = (Paid.Satoshi, (Rig.Capacity - Paid).Satoshi, channel.Terms.CloseFee.Satoshi);
        var answer = new CloseAnswer(channel.Id.ToString(), new string('a', 64), to, back, fee);
        answer = fault switch
        {
            "more than signed" => answer with { ToMerchantSat = to + 1, ToCustomerSat = back - 1 },
            "sum" => answer with { ToCustomerSat = back - 1 },
            "channel" => answer with { Channel = "another" },
            _ => answer with { CloseTxid = "nonsense" },
        };
        rig.Merchant.After = (path, said) => path.EndsWith("/close", StringComparison.Ordinal)
            ? FakeMerchant.Json(System.Text.Json.JsonSerializer.Serialize(answer, AnswerJson.Default.CloseAnswer)) : said;
        Assert.IsType<CloseResult.Unanswered>(await rig.Customer.CloseAsync(channel.Id));
        Assert.Null(Assert.IsType<CustomerState.Closing>((await rig.ReadAsync(channel)).State).CloseTxid);
    }

    [Fact]
    public async Task A_channel_that_was_never_agreed_on_is_dropped()
    {
        await using var rig = await Rig.StartAsync();
        rig.Merchant.Before = (path, _) => path == "channels" ? throw FakeMerchant.LostReply() : null;
        var prepared = Assert.IsType<OpenResult.Unanswered>(await rig.TryOpenAsync()).Prepared!;
        Assert.IsType<CloseResult.Dropped>(await rig.Customer.CloseAsync(prepared.Id));
        Assert.Equal(rig.Funded, rig.Released);
        Assert.Empty(rig.Chain.Broadcasts);
    }

    [Fact]
    public async Task A_refusal_to_close_is_an_outcome_and_the_channel_stays_closing()
    {
        await using var rig = await Rig.StartAsync();
        var channel = await rig.OpenAsync();
        Assert.Equal("channel-pending", Assert.IsType<CloseResult.Refused>(await rig.Customer.CloseAsync(channel.Id)).Refusal.Problem);
        Assert.IsType<CustomerState.Closing>((await rig.ReadAsync(channel)).State);
    }

    private static async Task<(Rig Rig, CustomerChannel Channel)> PaidAsync()
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        return (rig, (await rig.Customer.PayAsync(channel.Id, Paid)).OrThrow());
    }
}

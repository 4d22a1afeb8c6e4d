using BtcChannels.Client;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class Two1ClosingTests
{
    private static readonly Money Amount = Money.Satoshis(40_000L);

    private static async Task<(Two1Rig, CustomerChannel)> PaidAsync()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        return (two1, (await two1.Customer.PayAsync(channel.Id, Amount)).OrThrow());
    }

    [Fact]
    public async Task The_merchant_is_asked_with_the_customers_signature_and_what_is_left_comes_back_to_the_wallet()
    {
        var (two1, channel) = await PaidAsync();
        await using var _ = two1;
        var before = (await two1.Customer.Wallet!.BalanceAsync()).Spendable;
        var closing = Assert.IsType<CloseResult.Closing>(await two1.Customer.CloseAsync(channel.Id));
        Assert.Equal((40_000L, 63_000L, 125_000L), (closing.ToMerchant.Satoshi, closing.ToCustomer.Satoshi, closing.Fee.Satoshi));
        var close = two1.Rig.Chain.Broadcasts.Single(it => it.GetHash() == closing.Txid);
        await two1.MineAsync(close);
        var spend = Assert.IsType<CustomerState.Closed>((await two1.ReadAsync(channel)).State).Spend;
        Assert.Equal((40_000L, 63_000L), (spend.ToMerchant.Satoshi, spend.ToCustomer.Satoshi));
        Assert.Equal(before + 63_000L, (await two1.Customer.Wallet!.BalanceAsync()).Spendable);
        Assert.IsType<SendResult.Sent>(await two1.Customer.Wallet!.SendAsync(Rig.NewScript(), null));
    }

    [Fact]
    public async Task A_close_whose_id_a_third_party_changed_is_seen_all_the_same()
    {
        var (two1, channel) = await PaidAsync();
        await using var _ = two1;
        var closing = Assert.IsType<CloseResult.Closing>(await two1.Customer.CloseAsync(channel.Id));
        var changed = two1.Rig.Chain.Broadcasts.Single(it => it.GetHash() == closing.Txid).Clone();
        var ops = changed.Inputs[0].ScriptSig.ToOps().ToList();
        changed.Inputs[0].ScriptSig = new Script([ops[0], ops[1], OpcodeType.OP_2, ops[3]]);
        Assert.NotEqual(closing.Txid, changed.GetHash());
        await two1.MineAsync(changed);
        Assert.Equal(changed.GetHash(), Assert.IsType<CustomerState.Closed>((await two1.ReadAsync(channel)).State).Spend.Txid);
    }

    [Fact]
    public async Task A_merchant_who_never_closes_keeps_nothing_after_expiry()
    {
        var (two1, channel) = await PaidAsync();
        await using var _ = two1;
        two1.Server.Before = came => came.Method == "DELETE" ? (400, "insufficient priority") : null;
        Assert.IsType<CloseResult.Refused>(await two1.Customer.CloseAsync(channel.Id));
        Assert.IsType<PayResult.NotActive>(await two1.Customer.PayAsync(channel.Id, Amount));
        var before = (await two1.Customer.Wallet!.BalanceAsync()).Spendable;
        two1.Rig.PassExpiry(channel);
        await two1.Customer.SyncAsync();
        var refund = (await two1.ReadAsync(channel)).Refund;
        await two1.MineAsync(refund);
        Assert.IsType<CustomerState.Refunded>((await two1.ReadAsync(channel)).State);
        Assert.Equal(before + refund.TotalOut, (await two1.Customer.Wallet!.BalanceAsync()).Spendable);
    }

    [Fact]
    public async Task One_that_closed_by_itself_refuses_and_the_chain_tells()
    {
        var (two1, channel) = await PaidAsync();
        await using var _ = two1;
        var close = two1.Server.CloseByItself(channel);
        Assert.IsType<CloseResult.Refused>(await two1.Customer.CloseAsync(channel.Id));
        await two1.MineAsync(close);
        Assert.Equal(Amount, Assert.IsType<CustomerState.Closed>((await two1.ReadAsync(channel)).State).Spend.ToMerchant);
        Assert.IsType<CloseResult.AlreadyOver>(await two1.Customer.CloseAsync(channel.Id));
    }

    [Fact]
    public async Task Where_nothing_was_paid_there_is_nothing_to_close_and_the_channel_stays_good()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        Assert.IsType<CloseResult.NothingPaid>(await two1.Customer.CloseAsync(channel.Id));
        Assert.Empty(two1.Server.Asked("DELETE"));
        (await two1.Customer.PayAsync(channel.Id, Amount)).OrThrow();
    }

    [Fact]
    public async Task A_payment_without_an_answer_is_settled_first()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.IsLost = came => came.Method == "PUT";
        await two1.Customer.PayAsync(channel.Id, Amount);
        two1.Server.IsLost = _ => false;
        Assert.Equal(Amount, Assert.IsType<CloseResult.Closing>(await two1.Customer.CloseAsync(channel.Id)).ToMerchant);
    }

    [Fact]
    public async Task A_lost_answer_is_repaired_by_asking_again()
    {
        var (two1, channel) = await PaidAsync();
        await using var _ = two1;
        two1.Server.IsAnswerLost = came => came.Method == "DELETE";
        Assert.IsType<CloseResult.Unanswered>(await two1.Customer.CloseAsync(channel.Id));
        two1.Server.IsAnswerLost = _ => false;
        await two1.Customer.ResumeAsync();
        Assert.NotNull(Assert.IsType<CustomerState.Closing>((await two1.ReadAsync(channel)).State).CloseTxid);
    }

    [Fact]
    public async Task Tokens_that_are_paid_for_keep_a_channel_from_being_closed_until_they_are_given_up()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.IsLost = came => came.Token is not null;
        await Assert.ThrowsAsync<HttpRequestException>(two1.BuyAsync);
        var left = Assert.IsType<CloseResult.TokensLeft>(await two1.Customer.CloseAsync(channel.Id));
        Assert.Equal(new Two1Request("GET", two1.Address.AbsoluteUri), Assert.Single(left.Tokens).For);
        Assert.Contains(two1.Address.AbsoluteUri, left.ToString(), StringComparison.Ordinal);
        Assert.Empty(two1.Server.Asked("DELETE"));
        Assert.IsType<CloseResult.TokensLeft>(Assert.Single(await two1.Payer.CloseAsync()));

        // What is redeemed is no hindrance.
        two1.Server.IsLost = _ => false;
        Assert.Equal("sold", await two1.BuyAsync());
        Assert.IsType<CloseResult.Closing>(await two1.Customer.CloseAsync(channel.Id));
    }

    [Fact]
    public async Task Given_up_they_are_no_hindrance()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        two1.Server.IsLost = came => came.Token is not null;
        await Assert.ThrowsAsync<HttpRequestException>(two1.BuyAsync);
        await two1.Customer.AbandonTokensAsync(channel);
        Assert.IsType<CloseResult.Closing>(await two1.Customer.CloseAsync(channel.Id));
    }

    [Fact]
    public async Task Tokens_are_forgotten_with_their_channel()
    {
        var (two1, channel) = await PaidAsync();
        await using var _ = two1;
        Assert.Single(await two1.TokensAsync(channel));
        await two1.Customer.CloseAsync(channel.Id);
        await two1.MineAsync(two1.Rig.Chain.Broadcasts[^1]);
        for (var i = 0; i < 6; i++) two1.Rig.Chain.Mine();
        await two1.Customer.SyncAsync();
        Assert.True((await two1.ReadAsync(channel)).State.IsFinal);
        Assert.Empty(await two1.TokensAsync(channel));
    }

    [Fact]
    public async Task From_words_and_backup_an_unpaid_channel_is_paid_in_again()
    {
        var (two1, channel) = await Two1Rig.WithOpenChannelAsync();
        await using var _ = two1;
        var backups = await two1.Rig.LoseEverythingAsync();
        var restored = Assert.IsType<RestoredBackup.Restored>(Assert.Single(await two1.Customer.RestoreAsync(backups)));
        Assert.Null(restored.Reservation);
        Assert.Equal((channel.Id, channel.Door), (restored.Channel.Id, restored.Channel.Door));
        (await two1.Customer.PayAsync(channel.Id, Amount)).OrThrow();
    }

    [Fact]
    public async Task A_paid_one_is_only_closed_since_the_merchants_word_for_the_total_is_not_enough_to_sign_on()
    {
        var (two1, channel) = await PaidAsync();
        await using var _ = two1;
        var backups = await two1.Rig.LoseEverythingAsync();
        var restored = Assert.IsType<RestoredBackup.Restored>(Assert.Single(await two1.Customer.RestoreAsync(backups)));
        Assert.IsType<CustomerState.Closing>(restored.Channel.State);
        Assert.IsType<PayResult.NotActive>(await two1.Customer.PayAsync(channel.Id, Amount));
        Assert.Equal(Amount, Assert.IsType<CloseResult.Closing>(await two1.Customer.CloseAsync(channel.Id)).ToMerchant);
        await two1.MineAsync(two1.Rig.Chain.Broadcasts[^1]);
        await two1.Customer.Wallet!.MakeAsync();
        Assert.True((await two1.Customer.Wallet!.BalanceAsync()).Spendable >= Money.Satoshis(63_000L));
    }
}

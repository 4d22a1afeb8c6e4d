using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class ChannelTransactionsTests
{
    private static readonly MerchantChannel s_channel = Sample.Channel();

    [Fact]
    public void A_payment_has_version_1_no_lock_time_and_one_final_input()
    {
        var payment = s_channel.PaymentOf(Money.Satoshis(28_000L));
        Assert.Equal((1u, 0u), (payment.Version, payment.LockTime.Value));
        var input = Assert.Single(payment.Inputs);
        Assert.Equal((s_channel.Deposit.OutPoint, Sequence.Final), (input.PrevOut, input.Sequence));
    }

    [Fact]
    public void It_pays_the_merchant_first() => Assert.Equal(
        [(28_000, Sample.Payout), (72_000, Sample.Change)],
        s_channel.PaymentOf(Money.Satoshis(28_000L)).Outputs.Select(output => (output.Value.Satoshi, output.ScriptPubKey)));

    [Fact]
    public void With_a_share_below_dust_it_has_one_output()
    {
        Assert.Equal([Sample.Change], s_channel.PaymentOf(Money.Satoshis(293L)).Outputs.Select(output => output.ScriptPubKey));
        Assert.Equal([Sample.Payout], s_channel.PaymentOf(s_channel.Capacity - Money.Satoshis(545L)).Outputs.Select(output => output.ScriptPubKey));
    }

    [Fact]
    public void The_same_arguments_give_the_same_bytes() =>
        Assert.Equal(Sample.Prepared(Sample.Channel(), 28_000).Transaction.ToHex(), Sample.Prepared(Sample.Channel(), 28_000).Transaction.ToHex());

    [Fact]
    public void A_close_holds_both_signatures_and_selects_the_merchants_branch()
    {
        var close = Sample.Prepared(s_channel, 28_000).Transaction;
        SignedInput.HoldsAllSignatures(close);
        var elements = SignedInput.Elements(close);
        Assert.Equal(4, elements.Count);
        Assert.Equal(OpcodeType.OP_1, elements[2].Code);
        Assert.Equal(s_channel.Terms.DepositScript, SignedInput.RedeemScriptOf(close).Hash.ScriptPubKey);
    }

    [Fact]
    public void A_refund_is_locked_until_expiry_by_a_sequence_that_is_not_final()
    {
        var refund = Sample.Refund(s_channel);
        Assert.Equal((1u, Sample.Expiry.Value, 0xffff_fffeu), (refund.Version, refund.LockTime.Value, refund.Inputs[0].Sequence.Value));
        Assert.Equal([(Sample.Deposit - 720, Sample.Change)], refund.Outputs.Select(output => (output.Value.Satoshi, output.ScriptPubKey)));
        SignedInput.HoldsAllSignatures(refund);
        Assert.Equal(OpcodeType.OP_0, SignedInput.Elements(refund)[1].Code);
    }

    // 72 bytes at most, so one or two less where a number is short.
    [Fact]
    public void Close_and_refund_are_as_long_as_fees_are_reckoned_for()
    {
        var close = Sample.Prepared(Sample.Channel(payout: Sample.Stranger.PubKey.Hash.ScriptPubKey), 28_000).Transaction;
        Assert.InRange(close.GetVirtualSize(), ChannelTransactions.CloseVirtualSize - 2, ChannelTransactions.CloseVirtualSize + 2);
        Assert.InRange(Sample.Refund(s_channel).GetVirtualSize(), ChannelTransactions.RefundVirtualSize - 1, ChannelTransactions.RefundVirtualSize + 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(Sample.Deposit - 545)]
    [InlineData(Sample.Deposit + 1)]
    public void A_refunds_fee_is_positive_and_leaves_more_than_dust(long fee) => Assert.Throws<ArgumentOutOfRangeException>(() =>
        ChannelTransactions.UnsignedRefund(s_channel.Deposit, s_channel.Terms, Money.Satoshis(fee), Sample.Change));

    [Fact]
    public void A_refund_may_leave_just_the_dust_threshold() =>
        Assert.Equal(546, ChannelTransactions.UnsignedRefund(s_channel.Deposit, s_channel.Terms, Money.Satoshis(Sample.Deposit - 546), Sample.Change).Outputs[0].Value.Satoshi);

    [Fact]
    public void A_refund_is_told_from_a_close_whatever_third_parties_do_to_its_script()
    {
        var refund = Sample.Refund(s_channel);
        var close = Sample.Prepared(s_channel, 28_000).Transaction;
        refund.Inputs[0].ScriptSig = close.Inputs[0].ScriptSig = new Script(OpcodeType.OP_2);
        Assert.True(ChannelTransactions.IsRefund(refund, s_channel.Deposit, s_channel.Terms));
        Assert.False(ChannelTransactions.IsRefund(close, s_channel.Deposit, s_channel.Terms));
    }

    [Fact]
    public void A_lock_time_that_a_final_sequence_disables_makes_no_refund()
    {
        var refund = Sample.Refund(s_channel);
        refund.Inputs[0].Sequence = Sequence.Final;
        Assert.False(ChannelTransactions.IsRefund(refund, s_channel.Deposit, s_channel.Terms));
    }

    [Fact]
    public void A_refund_among_other_inputs_is_one_all_the_same()
    {
        var refund = Sample.Refund(s_channel);
        refund.Inputs.Insert(0, new TxIn(new OutPoint(uint256.One, 7)) { Sequence = Sequence.Final });
        Assert.True(ChannelTransactions.IsRefund(refund, s_channel.Deposit, s_channel.Terms));
    }

    [Fact]
    public void What_a_spend_pays_whom_is_read_off_its_outputs()
    {
        var close = s_channel.PaymentOf(Money.Satoshis(28_000L));
        Assert.Equal(new Spend(close.GetHash(), 7, Money.Satoshis(28_000L), Money.Satoshis(72_000L)), Spend.Of(close, 7, Sample.Payout, Sample.Change));
        Assert.Equal(Money.Zero, Spend.Of(close, 7, null, Sample.Change).ToMerchant);
        close.Outputs.Add(new TxOut(Money.Satoshis(5L), Sample.Payout));
        Assert.Equal(28_005, Spend.Of(close, 7, Sample.Payout, Sample.Change).ToMerchant.Satoshi);
    }
}

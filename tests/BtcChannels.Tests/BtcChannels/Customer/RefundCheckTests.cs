using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class RefundCheckTests
{
    private static readonly MerchantChannel s_channel = Sample.Channel();
    private static readonly Transaction s_refund = Sample.Refund(s_channel);

    private static string? FaultOf(Transaction refund) => RefundCheck.FaultOf(refund, s_channel.Deposit, s_channel.Terms);

    private static Transaction Signed(Action<Transaction> change)
    {
        var refund = ChannelTransactions.UnsignedRefund(s_channel.Deposit, s_channel.Terms, Money.Satoshis(720L), s_channel.CustomerScript);
        change(refund);
        return ChannelTransactions.Refund(refund, s_channel.Terms, ChannelSigning.Sign(Sample.Customer, ChannelTransactions.SignatureHash(refund, s_channel.Terms)));
    }

    [Theory]
    [InlineData(1_000u)]
    [InlineData(499_999_999u)]
    [InlineData(1_800_864_000u)]
    [InlineData(2_147_483_647u)]
    [InlineData(2_147_483_648u)]     // five bytes from here
    [InlineData(4_294_967_295u)]
    public void A_refund_is_valid_whatever_its_expiry(uint expiry)
    {
        var channel = Sample.Channel(expiry: new Expiry(expiry));
        Assert.Null(RefundCheck.FaultOf(Sample.Refund(channel), channel.Deposit, channel.Terms));
    }

    [Fact]
    public void A_signature_of_somebody_else_is_found() => Assert.NotNull(FaultOf(Sample.Refund(s_channel, by: Sample.Stranger)));

    [Fact]
    public void A_lock_time_before_expiry_is_found() =>
        Assert.Equal(nameof(ScriptError.UnsatisfiedLockTime), FaultOf(Signed(refund => refund.LockTime = new LockTime(Sample.Expiry.Value - 1))));

    [Fact]
    public void A_lock_time_of_the_other_kind_is_found() =>
        Assert.Equal(nameof(ScriptError.UnsatisfiedLockTime), FaultOf(Signed(refund => refund.LockTime = new LockTime(499_999_999u))));

    [Fact]
    public void A_sequence_that_switches_the_lock_time_off_is_found() =>
        Assert.Equal(nameof(ScriptError.UnsatisfiedLockTime), FaultOf(Signed(refund => refund.Inputs[0].Sequence = Sequence.Final)));

    [Fact]
    public void A_refund_without_a_signature_is_found() =>
        Assert.NotNull(FaultOf(ChannelTransactions.UnsignedRefund(s_channel.Deposit, s_channel.Terms, Money.Satoshis(720L), s_channel.CustomerScript)));

    [Fact]
    public void An_output_that_was_changed_after_signing_is_found()
    {
        var refund = s_refund.Clone();
        refund.Outputs[0].Value -= Money.Satoshis(1L);
        Assert.NotNull(FaultOf(refund));
    }

    [Fact]
    public void A_refund_of_another_deposit_is_found()
    {
        var other = s_channel.Deposit with { OutPoint = new OutPoint(Sample.Id(0x12), 1) };
        Assert.NotNull(RefundCheck.FaultOf(s_refund, other, s_channel.Terms));
        Assert.NotNull(FaultOf(Signed(refund => refund.Inputs.Add(new TxIn(other.OutPoint)))));
    }

    [Fact]
    public void A_deposit_to_another_script_is_found() =>
        Assert.NotNull(RefundCheck.FaultOf(s_refund, s_channel.Deposit, Sample.Terms(customer: Sample.Stranger)));

    [Fact]
    public void Keys_hand_out_no_refund_that_would_not_be_valid()
    {
        var keys = new CustomerKeys(Sample.Seed, Network.RegTest);
        var terms = new ChannelTerms(ChannelKind.P2sh, s_channel.Terms.MerchantKey, keys.PubKey(3), Sample.Expiry, Money.Satoshis(Sample.CloseFee));
        var refund = keys.Refund(3, s_channel.Deposit, terms, Money.Satoshis(720L), Sample.Change);
        Assert.Null(RefundCheck.FaultOf(refund, s_channel.Deposit, terms));
        Assert.Throws<InvalidOperationException>(() => keys.Refund(4, s_channel.Deposit, terms, Money.Satoshis(720L), Sample.Change));
    }
}

using NBitcoin;
using static BtcChannels.CloseRejection;

namespace BtcChannels.Tests.Domain;

public class CloseJudgeTests
{
    private static readonly MerchantChannel s_paid = Sample.Channel(paid: 28_000, spentMsat: 10_000_001);

    private static CloseOutcome Judge(long total, MerchantChannel? channel = null) => CloseJudge.Judge(channel ?? s_paid, Sample.Pay(channel ?? s_paid, total));

    private static CloseOutcome.Refused Refused(CloseRejection reason) => new(reason);

    [Fact]
    public void A_close_without_a_lower_total_is_granted_at_the_newest_payment() =>
        Assert.Equal(new CloseOutcome.Granted(s_paid.Balance.Newest!), CloseJudge.Judge(s_paid, null));

    [Fact]
    public void What_is_not_mined_is_not_closed() =>
        Assert.Equal(Refused(ChannelPending), CloseJudge.Judge(s_paid with { DepositHeight = null }, null));

    [Fact]
    public void The_newest_payment_itself_may_be_shown() =>
        Assert.Equal(new CloseOutcome.Granted(s_paid.Balance.Newest!), CloseJudge.Judge(s_paid, s_paid.Balance.Newest));

    [Theory]
    [InlineData(10_001)]
    [InlineData(27_999)]
    [InlineData(28_000)]
    public void A_lower_total_is_granted_down_to_what_was_spent_rounded_up(long total) =>
        Assert.Equal(new CloseOutcome.Granted(Sample.Pay(s_paid, total)), Judge(total));

    [Theory]
    [InlineData(10_000)]
    [InlineData(0)]
    public void Below_what_was_spent_it_is_refused(long total) => Assert.Equal(Refused(TotalBelowSpent), Judge(total));

    [Fact]
    public void A_negative_total_is_below_what_was_spent() => Assert.Equal(Refused(TotalBelowSpent), CloseJudge.Judge(Sample.Channel(paid: 1_000), Sample.Unsigned(-1)));

    [Fact]
    public void A_higher_total_is_no_close_but_a_payment() => Assert.Equal(Refused(TotalAboveAuthorized), Judge(28_001));

    [Fact]
    public void Down_to_the_dust_threshold_it_is_granted()
    {
        var channel = Sample.Channel(paid: 28_000, spentMsat: 1);
        Assert.IsType<CloseOutcome.Granted>(Judge(294, channel));
        Assert.Equal(Refused(TotalBelowDust), Judge(293, channel));
        Assert.Equal(Refused(TotalBelowSpent), Judge(0, channel));
    }

    [Fact]
    public void With_nothing_spent_all_may_go_back_to_the_customer()
    {
        var channel = Sample.Channel(paid: 28_000);
        var granted = Assert.IsType<CloseOutcome.Granted>(Judge(0, channel));
        var close = Sample.Keys.Countersign(channel, granted.Payment);
        SignedInput.HoldsAllSignatures(close);
        Assert.Equal([(Sample.Change, Sample.Capacity)], close.Outputs.Select(output => (output.ScriptPubKey, output.Value.Satoshi)));
        Assert.Equal(Refused(TotalBelowDust), Judge(1, channel));
    }

    [Fact]
    public void With_nothing_ever_paid_a_signed_total_of_nothing_closes() => Assert.IsType<CloseOutcome.Granted>(Judge(0, Sample.Channel()));

    [Fact]
    public void With_nothing_paid_and_nothing_signed_there_is_nothing_to_complete() =>
        Assert.Equal(Refused(NothingAuthorized), CloseJudge.Judge(Sample.Channel(), null));

    [Fact]
    public void A_high_S_is_refused()
    {
        var lower = Sample.Pay(s_paid, 20_000);
        Assert.Equal(Refused(SignatureHighS), CloseJudge.Judge(s_paid, lower with { Signature = Sample.HighS(lower.Signature) }));
    }

    [Fact]
    public void A_signature_that_is_not_the_customers_for_this_total_is_refused()
    {
        Assert.Equal(Refused(SignatureInvalid), CloseJudge.Judge(s_paid, Sample.Pay(s_paid, 20_000, Sample.Stranger)));
        Assert.Equal(Refused(SignatureInvalid), CloseJudge.Judge(s_paid, Sample.Pay(s_paid, 20_000) with { Total = Money.Satoshis(20_001L) }));
        Assert.Equal(Refused(SignatureInvalid), CloseJudge.Judge(s_paid, s_paid.Balance.Newest! with { Total = Money.Satoshis(20_000L) }));
    }

    [Fact]
    public void Once_closing_any_wish_to_close_has_the_same_answer()
    {
        foreach (var state in MerchantStates.All.Where(it => it is MerchantState.Closing or MerchantState.Closed))
        {
            var closing = s_paid with { State = state };
            Assert.Equal(new CloseOutcome.AlreadyClosing(closing), CloseJudge.Judge(closing, null));
            Assert.Equal(new CloseOutcome.AlreadyClosing(closing), CloseJudge.Judge(closing, Sample.Unsigned(1)));
        }
    }

    [Fact]
    public void A_channel_that_is_not_open_cannot_be_closed()
    {
        foreach (var state in MerchantStates.All.Where(it => it is MerchantState.Pending or MerchantState.Abandoned or MerchantState.Refunded))
            Assert.Equal(Refused(state is MerchantState.Pending ? ChannelPending : ChannelGone), CloseJudge.Judge(s_paid with { State = state }, null));
    }

    /// <summary>Faults that stand beside each other, from last to first: the state, the total, the signature.</summary>
    [Fact]
    public void Of_several_faults_the_first_is_the_answer()
    {
        var (pending, gone) = (s_paid with { State = new MerchantState.Pending(0) }, s_paid with { State = new MerchantState.Abandoned(AbandonReason.DoubleSpent) });
        var nothingPaid = Sample.Channel();
        SignedPayment Bad(long total, bool isHighS) => Sample.Unsigned(total) is var bad && isHighS ? bad with { Signature = Sample.HighS(bad.Signature) } : bad;

        Assert.Equal(Refused(ChannelPending), CloseJudge.Judge(nothingPaid with { State = pending.State }, null));
        Assert.Equal(Refused(ChannelGone), CloseJudge.Judge(nothingPaid with { State = gone.State }, null));
        Assert.Equal(Refused(ChannelPending), CloseJudge.Judge(pending, Bad(1, true)));
        Assert.Equal(Refused(ChannelGone), CloseJudge.Judge(gone, Bad(1, true)));
        Assert.Equal(Refused(ChannelGone), CloseJudge.Judge(gone with { IsHeld = true }, null));
        Assert.Equal(Refused(ChannelHeld), CloseJudge.Judge(nothingPaid with { IsHeld = true }, null));
        Assert.Equal(Refused(ChannelHeld), CloseJudge.Judge(s_paid with { IsHeld = true }, Bad(1, true)));
        Assert.Equal(Refused(TotalBelowSpent), CloseJudge.Judge(s_paid, Bad(1, true)));               // and below dust
        Assert.Equal(Refused(TotalAboveAuthorized), CloseJudge.Judge(nothingPaid, Bad(1, true)));     // and below dust
        Assert.Equal(Refused(TotalBelowDust), CloseJudge.Judge(Sample.Channel(paid: 1_000), Bad(1, true)));
        Assert.Equal(Refused(SignatureHighS), CloseJudge.Judge(s_paid, Bad(20_000, true)));
        Assert.Equal(Refused(SignatureInvalid), CloseJudge.Judge(s_paid, Bad(20_000, false)));
    }

    /// <summary>The first four are found before there is a wish to judge: their tests are the HTTP endpoints'.</summary>
    [Fact]
    public void Every_rejection_has_a_test() => Assert.Equal(
        Enum.GetValues<CloseRejection>(),
        [
            Malformed, ChannelUnknown, AuthorizationStale, AuthorizationInvalid,
            ChannelPending, ChannelGone, ChannelHeld, NothingAuthorized, TotalBelowSpent, TotalAboveAuthorized, TotalBelowDust, SignatureHighS, SignatureInvalid,
        ]);
}

using NBitcoin;
using static BtcChannels.MerchantEffect;
using static BtcChannels.MerchantEvent;
using static BtcChannels.MerchantState;

namespace BtcChannels.Tests.Domain;

/// <summary>What becomes of a channel that takes payments before its deposit is mined, and of one that is closed ahead of the margin.</summary>
public class UnminedTransitionsTests
{
    private static readonly MerchantPolicy s_zero = Sample.Policy with { Confirmations = 0, MaxUnminedExposure = Money.Satoshis(50_000L) };
    private static readonly MerchantChannel s_pending = Sample.Channel(new Pending(Sample.Now + 7_200)) with { DepositHeight = null };
    private static readonly MerchantChannel s_unmined = Sample.Channel() with { DepositHeight = null };
    private static readonly MerchantChannel s_paid = Sample.Channel(paid: 28_000) with { DepositHeight = null };

    private static MerchantTransition Apply(MerchantChannel channel, MerchantEvent what, MerchantPolicy? policy = null) =>
        MerchantTransitions.Apply(channel, what, Sample.Context(policy: policy ?? s_zero));

    [Fact]
    public void A_deposit_in_the_mempool_opens_the_channel_where_policy_asks_for_no_confirmations()
    {
        Assert.Equal(s_pending with { State = new Open() }, Apply(s_pending, new DepositSeen()).Next);
        Assert.Same(s_pending, Apply(s_pending, new DepositSeen(), Sample.Policy).Next);
    }

    [Fact]
    public void One_that_was_paid_and_is_unmined_again_waits_for_a_block()
    {
        var again = s_paid with { State = new Pending(Sample.Now + 7_200) };
        Assert.Same(again, Apply(again, new DepositSeen()).Next);
        Assert.IsType<Open>(Apply(again, new DepositMined(Sample.Height)).Next.State);
    }

    [Fact]
    public void A_deposit_that_vanishes_from_the_mempool_stops_payments()
    {
        Assert.IsType<Pending>(Apply(s_paid, new DepositVanished()).Next.State);
        var mined = s_paid with { DepositHeight = Sample.Height };
        Assert.Same(mined, Apply(mined, new DepositVanished()).Next);
    }

    [Fact]
    public void When_it_is_mined_it_stays_open() => Assert.Equal(s_paid with { DepositHeight = Sample.Height }, Apply(s_paid, new DepositMined(Sample.Height)).Next);

    [Fact]
    public void When_it_is_spent_otherwise_what_was_paid_is_lost_and_said_so()
    {
        var (next, effects) = Apply(s_paid, new DepositDoubleSpent(uint256.One));
        Assert.Equal(new Abandoned(AbandonReason.DoubleSpent), next.State);
        Assert.Equal(new Alarm(AlarmKind.LostToDoubleSpend, Money.Satoshis(28_000L)), Assert.Single(effects));
        Assert.Empty(Apply(s_unmined, new DepositDoubleSpent(uint256.One)).Effects);
    }

    [Fact]
    public void A_channel_is_closed_ahead_of_the_margin_if_there_is_something_to_claim()
    {
        var mined = s_paid with { DepositHeight = Sample.Height };
        Assert.Equal(mined.Balance.Newest, Assert.IsType<Closing>(Apply(mined, new MarginNear()).Next.State).Close.Payment);
        Assert.Same(s_unmined, Apply(s_unmined, new MarginNear()).Next);
    }
}

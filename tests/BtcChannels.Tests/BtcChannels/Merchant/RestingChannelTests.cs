using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

/// <summary>What lies in memory between payments is the version that was put there, to the last field.</summary>
public sealed class RestingChannelTests
{
    private const long Paid = 2_000;

    public static TheoryData<string> Kinds => ["unpaid", "paid", "reserved", "unmined", "held", "two1"];

    private static MerchantChannel Channel(string kind) => kind switch
    {
        "unpaid" => Sample.Channel(),
        "paid" => Sample.Channel(paid: Paid, spentMsat: 1),
        "reserved" => Sample.Channel() with
        {
            Balance = new Balance(Sample.Pay(Sample.Channel(), Paid), new MilliSatoshi(700), Reservations.None.With(new Reservation(3, new MilliSatoshi(50), null))),
        },
        "unmined" => Sample.Channel(paid: Paid) with { DepositHeight = null },
        "held" => Sample.Channel(paid: Paid) with { IsHeld = true },
        "two1" => Sample.Channel(paid: Paid) with { Two1 = new Two1Part(Day: 379, Unredeemed: 2) },
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_rests_wakes_as_it_was(string kind)
    {
        var before = new PayableChannel(Channel(kind) with { Version = 7 });
        var after = before.Rest().Wake();
        Assert.Equal(
            (before.Id, before.PayoutIndex, before.Expiry, before.Obstacle, before.IsHeld, before.IsUnmined, before.Balance, before.Version, before.Follows, before.Note, before.Capacity, before.MerchantDust, before.Two1),
            (after.Id, after.PayoutIndex, after.Expiry, after.Obstacle, after.IsHeld, after.IsUnmined, after.Balance, after.Version, after.Follows, after.Note, after.Capacity, after.MerchantDust, after.Two1));
    }

    [Fact]
    public void What_wakes_after_a_payment_is_as_it_would_be_read_from_the_store()
    {
        var open = Sample.Channel();
        var paid = Assert.IsType<PaymentOutcome.Accepted>(PaymentJudge.Judge(new PayableChannel(open), Sample.Pay(open, Paid), Sample.At(), Sample.Policy)).Next;
        var (woken, read) = (paid.Rest().Wake(), new PayableChannel(open with { Balance = paid.Balance, Version = paid.Version }));
        Assert.NotNull(paid.Note);
        Assert.Null(woken.Note);
        Assert.Equal((read.Balance, read.Version, read.Follows), (woken.Balance, woken.Version, woken.Follows));
        // And the next one builds on it, whichever of them it is judged by.
        var next = Assert.IsType<PaymentOutcome.Accepted>(PaymentJudge.Judge(woken, Sample.Pay(open, Paid + 1), Sample.At(), Sample.Policy)).Next;
        Assert.True(next.BuildsOn(paid));
    }

    [Fact]
    public void A_payment_that_chooses_the_fee_rests_with_the_capacity_that_leaves()
    {
        var channel = new PayableChannel(Channel("two1"));
        var two1 = channel.Two1! with { Terms = new ChannelTerms(ChannelKind.P2sh, Sample.Keys.KeyFor(Sample.OfferId), Sample.Customer.PubKey, Sample.Expiry, Money.Satoshis(Sample.CloseFee + 500)), Unredeemed = 3 };
        var after = channel.With(channel.Balance, two1).Rest().Wake();
        Assert.Equal((two1, Money.Satoshis(Sample.Capacity - 500)), (after.Two1, after.Capacity));
    }
}

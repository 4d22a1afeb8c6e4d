using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class OfferTests
{
    [Fact]
    public void Its_bounds_are_counted_from_the_later_of_clock_and_median_time()
    {
        foreach (var now in (Moment[])[Sample.At(), Sample.At(Sample.Now - 5_000, medianTime: Sample.Now)])
        {
            var offer = OfferSample.Make(now: now);
            Assert.Equal((Sample.Now + Sample.Days(2), Sample.Now + Sample.Days(60), Sample.Now + 600), (offer.MinExpiry, offer.MaxExpiry, offer.Deadline));
        }
    }

    [Fact]
    public void It_carries_fee_confirmations_and_bounds_of_policy() => Assert.Equal(
        new Offer(
            Sample.OfferId, ChannelKind.P2sh, Sample.Keys.KeyFor(Sample.OfferId), Money.Satoshis(6_920L), Money.Satoshis(20_000L), Money.Satoshis(10_000_000L),
            Sample.Now + Sample.Days(2), Sample.Now + Sample.Days(60), 3, Sample.Now + 600),
        OfferSample.Make(new FeeRate(Money.Satoshis(10_000L))));

    [Fact]
    public void Where_fees_are_high_the_least_deposit_is_twice_the_fee() =>
        Assert.Equal(2 * 69_200, OfferSample.Make(new FeeRate(Money.Satoshis(100_000L))).MinDeposit.Satoshi);

    [Fact]
    public void However_small_a_deposit_policy_allows_a_split_of_it_has_an_output()
    {
        var offer = OfferSample.Make(policy: Sample.Policy with { MinDeposit = Money.Satoshis(1L), MinFeeRate = 1 });
        var capacity = (offer.MinDeposit - offer.CloseFee).Satoshi;
        for (var total = 0L; total <= capacity; total++)
        {
            var split = CloseSplit.Of(offer.MinDeposit, offer.CloseFee, Money.Satoshis(total), Sample.Payout, Sample.Change);
            Assert.True(split.ToMerchant + split.ToCustomer > Money.Zero, $"{total} of {capacity} sat");
        }
    }
}

public class OfferIdTests
{
    [Fact]
    public void It_is_written_big_endian()
    {
        Assert.Equal("0123456789abcdeffedcba9876543210", Sample.OfferId.ToString());
        Assert.Equal(Sample.OfferId, OfferId.FromBytes(Sample.OfferId.ToBytes()));
    }

    [Fact]
    public void No_two_are_the_same() => Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(_ => OfferId.Random()).Distinct().Count());
}

using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Tests.Domain.Two1;

/// <summary>The merchant's keys of the two1 door.</summary>
public class Two1DaysTests
{
    private const long First = 1_767_225_600;   // 2026-01-01 UTC

    [Theory]
    [InlineData(0, 0)]
    [InlineData(First - 1, 0)]
    [InlineData(First + 86_399, 0)]
    [InlineData(First + 86_400, 1)]
    [InlineData(First + 365 * 86_400L, 365)]
    public void Days_begin_with_2026(long time, uint day) => Assert.Equal(day, Two1Days.DayOf(time));

    [Fact]
    public void A_days_key_is_the_accounts_address_of_that_number()
    {
        var master = ExtKey.CreateFromSeed(Domain.Sample.Seed);
        Assert.Equal(master.Derive(KeyPath.Parse("44'/1'/0'/0/379")).PrivateKey.PubKey, Domain.Sample.Keys.Days.KeyOf(379));
        Assert.Equal(Domain.Sample.Keys.Days.KeyOf(379).Hash.ScriptPubKey, Domain.Sample.Keys.Two1.Public.ScriptAt(Two1Days.PathOf(379)));
        Assert.StartsWith("pkh([", Domain.Sample.Keys.Two1.Public.Descriptor(AddressPath.Receiving), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_found_in_the_days_that_count_and_in_no_other()
    {
        var days = Domain.Sample.Keys.Days;
        Assert.Equal(10u, days.Find(days.KeyOf(10), today: 10, back: 0));
        Assert.Equal(10u, days.Find(days.KeyOf(10), today: 15, back: 5));
        Assert.Null(days.Find(days.KeyOf(10), today: 16, back: 5));
        Assert.Null(days.Find(days.KeyOf(10), today: 9, back: 5));
        Assert.Equal(0u, days.Find(days.KeyOf(0), today: 3, back: 100));
        Assert.Null(days.Find(Domain.Sample.Customer.PubKey, today: 3, back: 100));
    }

    [Fact]
    public void A_close_is_signed_with_the_days_key()
    {
        var terms = new ChannelTerms(ChannelKind.P2sh, Domain.Sample.Keys.Days.KeyOf(379), Domain.Sample.Customer.PubKey, Domain.Sample.Expiry, Money.Satoshis(5_000L));
        var deposit = new Deposit(new OutPoint(Domain.Sample.Id(0x55), 1), Money.Satoshis(200_000L));
        var channel = new MerchantChannel(
            terms, deposit, Two1Part.OfferOf(deposit.OutPoint.Hash), 0, HalfSignedPayment.MerchantScript(terms), HalfSignedPayment.CustomerScript(terms), Balance.Nothing, 1, new MerchantState.Open(), 1)
        {
            Two1 = new Two1Part(379, 0),
        };
        var payment = Domain.Sample.Pay(channel, 10_000);
        Assert.Null(CloseCheck.FaultsOf(channel, Domain.Sample.Keys.Countersign(channel, payment)));
        Assert.NotNull(CloseCheck.FaultsOf(channel, Domain.Sample.Keys.Countersign(channel with { Two1 = new Two1Part(380, 0) }, payment)));
        Assert.Null(CloseProbe.Of(channel, Domain.Sample.Keys).Faults);
    }
}

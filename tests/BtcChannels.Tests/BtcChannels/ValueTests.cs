using NBitcoin;
using NBitcoin.Crypto;

namespace BtcChannels.Tests.Domain;

public class ChannelIdTests
{
    private const string Txid = "81ee8af60654731b6be3767c30264177c55af8f7c08fc9e83f4c7a2084571840";

    [Theory]
    [InlineData(Txid + "-0")]
    [InlineData(Txid + "-1")]
    [InlineData(Txid + "-4294967295")]
    public void It_is_written_as_it_was_read(string text) => Assert.Equal(text, ChannelId.Parse(text).ToString());

    [Fact]
    public void It_is_the_deposits_outpoint_with_the_txid_as_nodes_print_it() =>
        Assert.Equal(new OutPoint(uint256.Parse(Txid), 1), ChannelId.Parse(Txid + "-1").OutPoint);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(Txid)]
    [InlineData(Txid + "-")]
    [InlineData(Txid + ":1")]
    [InlineData(Txid + "1")]
    [InlineData(Txid + "--1")]
    [InlineData(Txid + "-+1")]
    [InlineData(Txid + "-01")]
    [InlineData(Txid + "-00")]
    [InlineData(Txid + "- 1")]
    [InlineData(Txid + "-1 ")]
    [InlineData(" " + Txid + "-1")]
    [InlineData(Txid + "-1\n")]
    [InlineData(Txid + "-1\0")]
    [InlineData(Txid + "-1e0")]
    [InlineData(Txid + "-0x1")]
    [InlineData(Txid + "-1.0")]
    [InlineData(Txid + "-4294967296")]
    [InlineData(Txid + "-99999999999999999999")]
    [InlineData(Txid + "-\u0661")]
    [InlineData("81EE8AF60654731B6BE3767C30264177C55AF8F7C08FC9E83F4C7A2084571840-1")]
    [InlineData("81Ee8af60654731b6be3767c30264177c55af8f7c08fc9e83f4c7a2084571840-1")]
    [InlineData("81ee8af60654731b6be3767c30264177c55af8f7c08fc9e83f4c7a208457184g-1")]
    [InlineData("1ee8af60654731b6be3767c30264177c55af8f7c08fc9e83f4c7a2084571840-1")]
    [InlineData("081ee8af60654731b6be3767c30264177c55af8f7c08fc9e83f4c7a2084571840-1")]
    public void Every_other_spelling_is_refused(string? text)
    {
        Assert.False(ChannelId.TryParse(text, out var id));
        Assert.Null(id);
        Assert.Throws<FormatException>(() => ChannelId.Parse(text!));
    }
}

public class ChannelTermsTests
{
    private static readonly PubKey s_merchant = Sample.Stranger.PubKey;
    private static readonly PubKey s_customer = Sample.Customer.PubKey;

    private static ChannelTerms Make(PubKey? merchant = null, PubKey? customer = null, long fee = 1) =>
        new(ChannelKind.P2sh, merchant ?? s_merchant, customer ?? s_customer, Sample.Expiry, fee);

    [Fact]
    public void Keys_are_compressed()
    {
        Assert.Throws<ArgumentException>(() => Make(merchant: s_merchant.Decompress()));
        Assert.Throws<ArgumentException>(() => Make(customer: s_customer.Decompress()));
    }

    [Fact]
    public void Each_side_has_a_key_of_its_own() => Assert.Throws<ArgumentException>(() => Make(customer: s_merchant));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_close_pays_a_fee(long fee) => Assert.Throws<ArgumentException>(() => Make(fee: fee));

    [Fact]
    public void The_deposit_pays_the_hash_of_the_redeem_script()
    {
        var terms = Make();
        Assert.Equal(RedeemScript.Build(s_merchant, s_customer, Sample.Expiry), terms.RedeemScript);
        Assert.Equal((byte[])[0xa9, 20, .. Hashes.Hash160(terms.RedeemScript.ToBytes()).ToBytes(), 0x87], terms.DepositScript.ToBytes());
    }
}

public class BalanceTests
{
    [Fact]
    public void What_is_spent_never_exceeds_what_is_authorized()
    {
        var payment = Sample.Unsigned(1_000);
        Assert.Equal(1_000_000, new Balance(payment, new MilliSatoshi(1_000_000)).Spent.Value);
        Assert.Throws<ArgumentException>(() => new Balance(payment, new MilliSatoshi(1_000_001)));
        Assert.Throws<ArgumentException>(() => new Balance(null, new MilliSatoshi(1)));
    }

    [Fact]
    public void Before_the_first_payment_nothing_is_authorized() => Assert.Equal(Money.Zero, Balance.Nothing.Authorized);
}

public class MilliSatoshiTests
{
    [Theory]
    [InlineData(10, 0, 0)]
    [InlineData(10, 1, 1)]
    [InlineData(10, 10, 1)]
    [InlineData(10, 11, 2)]
    [InlineData(1, long.MaxValue, long.MaxValue)]
    public void The_last_unit_for_an_amount_is_a_whole_one(long price, long amount, long units) => Assert.Equal(units, new MilliSatoshi(price).UnitsFor(new MilliSatoshi(amount)));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(999, 1)]
    [InlineData(1_000, 1)]
    [InlineData(1_001, 2)]
    [InlineData(long.MaxValue, 9_223_372_036_854_776)]
    public void It_is_covered_by_the_next_whole_satoshi(long msat, long sat) => Assert.Equal(sat, new MilliSatoshi(msat).RoundedUp.Satoshi);

    [Fact]
    public void It_is_never_negative() => Assert.Throws<ArgumentOutOfRangeException>(() => new MilliSatoshi(-1));

    [Fact]
    public void All_bitcoin_there_will_be_fit_in() => Assert.Equal(2_100_000_000_000_000_000, MilliSatoshi.Of(Money.Coins(21_000_000)).Value);

    [Fact]
    public void What_does_not_fit_in_is_an_error_and_no_other_amount()
    {
        Assert.Throws<OverflowException>(() => MilliSatoshi.Of(Money.Satoshis(long.MaxValue)));
        Assert.Throws<OverflowException>(() => new MilliSatoshi(long.MaxValue) + new MilliSatoshi(1));
    }

    [Fact]
    public void It_is_ordered_by_amount()
    {
        var (less, more) = (new MilliSatoshi(1), new MilliSatoshi(2));
        Assert.True(less < more && more > less && less <= more && more >= less && less.CompareTo(more) < 0 && less + less == more);
        Assert.False(more < less || less > more || more <= less || less >= more);
    }
}

public class HexTests
{
    [Fact]
    public void Lower_case_whole_bytes_are_read()
    {
        Assert.True(Hex.TryParse("00ff7a", out var bytes));
        Assert.Equal([0x00, 0xff, 0x7a], bytes);
        Assert.Equal("00ff7a", Hex.Write(bytes));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("FF")]
    [InlineData("0x")]
    [InlineData("0g")]
    [InlineData(" 00")]
    [InlineData("00 ")]
    [InlineData("0\u0660")]
    public void Anything_else_is_not(string? text) => Assert.False(Hex.TryParse(text, out _));
}

public class MomentTests
{
    [Fact]
    public void The_later_of_clock_and_median_time_is_believed()
    {
        Assert.Equal(Sample.Now, Sample.At().Latest);
        Assert.Equal(Sample.Now + 5, Sample.At(medianTime: Sample.Now + 5).Latest);
    }

    [Fact]
    public void The_nodes_silence_is_counted_from_its_last_answer()
    {
        Assert.Equal(TimeSpan.FromSeconds(7), Sample.At(seenAt: Sample.Now - 7).ChainSilence);
        Assert.Equal(TimeSpan.Zero, Sample.At(seenAt: Sample.Now + 7).ChainSilence);
    }

    [Fact]
    public void The_tip_itself_has_one_confirmation()
    {
        Assert.Equal(1, Sample.At().Tip.ConfirmationsOf(Sample.Height));
        Assert.Equal(0, Sample.At().Tip.ConfirmationsOf(Sample.Height + 1));
        Assert.Equal(Sample.Height + 1, Sample.At().Tip.ConfirmationsOf(0));
    }
}

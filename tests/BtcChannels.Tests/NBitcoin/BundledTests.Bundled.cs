using NBitcoin;

namespace BtcChannels.Tests.Bitcoin;

/// <summary>Choices of the bundled implementation, where the package is silent or may differ.</summary>
public class BundledTests
{
    [Theory]
    [InlineData("01000000" + "fd0100")]
    [InlineData("01000000" + "fe01000000")]
    [InlineData("01000000" + "ff0100000000000000")]
    [InlineData("01000000" + "feffffffff")]
    [InlineData("01000000" + "ffffffffffffffffff")]
    public void A_count_in_another_than_the_shortest_form_or_above_32_MiB_is_refused(string hex) =>
        Assert.Throws<FormatException>(() => Transaction.Parse(hex, Network.Main));

    [Fact]
    public void A_marker_without_any_witness_is_refused() =>
        Assert.Throws<FormatException>(() => Transaction.Parse(
            "01000000" + "0001" + "01" + new string('1', 64) + "01000000" + "00" + "ffffffff" + "01" + "0500000000000000" + "0151" + "00" + "00000000",
            Network.Main));

    [Fact]
    public void A_flag_of_another_extension_is_refused() =>
        Assert.Throws<FormatException>(() => Transaction.Parse("01000000" + "0002" + "00" + "00" + "00000000", Network.Main));

    [Fact]
    public void An_output_without_an_amount_is_not_written() =>
        Assert.Throws<InvalidOperationException>(() => new TxOut { ScriptPubKey = Script.FromHex("51") }.ToBytes());

    [Fact]
    public void A_coin_of_a_script_hash_alone_cannot_say_what_is_signed()
    {
        var coin = new Coin(OutPoint.Zero, new TxOut(Money.Coins(1), Script.FromHex("51").PaymentScript));
        Assert.False(coin.CanGetScriptCode);
        Assert.Throws<InvalidOperationException>(() => coin.GetScriptCode());
    }

    [Theory]
    [InlineData("0.000000001")]
    [InlineData(null)]
    public void An_amount_finer_than_a_satoshi_is_refused(string? text) => Assert.False(Money.TryParse(text!, out _));

    [Theory]
    [InlineData(0, "0.00", "0.00")]
    [InlineData(10_000, "0.0001", "+0.0001")]
    [InlineData(-123_450_000_000, "-1234.50", "-1234.50")]
    public void The_zeros_at_the_end_can_go(long satoshis, string trimmed, string withSign)
    {
        Assert.Equal(trimmed, Money.Satoshis(satoshis).ToString(false));
        Assert.Equal(withSign, Money.Satoshis(satoshis).ToString(true));
    }

    [Theory]
    [InlineData(1_500, 345, 517)]
    [InlineData(1, 999, 0)]
    public void A_fee_is_rounded_down(long perThousand, int size, long fee) =>
        Assert.Equal(fee, new FeeRate(Money.Satoshis(perThousand)).GetFee(size).Satoshi);

    [Fact]
    public void A_code_that_pushes_what_follows_is_no_op_alone() =>
        Assert.Throws<InvalidOperationException>(() => new Script(OpcodeType.OP_PUSHDATA1));

    [Fact]
    public void Locks_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LockTime(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LockTime(DateTimeOffset.FromUnixTimeSeconds(499_999_999)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LockTime(DateTimeOffset.FromUnixTimeSeconds(4_294_967_296)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sequence(65_536));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sequence(TimeSpan.FromSeconds(65_536 * 512)));
    }

    [Fact]
    public void A_script_of_more_than_10_000_bytes_cannot_be_spent() => Assert.True(new Script(new byte[10_001]).IsUnspendable);
}

namespace BtcChannels.Tests.Domain;

public class ReservationsTests
{
    private static readonly RequestKey s_key = RequestKey.Of("key"), s_other = RequestKey.Of("other");

    private static Reservation Of(long run, long msat, RequestKey? key = null) => new(run, new MilliSatoshi(msat), key);

    private static Reservations All(params Reservation[] all) => all.Aggregate(Reservations.None, (some, one) => some.With(one));

    [Fact]
    public void None_are_written_as_nothing_at_all()
    {
        Assert.Null(Reservations.None.Text);
        Assert.Same(Reservations.None, Reservations.Parse(null));
        Assert.Equal(MilliSatoshi.Zero, Reservations.None.Total);
    }

    [Fact]
    public void Each_is_written_as_run_amount_and_key() =>
        Assert.Equal($"3:250 3:7:{s_key} 12:9223372036854775000", All(Of(3, 250), Of(3, 7, s_key), Of(12, 9_223_372_036_854_775_000)).Text);

    [Theory]
    [InlineData("1:1")]
    [InlineData("9223372036854775807:1")]
    [InlineData("1:9223372036854775807")]
    [InlineData("2:5 1:5 3:5")]
    [InlineData("1:5:00000000000000000000000000000000")]
    [InlineData("1:5 1:6:00112233445566778899aabbccddeeff 2:6:00112233445566778899aabbccddeeff 1:1:ffffffffffffffffffffffffffffffff")]
    public void What_is_written_is_read_as_it_was(string text)
    {
        Assert.Equal(text, Reservations.Parse(text).Text);
        Assert.Equal(Reservations.Parse(text), Reservations.Parse(text));
        Assert.Equal(Reservations.Parse(text).GetHashCode(), Reservations.Parse(text).GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(":")]
    [InlineData("1")]
    [InlineData("1:")]
    [InlineData(":1")]
    [InlineData("0:1")]
    [InlineData("1:0")]
    [InlineData("-1:1")]
    [InlineData("1:-1")]
    [InlineData("+1:1")]
    [InlineData("1:+1")]
    [InlineData("01:1")]
    [InlineData("1:01")]
    [InlineData("1:1 ")]
    [InlineData(" 1:1")]
    [InlineData("1:1  2:1")]
    [InlineData("1:1\t2:1")]
    [InlineData("1:1\n")]
    [InlineData("1:1,000")]
    [InlineData("1:1.0")]
    [InlineData("1:1e3")]
    [InlineData("1:0x1")]
    [InlineData("1:\u0661")]
    [InlineData("9223372036854775808:1")]
    [InlineData("1:9223372036854775808")]
    [InlineData("1:1:")]
    [InlineData("1:1:00")]
    [InlineData("1:1:0011223344556677889900112233445566")]
    [InlineData("1:1:00112233445566778899AABBCCDDEEFF")]
    [InlineData("1:1:00112233445566778899aabbccddeefg")]
    [InlineData("1:1:00112233445566778899aabbccddeeff:")]
    [InlineData("1:1 1:2")]
    [InlineData("1:1:00112233445566778899aabbccddeeff 1:2:00112233445566778899aabbccddeeff")]
    public void Every_other_spelling_is_refused(string text) => Assert.Throws<FormatException>(() => Reservations.Parse(text));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    public void None_is_made_that_could_not_be_read_again(long run, long msat) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(run, msat));

    [Fact]
    public void Those_of_a_run_without_a_key_count_as_one() => Assert.Equal("1:12 2:1", All(Of(1, 5), Of(2, 1), Of(1, 7)).Text);

    [Fact]
    public void Those_with_a_key_stand_apart_from_those_without_and_from_other_keys_and_runs() =>
        Assert.Equal($"1:5 1:5:{s_key} 1:5:{s_other} 2:5:{s_key}", All(Of(1, 5), Of(1, 5, s_key), Of(1, 5, s_other), Of(2, 5, s_key)).Text);

    [Fact]
    public void Whatever_is_put_together_can_be_read_again()
    {
        var twice = All(Of(1, 5, s_key), Of(1, 7, s_key));
        Assert.Equal($"1:12:{s_key}", twice.Text);
        Assert.Equal(twice, Reservations.Parse(twice.Text));
    }

    [Fact]
    public void The_total_is_that_of_all() => Assert.Equal(21, All(Of(1, 5), Of(2, 7, s_key), Of(2, 9)).Total.Value);

    [Fact]
    public void A_total_beyond_all_numbers_is_an_error() => Assert.Throws<OverflowException>(() => All(Of(1, long.MaxValue), Of(2, 1)).Total);

    [Fact]
    public void A_key_is_found_in_whatever_run()
    {
        var some = All(Of(1, 5), Of(7, 5, s_key));
        Assert.True(some.Has(s_key));
        Assert.False(some.Has(s_other));
        Assert.False(Reservations.None.Has(s_key));
    }

    [Fact]
    public void What_is_over_leaves_the_others_as_they_were()
    {
        var some = All(Of(1, 5), Of(1, 6, s_key), Of(2, 7));
        Assert.Equal($"1:6:{s_key} 2:7", some.Without(Of(1, 5))!.Text);
        Assert.Equal($"1:3 1:6:{s_key} 2:7", some.Without(Of(1, 2))!.Text);
        Assert.Equal("1:5 2:7", some.Without(Of(1, 6, s_key))!.Text);
        Assert.Same(Reservations.None, All(Of(1, 5)).Without(Of(1, 5)));
    }

    [Fact]
    public void What_is_not_there_or_not_so_much_of_it_cannot_be_taken_out()
    {
        var some = All(Of(1, 5), Of(1, 6, s_key));
        Assert.Null(some.Without(Of(2, 5)));
        Assert.Null(some.Without(Of(1, 6)));
        Assert.Null(some.Without(Of(1, 5, s_other)));
        Assert.Null(some.Without(Of(1, 7, s_key)));
        Assert.Null(Reservations.None.Without(Of(1, 5)));
    }

    [Fact]
    public void Of_runs_that_have_ended_nothing_is_left()
    {
        var some = All(Of(1, 5), Of(2, 6, s_key), Of(3, 7));
        Assert.Equal($"2:6:{s_key}", some.Of(run => run == 2).Text);
        Assert.Same(Reservations.None, some.Of(_ => false));
        Assert.Same(some, some.Of(_ => true));
        Assert.Same(Reservations.None, Reservations.None.Of(_ => false));
    }

    [Fact]
    public void A_request_key_is_the_first_half_of_the_hash_of_its_name()
    {
        // printf %s 'order 7' | sha256sum
        Assert.Equal("0fc89f8ae19394b48debd6353bb9ad33", RequestKey.Of("order 7").ToString());
        Assert.Equal(RequestKey.Of("order 7"), RequestKey.Parse("0fc89f8ae19394b48debd6353bb9ad33"));
        Assert.Equal(RequestKey.Of("order 7"), RequestKey.FromBytes(RequestKey.Of("order 7").ToBytes()));
        Assert.NotEqual(RequestKey.Of("order 7"), RequestKey.Of("Order 7"));
        Assert.Throws<ArgumentException>(() => RequestKey.FromBytes(new byte[15]));
    }
}

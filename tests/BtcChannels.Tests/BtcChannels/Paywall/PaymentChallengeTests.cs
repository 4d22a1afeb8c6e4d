using BtcChannels.Paywall;

namespace BtcChannels.Tests.Domain;

public class PaymentChallengeTests
{
    private const string Good = "Payment id=\"i\", realm=\"r\", method=\"bitcoin\", intent=\"session\", request=\"e30\"";

    private static readonly PaymentChallenge s_good = new("i", "r", "bitcoin", "session", "e30");

    public static TheoryData<int> EveryVector => [.. Enumerable.Range(0, PaymentVectors.Challenges.Count)];

    [Theory, MemberData(nameof(EveryVector))]
    public void It_is_written_and_read_as_published(int index)
    {
        var field = PaymentVectors.All.GetProperty("challenges")[index].Text("field");
        Assert.Equal(field, PaymentVectors.Challenges[index].Write());
        Assert.Equal([PaymentVectors.Challenges[index]], PaymentChallenge.ParseAll([field]));
    }

    [Theory]
    [InlineData(Good)]
    [InlineData("payment id=\"i\", realm=\"r\", method=\"bitcoin\", intent=\"session\", request=\"e30\"")]
    [InlineData("Payment id=i,realm=r,method=bitcoin,intent=session,request=e30")]
    [InlineData("PAYMENT\tID=i")]
    [InlineData("Payment   ID = i ,, Realm\t=\t\"r\" , METHOD=\"bit\\coin\",intent=session,request=e30,")]
    [InlineData(", ," + Good)]
    [InlineData(Good + ", colour=\"red, Basic realm=\\\"x\\\"\", size=3, size=4")]
    [InlineData("Negotiate, " + Good)]
    [InlineData("Negotiate YII+/abc==, " + Good)]
    [InlineData("Negotiate YII , " + Good)]
    [InlineData("Basic realm=\"a, Payment id=b\", charset=\"UTF-8\", " + Good)]
    [InlineData(Good + ", Basic realm=\"a\"")]
    [InlineData(Good + ", Negotiate")]
    [InlineData(Good + ", Bearer x=y, \"broken")]
    public void It_is_found_among_whatever_else_stands_in_the_field(string field)
    {
        var read = PaymentChallenge.ParseAll([field]);
        if (field.StartsWith("PAYMENT\t", StringComparison.Ordinal)) Assert.Empty(read);   // a tab does not part scheme and parameters
        else Assert.Equal([s_good], read);
    }

    [Fact]
    public void Several_come_from_one_field_or_many_in_their_order()
    {
        var second = s_good with { Id = "j", Method = "lightning" };
        Assert.Equal([s_good, second], PaymentChallenge.ParseAll([Good + ", Basic realm=x, " + second.Write()]));
        Assert.Equal([s_good, second], PaymentChallenge.ParseAll([Good, "Basic realm=x", second.Write()]));
        Assert.Equal([second, s_good], PaymentChallenge.ParseAll([second.Write() + "," + Good]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Payment")]
    [InlineData("Payment abc==")]
    [InlineData("Payment , ")]
    [InlineData("Pay " + Good)]
    [InlineData(Good + ", id=\"i\"")]
    [InlineData(Good + ", Request=\"e30\"")]
    [InlineData(Good + ", expires=\"2027-01-15T08:05:00Z\", expires=\"2027-01-15T08:05:00Z\"")]
    [InlineData(Good + ", expires=\"tomorrow\"")]
    [InlineData(Good + ", expires=\"\"")]
    [InlineData(Good + ", expires=\"2027-01-15T08:05:00\"")]
    [InlineData(Good + ", expires=\"2027-01-15 08:05:00Z\"")]
    [InlineData(Good + "\"")]
    [InlineData(Good + ", opaque=\"")]
    [InlineData(Good + ", opaque=\"a\\")]
    [InlineData(Good + ", opaque=")]
    [InlineData(Good + ", opaque=\"a\" b")]
    [InlineData(Good + ", opaque=\"a\nb\"")]
    [InlineData(Good + ", =\"x\"")]
    [InlineData("Payment id=\"\", realm=\"r\", method=\"bitcoin\", intent=\"session\", request=\"e30\"")]
    [InlineData("Payment realm=\"r\", method=\"bitcoin\", intent=\"session\", request=\"e30\"")]
    [InlineData("Payment id=\"i\", method=\"bitcoin\", intent=\"session\", request=\"e30\"")]
    [InlineData("Payment id=\"i\", realm=\"r\", intent=\"session\", request=\"e30\"")]
    [InlineData("Payment id=\"i\", realm=\"r\", method=\"bitcoin\", request=\"e30\"")]
    [InlineData("Payment id=\"i\", realm=\"r\", method=\"bitcoin\", intent=\"session\"")]
    public void What_lacks_something_or_has_it_twice_or_breaks_the_grammar_is_left_out(string field) => Assert.Empty(PaymentChallenge.ParseAll([field]));

    [Fact]
    public void A_broken_field_does_not_hide_another() => Assert.Equal([s_good], PaymentChallenge.ParseAll(["Payment id=\"", Good]));

    [Fact]
    public void Longer_ones_than_8192_characters_are_neither_written_nor_read()
    {
        var room = PaymentScheme.MaxChallengeLength - (Good.Length + ", opaque=\"\"".Length);
        var full = s_good with { Opaque = new string('a', room) };
        Assert.Equal(PaymentScheme.MaxChallengeLength, full.Write().Length);
        Assert.Equal([full], PaymentChallenge.ParseAll([full.Write()]));
        Assert.Throws<ArgumentException>((full with { Opaque = new string('a', room + 1) }).Write);
        Assert.Empty(PaymentChallenge.ParseAll([Good + $", opaque=\"{new string('a', room + 1)}\""]));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("\u007f")]
    [InlineData("\u20ac")]
    public void A_field_never_carries_what_could_end_it(string realm) => Assert.Throws<ArgumentException>((s_good with { Realm = realm }).Write);

    [Theory]
    [InlineData("2027-01-15T08:05:00Z", 0)]
    [InlineData("2027-01-15t08:05:00z", 0)]
    [InlineData("2027-01-15T10:05:00+02:00", 0)]
    [InlineData("2027-01-15T08:05:00.250Z", 250)]
    public void Times_are_those_of_RFC_3339(string text, int milliseconds)
    {
        Assert.True(PaymentChallenge.TryReadTime(text, out var time));
        Assert.Equal(PaymentVectors.Now + TimeSpan.FromMinutes(5) + TimeSpan.FromMilliseconds(milliseconds), time);
    }
}

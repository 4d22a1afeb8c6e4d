using BtcChannels.Paywall;

namespace BtcChannels.Tests.Domain;

public class AcceptPaymentTests
{
    [Theory]
    [InlineData("bitcoin/session", 1, 0)]
    [InlineData("bitcoin/session, lightning/*;q=0.5", 1, 0.5)]
    [InlineData("bitcoin/session;q=0.25 , lightning/charge ; q=0.125", 0.25, 0.125)]
    [InlineData("*/*", 1, 1)]
    [InlineData("*/*;q=0.1, bitcoin/*;q=0.2, bitcoin/session;q=0.3", 0.3, 0.1)]
    [InlineData("bitcoin/session;q=0.3, bitcoin/*;q=0.2, */*;q=0.1", 0.3, 0.1)]
    [InlineData("*/charge;q=0.4, bitcoin/*", 1, 0.4)]
    [InlineData("bitcoin/session;q=0", 0, 0)]
    [InlineData("bitcoin/session;q=0, */*", 0, 1)]
    [InlineData("bitcoin/session;Q=1.000, lightning/*;q=1.", 1, 1)]
    [InlineData(", ,bitcoin/session,", 1, 0)]
    [InlineData("bitcoin/session, bitcoin/session;q=0.5", 1, 0)]
    [InlineData("tempo/session", 0, 0)]
    public void The_closest_range_says_how_welcome_a_method_is(string field, double bitcoin, double lightning)
    {
        var accept = AcceptPayment.Parse(field);
        Assert.NotNull(accept);
        Assert.Equal((bitcoin, lightning), (accept.Quality("bitcoin", "session"), accept.Quality("lightning", "charge")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("bitcoin")]
    [InlineData("bitcoin/")]
    [InlineData("/session")]
    [InlineData("bitcoin/session/x")]
    [InlineData("bitcoin /session")]
    [InlineData("bitcoin/session lightning/*")]
    [InlineData("bitcoin/session;")]
    [InlineData("bitcoin/session;q=")]
    [InlineData("bitcoin/session;q=2")]
    [InlineData("bitcoin/session;q=1.001")]
    [InlineData("bitcoin/session;q=0.1234")]
    [InlineData("bitcoin/session;q=-1")]
    [InlineData("bitcoin/session;q=.5")]
    [InlineData("bitcoin/session;q=0,5;x")]
    [InlineData("bitcoin/session;q=0.5;q=0.4")]
    [InlineData("bitcoin/session;level=1")]
    [InlineData("\"bitcoin\"/session")]
    [InlineData("bitcoin/session, lightning/*;q=high")]
    public void Nonsense_is_ignored_as_a_whole(string? field) => Assert.Null(AcceptPayment.Parse(field));
}

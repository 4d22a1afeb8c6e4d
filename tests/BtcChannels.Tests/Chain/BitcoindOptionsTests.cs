using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain;

public class BitcoindOptionsTests
{
    private static readonly Uri s_address = new("http://127.0.0.1:18443/");

    public static TheoryData<BitcoindOptions> Unusable => new()
    {
        new BitcoindOptions(s_address),
        new BitcoindOptions(s_address, User: "u"),
        new BitcoindOptions(s_address, Password: "p"),
        new BitcoindOptions(s_address, CookieFile: "c", User: "u", Password: "p"),
        new BitcoindOptions(s_address, CookieFile: "c", User: "u"),
        new BitcoindOptions(new Uri("ftp://127.0.0.1/"), CookieFile: "c"),
        new BitcoindOptions(new Uri("127.0.0.1", UriKind.Relative), CookieFile: "c"),
        new BitcoindOptions(new Uri("http://u:p@127.0.0.1:18443/"), CookieFile: "c"),
        new BitcoindOptions(s_address, CookieFile: "c", PollInterval: TimeSpan.Zero),
        new BitcoindOptions(s_address, CookieFile: "c", Timeout: TimeSpan.FromSeconds(-1)),
    };

    [Theory]
    [MemberData(nameof(Unusable), DisableDiscoveryEnumeration = true)]
    public void Contradicting_or_missing_settings_are_refused(BitcoindOptions options) =>
        Assert.Throws<ArgumentException>(() => new BitcoindChain(options, Network.RegTest, TimeProvider.System));

    [Fact]
    public void Their_text_has_no_credentials()
    {
        var text = new BitcoindOptions(s_address, User: "someone", Password: "hidden").ToString();

        Assert.Contains("http://127.0.0.1:18443/", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
        Assert.DoesNotContain("someone", text, StringComparison.Ordinal);
    }
}

using BtcChannels.Server;
using BtcChannels.Server.Proxy;
using Microsoft.Extensions.Configuration;

namespace BtcChannels.Tests.Server;

public sealed class PaywallSettingsTests
{
    private const string Enough = "Upstream=http://127.0.0.1:5000 Routes:0:Path=/song Routes:0:Price=25";

    [Fact]
    public void Settings_reach_upstream_and_routes()
    {
        var settings = Read($"{Enough} UpstreamTimeout=00:00:07 KeepHost=true MaxBodyBytes=5 Routes:0:Methods=get,POST Routes:0:Per=kilobyte Routes:0:Free=3 Routes:0:Description=Songs Routes:1:Path=/{{**all}} Routes:1:Price=0.001");
        var upstream = settings.FindUpstream()!;
        Assert.Equal((new Uri("http://127.0.0.1:5000"), TimeSpan.FromSeconds(7), true, 5L), (upstream.Url, upstream.Timeout, upstream.KeepsHost, upstream.MaxBody));
        var routes = settings.FindRoutes();
        Assert.Equal(("/song", 25_000L, PricedBy.Kilobyte, 3, "Songs"), (routes[0].Pattern.RawText, routes[0].Price.Value, routes[0].By, routes[0].FreePerDay, routes[0].Description));
        Assert.Equal(["GET", "POST", "HEAD", "CONNECT"], routes[0].Methods);
        Assert.Equal(1, routes[1].Price.Value);
        Assert.Null(Read("").FindUpstream());
    }

    [Theory]
    [InlineData("Routes:0:Path=/song Routes:0:Price=25", "Paywall:Upstream is missing")]
    [InlineData("Upstream=127.0.0.1:5000", "has to be an http or https address")]
    [InlineData("Upstream=http://a:b@127.0.0.1:5000", "without credentials")]
    [InlineData("Upstream=http://127.0.0.1:5000", "Routes is empty")]
    [InlineData($"{Enough} UpstreamTimeout=00:00:00", "UpstreamTimeout")]
    [InlineData($"{Enough} MaxBodyBytes=-1", "MaxBodyBytes")]
    [InlineData($"{Enough} UpstreamCertificates=/nowhere", "without TLS")]
    [InlineData("Upstream=https://127.0.0.1:5000 OthersAreFree=true UpstreamCertificates=/nowhere", "UpstreamCertificates")]
    [InlineData($"{Enough} Routes:1:Price=1", "Routes:1:Path is missing")]
    [InlineData($"{Enough} Routes:1:Path=/x", "Routes:1:Price is missing")]
    [InlineData($"{Enough} Routes:1:Path=/x Routes:1:Price=1.0001", "at most three decimals")]
    [InlineData($"{Enough} Routes:1:Path=/x Routes:1:Price=-1", "at most three decimals")]
    [InlineData($"{Enough} Routes:1:Path=/x Routes:1:Price=1 Routes:1:Per=minute", "request, kilobyte or second")]
    [InlineData($"{Enough} Routes:1:Path=/x Routes:1:Price=1 Routes:1:Free=-1", "Free is at least 0")]
    [InlineData($"{Enough} Routes:1:Path=/x Routes:1:Price=1 Routes:1:Methods=GET,,", "Methods has names")]
    [InlineData($"{Enough} Routes:1:Path=/{{x Routes:1:Price=1", "no route pattern")]
    [InlineData($"{Enough} Routes:1:Path=/SONG/ Routes:1:Price=1", "which price counts?")]
    [InlineData($"{Enough} Routes:0:Methods=GET Routes:1:Path=/song Routes:1:Price=1 Routes:1:Methods=HEAD", "which price counts?")]
    [InlineData($"{Enough} Route=1", "Route")]
    [InlineData($"{Enough} Routes:0:Cost=1", "Cost")]
    [InlineData($"{Enough} Routes:0:Free=many", "Free")]
    public void What_is_set_wrongly_is_said_so(string settings, string words)
    {
        var wrong = Assert.Throws<ArgumentException>(() =>
        {
            var read = Read(settings);
            read.FindUpstream();
            read.FindRoutes();
        });
        Assert.Contains(words, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_constraint_that_nobody_knows_is_said_before_anybody_asks() => Assert.Contains(
        "/{id:nonsense}",
        (await Assert.ThrowsAsync<ArgumentException>(() => ProxyApp.StartAsync(new Uri("http://127.0.0.1:1"), it => it.Routes = [new() { Path = "/{id:nonsense}", Price = "1" }]))).Message,
        StringComparison.Ordinal);

    private static PaywallSettings Read(string settings) => ServerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(
        settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(it => it.Split('=', 2)).Select(it => KeyValuePair.Create($"BtcChannels:Paywall:{it[0]}", (string?)it[1]))).Build()).Paywall;
}

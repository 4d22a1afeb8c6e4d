using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Containers;
using BtcChannels.Server;
using Microsoft.Extensions.Configuration;
using NBitcoin;
using Npgsql;

namespace BtcChannels.Tests.Containers;

/// <summary>What the container of the merchant is told is what the server takes, and fits what the other containers are told.</summary>
public sealed class MerchantServiceTests
{
    private const string HostPrefix = "ASPNETCORE_";

    private readonly ComposeFile _compose = ComposeFile.Read();
    private readonly Stage _image = Dockerfile.Read()["merchant"];

    /// <summary>The image's, and over them the service's.</summary>
    private Dictionary<string, string> Environment => new(_image.Environment.Concat(_compose["merchant"].Environment).GroupBy(it => it.Key).Select(it => it.Last()));

    [Fact]
    public void Every_variable_is_a_setting_of_the_server_or_of_its_host() =>
        Assert.All(Environment.Keys, name => Assert.True(
            name.StartsWith("BtcChannels__", StringComparison.Ordinal) || name is HostPrefix + "URLS" or HostPrefix + "HTTP_PORTS" or global::Secp256k1.Library.PathVariable, name));

    [Fact]
    public void The_server_takes_its_settings_and_follows_the_NBXplorer_beside_it()
    {
        var options = Options();
        var nbxplorer = _compose["nbxplorer"].Environment;
        Assert.Equal(Network.RegTest, options.Network);
        Assert.Equal(nbxplorer["NBXPLORER_NETWORK"], BitcoinNetworks.NameOf(options.Network));
        var chain = Assert.IsType<NBXplorerOptions>(options.Node);
        Assert.Equal(("nbxplorer", NBXplorerOptions.DefaultUrl(Network.RegTest)!.Port), (chain.Url.Host, chain.Url.Port));
        Assert.Equal($"0.0.0.0:{chain.Url.Port}", nbxplorer["NBXPLORER_BIND"]);
        Assert.Equal("btc", nbxplorer["NBXPLORER_CHAINS"]);
        // One that asks for no cookie, and one who shows none.
        Assert.Equal(("1", null), (nbxplorer["NBXPLORER_NOAUTH"], chain.CookieFile));
    }

    [Fact]
    public void Its_store_is_the_database_that_PostgreSQL_makes()
    {
        var database = new NpgsqlConnectionStringBuilder(Options().Database);
        Assert.Equal(
            ("postgres", KnownNames.PostgresPort, "postgres", null, _compose["postgres"].Environment["POSTGRES_DB"]),
            (database.Host, database.Port, database.Username, database.Password, database.Database));
    }

    [Fact]
    public void Its_seed_is_in_the_volume()
    {
        Assert.Equal(("merchant", "merchant"), _compose["merchant"].Locate(Options().DataFolder));
        Assert.Equal(_image.Of("VOLUME").Single(), _compose["merchant"].Mounts.Single().Target);
    }

    [Fact]
    public void It_listens_where_its_port_is_published_and_is_known_by_that_address()
    {
        var listens = new Uri(Assert.Single(Settings().ListeningAt()));
        Assert.Equal(("0.0.0.0", Uri.UriSchemeHttp), (listens.Host, listens.Scheme));
        Assert.Equal($"{listens.Port}", _image.Of("EXPOSE").Single());
        Assert.Equal($"127.0.0.1:{listens.Port}:{listens.Port}", Assert.Single(_compose["merchant"].Ports));
        Assert.Equal($"http://127.0.0.1:{listens.Port}", Options().Origin);
        // The customer shares the merchant's network, so the address is the same for both.
        Assert.Equal(Options().Origin, _compose["customer"].Environment["MERCHANT"]);
    }

    [Fact]
    public void Its_health_check_is_a_command_of_the_server_that_asks_where_it_listens()
    {
        Assert.Equal(_image.Command("ENTRYPOINT"), _image.Command("HEALTHCHECK").SkipLast(1));
        Assert.NotNull(OneTimeCommand.Read([_image.Command("HEALTHCHECK")[^1]], TextWriter.Null));
        Assert.Equal(new Uri("http://127.0.0.1:8402/healthz"), HealthCommand.Address(Settings().ListeningAt()));
    }

    private BtcChannelsOptions Options()
    {
        var options = new BtcChannelsOptions();
        Settings().ApplyTo(options);
        options.Validate();
        return options;
    }

    private ServerSettings Settings() => ServerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(
        Environment.Select(it => KeyValuePair.Create(it.Key.Replace(HostPrefix, "", StringComparison.Ordinal).Replace("__", ":", StringComparison.Ordinal), (string?)it.Value))).Build());
}

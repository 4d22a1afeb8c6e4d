using System.Text.RegularExpressions;
using BtcChannels.Containers;
using NBitcoin;
using Npgsql;

namespace BtcChannels.Tests.Containers;

/// <summary>docker-compose.regtest.yml is whole in itself: what a service names, another one has.</summary>
public sealed partial class ComposeTests
{
    private readonly ComposeFile _compose = ComposeFile.Read();

    private IEnumerable<ComposeService> Services => _compose.Services.Values;

    [Fact]
    public void It_says_nothing_that_compose_does_not_know()
    {
        Assert.Empty(_compose.Keys.Except(KnownNames.ComposeKeys));
        Assert.All(Services, service => Assert.Empty(service.Keys.Except(KnownNames.ServiceKeys)));
    }

    [Fact]
    public void Every_image_is_one_exact_version()
    {
        Assert.All(Services, service => Assert.True(service.Image is null != service.BuildTarget is null, service.Name));
        Assert.All(Services.Select(it => it.Image).OfType<string>(), image => Assert.Contains(image, KnownNames.Images));
        Assert.All(KnownNames.Images, image => Assert.Matches(@":\d+\.\d", image));
    }

    [Fact]
    public void Images_are_told_nothing_that_they_do_not_take()
    {
        foreach (var service in Services.Where(it => it.Image is not null && it.Entrypoint.Count == 0))
            Assert.Empty(service.Environment.Keys.Except(KnownNames.Variables[KnownNames.Repository(service.Image!)]));
    }

    [Fact]
    public void What_each_image_keeps_is_in_a_volume()
    {
        foreach (var service in Services.Where(it => it.Image is not null))
            Assert.Contains(service.Mounts, mount => mount.IsVolume && mount.Target == KnownNames.DataFolders[KnownNames.Repository(service.Image!)]);
    }

    [Fact]
    public void Every_volume_is_declared_and_used_and_written_by_one_service_alone()
    {
        var used = Services.SelectMany(it => it.Mounts).Where(it => it.IsVolume).ToLookup(it => it.Source);
        Assert.Equal(_compose.Volumes.Order(), used.Select(it => it.Key).Order());
        Assert.All(used, volume => Assert.Single(volume, mount => !mount.IsReadOnly));
    }

    [Fact]
    public void What_is_mounted_of_the_repository_is_there_and_cannot_be_written()
    {
        var mounts = Services.SelectMany(it => it.Mounts).Where(it => !it.IsVolume).ToList();
        Assert.NotEmpty(mounts);
        Assert.All(mounts, mount => Assert.True(mount.IsReadOnly && File.Exists(Path.Combine(ComposeFile.Root, mount.Source)), mount.Source));
        Assert.Equal(mounts.Single().Target, _compose["miner"].Entrypoint[^1]);
    }

    [Fact]
    public void Who_waits_for_the_health_of_another_waits_for_one_that_is_checked()
    {
        foreach (var (name, condition) in Services.SelectMany(it => it.DependsOn))
        {
            var isChecked = _compose[name].HealthCommand.Count > 0 || (_compose[name].BuildTarget is { } target && Dockerfile.Read()[target].Of("HEALTHCHECK").Count > 0);
            Assert.Equal(isChecked ? "service_healthy" : "service_started", condition);
        }
    }

    [Fact]
    public void Nothing_but_the_merchant_can_be_reached_and_he_from_this_machine_alone()
    {
        Assert.Equal("127.0.0.1:8402:8402", Assert.Single(Services.SelectMany(it => it.Ports)));
        Assert.Single(_compose["merchant"].Ports);
        Assert.Equal([("inner", true), ("outer", false)], _compose.Networks.Select(it => (it.Key, it.Value)).Order());
        Assert.All(Services.Where(it => it.Name is not ("merchant" or "customer")), service => Assert.Equal(["inner"], service.Networks));
        Assert.Equal("service:merchant", _compose["customer"].NetworkMode);
    }

    [Fact]
    public void There_is_no_secret_in_it()
    {
        foreach (var word in (string[])["password", "passwd", "secret:", "rpcauth", "rpcuser", "seed:", "token"]) Assert.DoesNotContain(word + "=", ComposeFile.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Services.SelectMany(it => it.Environment), it => it.Key.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase) || it.Key.EndsWith("User", StringComparison.Ordinal));
        Assert.Equal("trust", _compose["postgres"].Environment["POSTGRES_HOST_AUTH_METHOD"]);
    }

    [Fact]
    public void Only_the_customer_has_to_be_asked_for() => Assert.Equal(["customer"], Services.Where(it => it.Profiles.Count > 0).Select(it => it.Name));

    [Fact]
    public void The_nodes_cookie_is_the_file_that_the_others_read()
    {
        var options = _compose["bitcoind"].BitcoinOptions.ToDictionary();
        var cookie = _compose["bitcoind"].Locate(options["rpccookiefile"]);
        Assert.Equal("all", options["rpccookieperms"]);
        // Where the node keeps the folder of its network to itself.
        Assert.False(cookie.Path.StartsWith("regtest/", StringComparison.Ordinal));
        Assert.Equal(cookie, _compose["nbxplorer"].Locate(_compose["nbxplorer"].Environment["NBXPLORER_BTCRPCCOOKIEFILE"]));
        Assert.Equal(cookie, _compose["miner"].Locate(_compose["miner"].Environment["NODE_COOKIE"]));
        Assert.Equal(cookie, _compose["customer"].Locate(_compose["customer"].Environment["NODE_COOKIE"]));
        Assert.Contains($"-rpccookiefile={options["rpccookiefile"]}", _compose["bitcoind"].HealthCommand);
    }

    [Fact]
    public void The_node_is_called_where_it_listens()
    {
        var (rpc, peers) = (Network.RegTest.RPCPort, Network.RegTest.DefaultPort);
        Assert.Equal("regtest", _compose["bitcoind"].Environment["BITCOIN_NETWORK"]);
        Assert.DoesNotContain(_compose["bitcoind"].BitcoinOptions, it => it.Name is "rpcport" or "port");
        var (nbxplorer, miner) = (_compose["nbxplorer"].Environment, _compose["miner"].Environment);
        Assert.Equal(new Uri($"http://bitcoind:{rpc}"), new Uri(nbxplorer["NBXPLORER_BTCRPCURL"]));
        Assert.Equal($"bitcoind:{peers}", nbxplorer["NBXPLORER_BTCNODEENDPOINT"]);
        Assert.Equal(("bitcoind", $"{rpc}"), (miner["NODE_HOST"], miner["NODE_PORT"]));
        Assert.Equal(new Uri($"http://bitcoind:{rpc}"), new Uri(_compose["customer"].Environment["NODE"]));
    }

    [Fact]
    public void NBXplorer_has_a_database_beside_the_merchants()
    {
        var database = new NpgsqlConnectionStringBuilder(_compose["nbxplorer"].Environment["NBXPLORER_POSTGRES"]);
        Assert.Equal(("postgres", KnownNames.PostgresPort, "postgres", null), (database.Host, database.Port, database.Username, database.Password));
        Assert.NotEqual(_compose["postgres"].Environment["POSTGRES_DB"], database.Database);
        Assert.Contains($"--dbname={_compose["postgres"].Environment["POSTGRES_DB"]}", _compose["postgres"].HealthCommand);
    }

    [Fact]
    public void The_miner_runs_as_the_user_of_its_image_and_the_customer_spends_from_its_wallet()
    {
        Assert.Equal(KnownNames.BitcoinUser, _compose["miner"].User);
        Assert.Equal(_compose["bitcoind"].Image, _compose["miner"].Image);
        Assert.Equal(_compose["miner"].Environment["NODE_WALLET"], _compose["customer"].Environment["NODE_WALLET"]);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docker-compose.regtest.yml")]
    public void Commands_that_are_shown_name_what_is_there(string document)
    {
        var commands = Command().Matches(File.ReadAllText(Path.Combine(ComposeFile.Root, document)));
        Assert.NotEmpty(commands);
        foreach (Match command in commands)
        {
            Assert.True(File.Exists(Path.Combine(ComposeFile.Root, command.Groups["file"].Value)), command.Value);
            if (command.Groups["profile"] is { Success: true, Value: var profile }) Assert.Contains(profile, Services.SelectMany(it => it.Profiles));
            if (command.Groups["service"] is { Success: true, Value: var service }) Assert.Contains(service, _compose.Services.Keys);
        }
    }

    [GeneratedRegex(@"docker compose -f (?<file>\S+)(?: --profile (?<profile>\w+))? (?:up|down|(?:run|logs)(?: --\w+)* (?<service>\w+))")]
    private static partial Regex Command();
}

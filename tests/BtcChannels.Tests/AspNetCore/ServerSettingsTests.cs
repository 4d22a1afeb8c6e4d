using System.Diagnostics;
using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Server;
using BtcChannels.Server.Proxy;
using Microsoft.Extensions.Configuration;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

public sealed class ServerSettingsTests
{
    private static readonly (string, string)[] s_enough = [("NodeUser", "someone"), ("NodePassword", "something")];

    [Fact]
    public void Defaults_are_those_of_the_help()
    {
        var options = Apply(s_enough);
        Assert.Equal((Network.Main, "http://127.0.0.1:8402", 8332), (options.Network, options.Origin, ((BitcoindOptions)options.Node).RpcUri.Port));
        Assert.Equal(MerchantPolicy.For(Network.Main), options.Policy);
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "btcchannels-data"), options.DataFolder);
    }

    [Fact]
    public void Each_setting_of_the_help_is_known_and_each_known_setting_is_in_the_help()
    {
        var inHelp = ServerSettings.Help.Split("BtcChannels:").Skip(1).Select(rest => rest[..rest.IndexOfAny([' ', ','])]).ToHashSet();
        Assert.Equal(NamesOf(typeof(ServerSettings), "").Order(), inHelp.Order());
    }

    private static IEnumerable<string> NamesOf(Type settings, string prefix) => settings.GetProperties().SelectMany(it =>
        it.PropertyType == typeof(List<RouteSettings>) ? NamesOf(typeof(RouteSettings), $"{prefix}{it.Name}:N:")
        : it.PropertyType.Namespace!.StartsWith("BtcChannels.Server", StringComparison.Ordinal) ? NamesOf(it.PropertyType, $"{prefix}{it.Name}:")
        : [prefix + it.Name]);

    [Fact]
    public void Settings_reach_the_policy()
    {
        var options = Apply([
            .. s_enough, ("Network", "regtest"), ("Origin", "https://shop.example"), ("Confirmations", "5"), ("BuriedAt", "9"), ("CloseMargin", "2.00:00:00"), ("MinUse", "03:00:00"),
            ("MaxDuration", "30.00:00:00"), ("PendingLifetime", "04:00:00"), ("MaxChainSilence", "00:05:00"), ("MaxTipAge", "03:00:00"), ("MinDepositSat", "1000"), ("MaxDepositSat", "2000"),
            ("MinFeeRate", "7"), ("FeeFactor", "4"), ("PaymentsAreSpent", "false"), ("Database", "Host=db;Database=shop")]);
        Assert.Equal(
            new MerchantPolicy
            {
                Confirmations = 5, BuriedAt = 9, CloseMargin = TimeSpan.FromDays(2), MinUse = TimeSpan.FromHours(3), MaxDuration = TimeSpan.FromDays(30),
                PendingLifetime = TimeSpan.FromHours(4), MaxChainSilence = TimeSpan.FromMinutes(5), MaxTipAge = TimeSpan.FromHours(3), MinDeposit = Money.Satoshis(1_000), MaxDeposit = Money.Satoshis(2_000),
                MinFeeRate = 7, FeeFactor = 4, PaymentsAreSpent = false,
            },
            options.Policy);
        Assert.Equal((Network.RegTest, "https://shop.example", 18443, "Host=db;Database=shop"), (options.Network, options.Origin, ((BitcoindOptions)options.Node).RpcUri.Port, options.Database));
    }

    [Fact]
    public void Settings_reach_the_two1_door()
    {
        var options = Apply([.. s_enough, ("Two1:Path", "/payment"), ("Two1:MinFeeSat", "400"), ("Two1:MinOutputSat", "600"), ("Two1:MinDuration", "05:00:00")]);
        Assert.Equal(new BtcChannels.Two1.Two1Policy { MinFee = Money.Satoshis(400L), MinOutput = Money.Satoshis(600L), MinDuration = TimeSpan.FromHours(5) }, options.Policy!.Two1);
    }

    [Fact]
    public void Settings_reach_the_limits()
    {
        var options = Apply([
            .. s_enough, ("Confirmations", "0"), ("MaxUnminedSat", "5000"), ("ClosesPerRound", "9"), ("OpensPerMinute", "1"), ("RefusalsPerMinute", "2"), ("RequestsPerSecond", "3"),
            ("RequestsPerSecondOfChannel", "4"), ("PendingFromAddress", "5"), ("Pending", "6")]);
        var limits = options.Limits;
        Assert.Equal((0, 5_000L, 9), (options.Policy!.Confirmations, options.Policy.MaxUnminedExposure.Satoshi, options.ClosesPerRound));
        Assert.Equal((1, 2, 3), (limits.OpensPerMinute, limits.RefusalsPerMinute, limits.RequestsPerSecond));
        Assert.Equal((4, 5, 6), (limits.RequestsPerSecondOfChannel, limits.PendingFromAddress, limits.Pending));
    }

    [Fact]
    public void Settings_reach_the_connections()
    {
        var limits = new Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerLimits();
        Read([("MaxConnections", "7"), ("MaxHeaderBytes", "2000000"), ("MaxHeaders", "9"), ("HeaderTimeout", "00:00:03"), ("IdleTimeout", "00:00:04")]).ApplyLimits(limits);
        Assert.Equal((7L, 2_000_000, 2_000_000, 9), (limits.MaxConcurrentConnections, limits.MaxRequestHeadersTotalSize, limits.MaxRequestLineSize, limits.MaxRequestHeaderCount));
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4)), (limits.RequestHeadersTimeout, limits.KeepAliveTimeout));
    }

    [Theory]
    [InlineData("MaxConnections", "0")]
    [InlineData("MaxHeaderBytes", "0")]
    [InlineData("MaxHeaders", "-1")]
    [InlineData("HeaderTimeout", "00:00:00")]
    public void A_limit_of_connections_that_lets_none_through_is_said_so(string name, string value) =>
        Assert.Throws<ArgumentException>(() => Read([(name, value)]).ApplyLimits(new()));

    [Fact]
    public void No_proxy_is_trusted_unless_it_is_named()
    {
        Assert.Null(Read([]).ForwardedHeaders());
        var trusted = Read([("TrustedProxies", "10.0.0.1, 192.168.0.0/16,::1")]).ForwardedHeaders()!;
        Assert.Equal(["10.0.0.1", "::1"], trusted.KnownProxies.Select(it => it.ToString()));
        Assert.Equal(["192.168.0.0/16"], trusted.KnownIPNetworks.Select(it => it.ToString()));
        Assert.Equal(Microsoft.AspNetCore.HttpOverrides.ForwardedHeaders.XForwardedFor, trusted.ForwardedHeaders);
        Assert.Throws<ArgumentException>(() => Read([("TrustedProxies", "10.0.0.1,proxy")]).ForwardedHeaders());
    }

    [Theory]
    [InlineData("testnet", 18332)]
    [InlineData("testnet4", 48332)]
    [InlineData("signet", 38332)]
    public void Every_network_can_be_set(string name, int port)
    {
        var options = Apply([.. s_enough, ("Network", name)]);
        Assert.Equal((port, port), (options.Network.RPCPort, ((BitcoindOptions)options.Node).RpcUri.Port));
    }

    [Fact]
    public void The_chain_is_nbxplorers_where_it_is_set()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(
            new NBXplorerOptions(new Uri("http://127.0.0.1:24446/"), Path.Combine(home, ".nbxplorer", "RegTest", ".cookie")),
            Apply([("Chain", "nbxplorer"), ("Network", "regtest")]).Node);
        Assert.Equal(
            new NBXplorerOptions(new Uri("http://nbxplorer:32838"), "/nbx/.cookie"),
            Apply([("Chain", "NBXplorer"), ("Network", "signet"), ("NbxplorerUrl", "http://nbxplorer:32838"), ("NbxplorerCookie", "/nbx/.cookie")]).Node);
        Assert.Equal(
            new NBXplorerOptions(new Uri("http://127.0.0.1:24444/")),
            Apply([("Chain", "nbxplorer"), ("NbxplorerCookie", "none")]).Node);
    }

    [Fact]
    public void Payouts_are_looked_for_at_the_chain_that_is_set()
    {
        Assert.Equal(8332, Assert.IsType<BitcoindOptions>(Read([("Chain", "bitcoind")]).FindChain()).RpcUri.Port);
        Assert.IsType<NBXplorerCoins>(Read([("Chain", "nbxplorer")]).FindChain().FindCoins(Network.Main, TimeProvider.System));
        Assert.IsType<BitcoindCoins>(Read([("Chain", "bitcoind"), ("NodeCookie", "x")]).FindChain().FindCoins(Network.Main, TimeProvider.System));
    }

    [Theory]
    [InlineData("Chain=electrum", "has to be bitcoind or nbxplorer")]
    [InlineData("Chain=nbxplorer NodeUrl=http://127.0.0.1:8332", "BtcChannels:NodeUrl means nothing")]
    [InlineData("Chain=nbxplorer NodeCookie=x", "BtcChannels:NodeCookie means nothing")]
    [InlineData("NodeCookie=x NbxplorerUrl=http://127.0.0.1:24444", "BtcChannels:NbxplorerUrl means nothing")]
    [InlineData("Chain=nbxplorer NbxplorerUrl=nbxplorer", "BtcChannels:NbxplorerUrl is no URL")]
    [InlineData("Chain=nbxplorer Network=signet NbxplorerCookie=none", "BtcChannels:NbxplorerUrl is missing")]
    [InlineData("Chain=nbxplorer Network=signet NbxplorerUrl=http://127.0.0.1:1", "BtcChannels:NbxplorerCookie is missing")]
    [InlineData("Chain=nbxplorer NbxplorerUrl=http://user:secret@127.0.0.1", "holds no credentials")]
    [InlineData("Chain=nbxplorer NbxplorerUrl=ftp://127.0.0.1", "is an http address")]
    public void A_chain_that_is_set_wrongly_is_said_so(string settings, string words)
    {
        var wrong = Assert.Throws<ArgumentException>(() => Apply([.. settings.Split(' ').Select(it => (it.Split('=', 2)[0], it.Split('=', 2)[1]))]).Node.Validate());
        Assert.Contains(words, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Confirmation", "1")]
    [InlineData("Urls", "http://127.0.0.1:1")]
    [InlineData("Confirmations", "1.5")]
    [InlineData("Confirmations", "many")]
    [InlineData("MinDepositSat", "0.0002")]
    [InlineData("MinDepositSat", "99999999999999999999")]
    [InlineData("MinDepositSat", "9223372036854775807")]
    [InlineData("MaxDepositSat", "-1")]
    [InlineData("CloseMargin", "a day")]
    [InlineData("CloseMargin", "-1.00:00:00")]
    [InlineData("CloseMargin", "10675199.02:48:05")]
    [InlineData("PendingLifetime", "00:00:00")]
    [InlineData("FeeFactor", "0")]
    [InlineData("Confirmations", "0")]
    [InlineData("MaxUnminedSat", "1")]
    [InlineData("ClosesPerRound", "0")]
    [InlineData("OpensPerMinute", "0")]
    [InlineData("Pending", "0")]
    [InlineData("MinFeeRate", "2147483647")]
    [InlineData("PaymentsAreSpent", "perhaps")]
    [InlineData("Network", "mainnetz")]
    [InlineData("Network", "")]
    [InlineData("NodeUrl", "127.0.0.1")]
    [InlineData("NodeUrl", "ftp://127.0.0.1")]
    [InlineData("NodeUrl", "http://a:b@127.0.0.1:1")]
    [InlineData("NodeCookie", "and-a-user-too")]
    [InlineData("Origin", "shop.example")]
    [InlineData("Database", "merchant.db")]
    public void A_setting_that_is_unknown_or_wrong_is_said_so(string name, string value) => Assert.Throws<ArgumentException>(() => Apply([.. s_enough, (name, value)]));

    [Theory]
    [InlineData("http://127.0.0.1:8402;https://127.0.0.1:8403")]
    [InlineData("http://*:8402")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://0.0.0.0:8402")]
    [InlineData("http://[::]:8402")]
    public void A_merchant_whom_customers_cannot_call_by_where_he_listens_has_to_say_his_origin(string urls)
    {
        Assert.Contains("Origin", Assert.Throws<ArgumentException>(() => Apply(s_enough, urls)).Message, StringComparison.Ordinal);
        Assert.Equal("https://shop.example", Apply([.. s_enough, ("Origin", "https://shop.example")], urls).Origin);
    }

    [Theory]
    [InlineData(0, "--BtcChannels:Network", "--help")]
    [InlineData(0, "--BtcChannels:Network", "-h")]
    [InlineData(2, "Nonsense", "--BtcChannels:Nonsense=1")]
    [InlineData(2, "main, test, testnet4, signet or regtest", "--BtcChannels:Network=nowhere")]
    [InlineData(2, "Database cannot be used", "--urls=http://127.0.0.1:1", "--BtcChannels:NodeUser=a", "--BtcChannels:NodePassword=b", "--BtcChannels:Database=secret")]
    [InlineData(2, "Origin is missing", "--urls=http://127.0.0.1:0", "--BtcChannels:NodeUser=a", "--BtcChannels:NodePassword=b")]
    public Task The_program_says_what_is_wrong_and_ends(int status, string says, params string[] arguments) => RunAsync(status, says, arguments);

    [Fact]
    public async Task The_program_does_not_start_on_a_store_that_another_has_open()
    {
        await using var app = await MerchantApp.StartAsync();
        await RunAsync(3, "in use by another process", [
            "--urls=http://127.0.0.1:0", $"--BtcChannels:Origin={MerchantApp.Origin}", "--BtcChannels:Network=regtest", $"--BtcChannels:Data={app.Folder}",
            "--BtcChannels:NodeUser=a", "--BtcChannels:NodePassword=b"]);
    }

    private static async Task RunAsync(int status, string says, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServerSettings).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(status == process.ExitCode, $"{process.ExitCode}: {await output}{await error}");
        Assert.Contains(says, status == 0 ? await output : await error, StringComparison.Ordinal);
        Assert.Equal(status == 0, (await error).Length == 0);
        Assert.DoesNotContain("   at ", await output + await error, StringComparison.Ordinal);
    }

    private static BtcChannelsOptions Apply(IEnumerable<(string Name, string Value)> settings, string? urls = null)
    {
        var options = new BtcChannelsOptions();
        Read(settings, urls).ApplyTo(options);
        options.Validate();
        return options;
    }

    private static ServerSettings Read(IEnumerable<(string Name, string Value)> settings, string? urls = null) => ServerSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection([
            .. settings.Select(it => KeyValuePair.Create($"BtcChannels:{it.Name}", (string?)it.Value)), KeyValuePair.Create("urls", urls)]).Build());
}

using System.Globalization;
using System.Text.Json;
using BtcChannels.Chain;
using BtcChannels.Cli;
using BtcChannels.Client;
using BtcChannels.Tests.Client;
using NBitcoin;

namespace BtcChannels.Tests.Cli;

public class CliTests
{
    [Theory]
    [InlineData("1.5")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("25sat")]
    [InlineData("2100000000000001")]
    [InlineData("99999999999999999999")]
    public async Task An_amount_is_whole_satoshi_or_wrong_usage(string amount)
    {
        await using var shell = await Shell.StartAsync();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("pay", "abc", "--", amount));
        Assert.Contains("whole satoshi", shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("pay", "abc")]
    [InlineData("open", "shop.example", "1000")]
    [InlineData("open", "http://shop.example:80/path", "1000")]
    [InlineData("open", "https://shop.example", "1000", "--duration", "7")]
    [InlineData("open", "https://shop.example", "1000", "--duration", "0d")]
    [InlineData("open", "https://shop.example", "1000", "--duration", "999999999999d")]
    [InlineData("stream", "abc")]
    [InlineData("stream", "abc", "--count", "1", "--duration", "1s")]
    [InlineData("stream", "abc", "--count", "0")]
    [InlineData("stream", "abc", "--count", "1", "--rate", "-1")]
    [InlineData("refund", "abc", "--fee-rate", "0.5")]
    [InlineData("list", "--network", "mainnnet")]
    [InlineData("list", "--node", "localhost")]
    [InlineData("list", "--rpc-user", "someone")]
    [InlineData("list", "--nbxplorer-cookie", "none")]
    [InlineData("list", "--nbxplorer", "http://127.0.0.1:24446", "--node", "http://127.0.0.1:18443")]
    [InlineData("list", "--nbxplorer", "http://127.0.0.1:24446", "--wallet", "of-the-node")]
    [InlineData("list", "--nbxplorer", "here")]
    [InlineData("list", "--rpc-user", "someone", "--cookie-file", "here")]
    [InlineData("status", "abc")]
    [InlineData("close", "abc")]
    [InlineData("refund", "abc")]
    public async Task What_cannot_be_is_wrong_usage(params string[] args)
    {
        await using var shell = await Shell.StartAsync();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync(args));
        Assert.NotEmpty(shell.Error);
        Assert.Empty(shell.Rig.Merchant.Requests);
    }

    [Fact]
    public async Task Open_pay_stream_and_close_tell_their_results_as_json()
    {
        await using var shell = await Shell.StartAsync();
        Assert.Equal(ExitCode.Done, await shell.RunAsync("open", FakeMerchant.Origin, "100000", "--json"));
        var id = shell.Json("channel").GetString()!;
        Assert.Equal((100_000, "active"), (shell.Json("capacitySat").GetInt64(), shell.Json("state").GetString()));
        shell.Confirm(id);

        Assert.Equal(ExitCode.Done, await shell.RunAsync("pay", id[..8], "1000", "--json"));
        Assert.Equal((1_000, 99_000), (shell.Json("totalSat").GetInt64(), shell.Json("remainingSat").GetInt64()));

        Assert.Equal(ExitCode.Done, await shell.RunAsync("stream", id[..8], "--count", "20", "--amount", "3", "--rate", "0", "--json"));
        Assert.Equal((20, 60, 1_060, "done"), (shell.Json("payments").GetInt32(), shell.Json("paidSat").GetInt64(), shell.Json("authorizedSat").GetInt64(), shell.Json("ended").GetString()));

        Assert.Equal(ExitCode.Done, await shell.RunAsync("close", id[..8], "--json"));
        Assert.Equal((1_060, 98_940), (shell.Json("toMerchantSat").GetInt64(), shell.Json("toCustomerSat").GetInt64()));

        Assert.Equal(ExitCode.Done, await shell.RunAsync("status", id[..8], "--json"));
        Assert.Equal("closing", shell.Json("merchant").GetProperty("state").GetString());

        Assert.Equal(ExitCode.Done, await shell.RunAsync("list", "--json"));
        Assert.Equal(id, shell.Result.EnumerateArray().Single().GetProperty("channel").GetString());
    }

    [Fact]
    public async Task A_stream_begins_with_what_the_network_relays()
    {
        await using var shell = await Shell.StartAsync();
        var id = await shell.OpenAsync();
        Assert.Equal(ExitCode.Done, await shell.RunAsync("stream", id, "--count", "3", "--rate", "0", "--json"));
        Assert.Equal((3, 294 + 2), (shell.Json("payments").GetInt32(), shell.Json("authorizedSat").GetInt64()));
        Assert.Contains("294 sat", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_ends_when_the_channel_is_used_up()
    {
        await using var shell = await Shell.StartAsync();
        var id = await shell.OpenAsync();
        Assert.Equal(ExitCode.Done, await shell.RunAsync("stream", id, "--count", "10", "--amount", "30000", "--rate", "0", "--json"));
        Assert.Equal((3, "capacity"), (shell.Json("payments").GetInt32(), shell.Json("ended").GetString()));
    }

    [Fact]
    public async Task An_interrupted_stream_ends_cleanly()
    {
        await using var shell = await Shell.StartAsync();
        var id = await shell.OpenAsync();
        using var stop = new CancellationTokenSource();
        shell.Rig.Merchant.After = (_, answer) =>
        {
            if (shell.Rig.Merchant.TimesAsked("/payments") == 5) stop.Cancel();
            return answer;
        };
        Assert.Equal(ExitCode.Done, await shell.RunAsync(["stream", id, "--count", "1000000", "--amount", "300", "--rate", "0", "--json"], stop.Token));
        Assert.Equal((5, 1_500, "interrupted"), (shell.Json("payments").GetInt32(), shell.Json("authorizedSat").GetInt64(), shell.Json("ended").GetString()));
    }

    [Fact]
    public async Task Each_kind_of_failure_has_its_exit_code()
    {
        await using var shell = await Shell.StartAsync();
        var merchant = shell.Rig.Merchant;

        shell.Rig.IsPoor = true;
        Assert.Equal(ExitCode.InsufficientFunds, await shell.RunAsync("open", FakeMerchant.Origin, "100000"));
        shell.Rig.IsPoor = false;
        Assert.Equal(ExitCode.Refused, await shell.RunAsync("open", FakeMerchant.Origin, "99999999"));
        Assert.Equal(ExitCode.Refused, await shell.RunAsync("open", FakeMerchant.Origin, "100000", "--max-close-fee", "1"));
        shell.Rig.Chain.IsAway = true;
        Assert.Equal(ExitCode.NodeSilent, await shell.RunAsync("open", FakeMerchant.Origin, "100000"));
        shell.Rig.Chain.IsAway = false;
        merchant.Before = (_, _) => throw FakeMerchant.LostReply();
        Assert.Equal(ExitCode.MerchantSilent, await shell.RunAsync("open", FakeMerchant.Origin, "100000"));
        merchant.Before = (_, _) => null;

        Assert.Equal(ExitCode.Done, await shell.RunAsync("open", FakeMerchant.Origin, "100000", "--json"));
        var id = shell.Json("channel").GetString()!;
        Assert.Equal(ExitCode.NotYet, await shell.RunAsync("pay", id, "1000"));
        shell.Confirm(id);
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("pay", id, "1"));
        Assert.Equal(ExitCode.InsufficientFunds, await shell.RunAsync("pay", id, "100001"));
        Assert.Equal(ExitCode.NotYet, await shell.RunAsync("refund", id));
        merchant.Before = (_, _) => FakeMerchant.Problem(System.Net.HttpStatusCode.UnprocessableEntity, "signature-invalid");
        Assert.Equal(ExitCode.Refused, await shell.RunAsync("pay", id, "1000", "--json"));
        Assert.Equal(("signature-invalid", 3), (shell.Json("problem").GetString(), shell.Json("exitCode").GetInt32()));
        merchant.Before = (_, _) => throw FakeMerchant.LostReply();
        Assert.Equal(ExitCode.MerchantSilent, await shell.RunAsync("pay", id, "1000"));
        Assert.Equal(ExitCode.MerchantSilent, await shell.RunAsync("close", id));
        merchant.Before = (_, _) => null;

        File.WriteAllText(shell.Rig.Folder.Seed, new string('a', 64) + "\n");
        Assert.Equal(ExitCode.Store, await shell.RunAsync("list"));
    }

    [Fact]
    public async Task A_refund_is_told_with_its_amount()
    {
        await using var shell = await Shell.StartAsync();
        var id = await shell.OpenAsync();
        var channel = Assert.Single(await shell.Rig.OnDiskAsync());
        shell.Rig.PassExpiry(channel);
        Assert.Equal(ExitCode.Done, await shell.RunAsync("refund", id, "--json"));
        Assert.Equal((channel.Refund.GetHash().ToString(), channel.Refund.TotalOut.Satoshi), (shell.Json("txid").GetString(), shell.Json("amountSat").GetInt64()));
    }

    [Fact]
    public async Task A_beginning_that_several_channels_share_is_wrong_usage()
    {
        await using var shell = await Shell.StartAsync();
        await shell.OpenAsync();
        await shell.OpenAsync();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("pay", "", "1000"));
        Assert.Contains("2 channels", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_exit_code_is_in_the_help()
    {
        await using var shell = await Shell.StartAsync();
        Assert.Equal(ExitCode.Done, await shell.RunAsync("--help"));
        foreach (var code in Enum.GetValues<ExitCode>()) Assert.Contains($"  {((int)code).ToString(CultureInfo.InvariantCulture)}  ", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_once_takes_in_what_is_new()
    {
        await using var shell = await Shell.StartAsync();
        Assert.Equal(ExitCode.Done, await shell.RunAsync("open", FakeMerchant.Origin, "100000", "--json"));
        var channel = Assert.Single(await shell.Rig.OnDiskAsync());
        shell.Rig.Chain.Mine(channel.DepositTransaction);
        Assert.Equal(ExitCode.Done, await shell.RunAsync("watch", "--once"));
        Assert.Equal(1, Assert.Single(await shell.Rig.OnDiskAsync()).DepositHeight);
    }

    [Fact]
    public async Task Data_lies_where_the_system_wants_it_one_folder_a_network()
    {
        await using var shell = await Shell.StartAsync();
        shell.Variables["XDG_DATA_HOME"] = shell.Rig.Folder.File("xdg");
        Assert.Equal(ExitCode.Done, await shell.RunWithoutDataAsync("list", "--network", "regtest"));
        Assert.True(File.Exists(Path.Combine(shell.Rig.Folder.File("xdg"), "btcchannels", "regtest", "customer.db")));
        shell.Variables.Remove("XDG_DATA_HOME");
        shell.Variables["HOME"] = shell.Rig.Folder.File("home");
        Assert.Equal(ExitCode.Done, await shell.RunWithoutDataAsync("list", "--network", "regtest"));
        Assert.True(File.Exists(Path.Combine(shell.Rig.Folder.File("home"), ".btcchannels", "regtest", "customer.db")));
    }

    [Theory]
    [InlineData("main", "", 8332)]
    [InlineData("testnet", "testnet3", 18332)]
    [InlineData("testnet4", "testnet4", 48332)]
    [InlineData("signet", "signet", 38332)]
    [InlineData("regtest", "regtest", 18443)]
    public void A_node_of_this_machine_is_found_by_its_network(string name, string folder, int port)
    {
        Assert.True(BitcoinNetworks.TryFind(name, out var network));
        var node = NodeSettings.Of(network, null, null, null, null, variable => variable == "HOME" ? "/home/me" : null);
        var bitcoind = Assert.IsType<BitcoindOptions>(node.Chain);
        Assert.Equal(port, bitcoind.RpcUri.Port);
        Assert.EndsWith(Path.Combine(folder, ".cookie"), bitcoind.CookieFile, StringComparison.Ordinal);
    }

    [Fact]
    public void An_nbxplorer_is_chosen_by_its_address()
    {
        var url = new Uri("http://127.0.0.1:24446/");
        Assert.Equal(new NBXplorerOptions(url, "here"), NodeSettings.OfNBXplorer(Network.RegTest, url, "here").Chain);
        Assert.Equal(new NBXplorerOptions(url), NodeSettings.OfNBXplorer(Network.RegTest, url, "none").Chain);
        Assert.Equal(new NBXplorerOptions(url, NBXplorerOptions.DefaultCookieFile(Network.RegTest)), NodeSettings.OfNBXplorer(Network.RegTest, url, null).Chain);
        Assert.Throws<UsageException>(() => NodeSettings.OfNBXplorer(Network.TestNet4, url, null));
    }

    [Fact]
    public async Task With_an_nbxplorer_alone_deposits_need_a_wallet_of_ones_own()
    {
        await using var shell = await Shell.StartAsync();
        shell.HasNodeWallet = false;
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("open", FakeMerchant.Origin, "50000"));
        Assert.Contains("wallet new", shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("testnet4")]
    [InlineData("signet")]
    public async Task Data_of_each_test_network_is_apart(string network)
    {
        await using var shell = await Shell.StartAsync();
        shell.Variables["XDG_DATA_HOME"] = shell.Rig.Folder.File("xdg");
        Assert.Equal(ExitCode.Done, await shell.RunWithoutDataAsync("list", "--network", network));
        Assert.True(File.Exists(Path.Combine(shell.Rig.Folder.File("xdg"), "btcchannels", network, "customer.db")));
    }

    [Fact]
    public void A_password_comes_from_the_environment_alone()
    {
        var node = NodeSettings.Of(Network.RegTest, null, null, "someone", null, name => name == NodeSettings.PasswordVariable ? "secret" : null);
        var bitcoind = Assert.IsType<BitcoindOptions>(node.Chain);
        Assert.Equal(("someone", "secret", new Uri("http://127.0.0.1:18443/")), (bitcoind.User, bitcoind.Password, bitcoind.RpcUri));
        Assert.DoesNotContain("secret", node.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The program within this process.</summary>
    internal sealed class Shell : IAsyncDisposable
    {
        private StringWriter _out = new(CultureInfo.InvariantCulture);
        private StringWriter _error = new(CultureInfo.InvariantCulture);

        public Rig Rig { get; } = new();

        public Dictionary<string, string> Variables { get; } = [];

        /// <summary>What is typed to it.</summary>
        public string Typed { get; set; } = "";

        public bool IsTerminal { get; set; }

        /// <summary>Other merchants than the rig's.</summary>
        public HttpMessageHandler? Merchants { get; set; }

        /// <summary>Priced resources.</summary>
        public HttpMessageHandler? Pages { get; set; }

        /// <summary>What was written byte for byte.</summary>
        public MemoryStream Body { get; private set; } = new();

        public string Out => _out.ToString();

        public string Error => _error.ToString();

        public JsonElement Result => JsonDocument.Parse(Out).RootElement;

        /// <summary>Whether the chain is a bitcoind's, whose wallet could pay.</summary>
        public bool HasNodeWallet { get; set; } = true;

        public static Task<Shell> StartAsync() => Task.FromResult(new Shell());

        public JsonElement Json(string member) => Result.GetProperty(member);

        public Task<ExitCode> RunAsync(params string[] args) => RunAsync(args, CancellationToken.None);

        public Task<ExitCode> RunAsync(string[] args, CancellationToken ct)
        {
            // Before an argument that only looks like an option.
            var at = Array.IndexOf(args, "--");
            string[] options = ["--data", Rig.Folder.Path, .. args.Contains("--network") ? (string[])[] : ["--network", "regtest"], "--patience", "1s"];
            return RunWithoutDataAsync(at < 0 ? [.. args, .. options] : [.. args[..at], .. options, .. args[at..]], ct);
        }

        public Task<ExitCode> RunWithoutDataAsync(params string[] args) => RunWithoutDataAsync(args, CancellationToken.None);

        public async Task<string> OpenAsync()
        {
            Assert.Equal(ExitCode.Done, await RunAsync("open", FakeMerchant.Origin, "100000", "--json"));
            var id = Json("channel").GetString()!;
            Confirm(id);
            return id;
        }

        public void Confirm(string id)
        {
            Rig.Chain.Mine(Rig.OnDisk().Single(channel => channel.Id.ToString() == id).DepositTransaction);
            Rig.Merchant.SeeDeposit(ChannelId.Parse(id));
        }

        public ValueTask DisposeAsync()
        {
            Rig.Merchant.Dispose();
            Rig.Folder.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task<ExitCode> RunWithoutDataAsync(string[] args, CancellationToken ct)
        {
            (_out, _error, Body) = (new(CultureInfo.InvariantCulture), new(CultureInfo.InvariantCulture), new());
            var host = new CliHost(
                new StringReader(Typed), _out, _error, IsTerminal, name => Variables.GetValueOrDefault(name), _ => new NodeAccess(Rig.Chain, HasNodeWallet ? Rig.Options.Funding : null, Rig.Chain), Merchants ?? Rig.Merchant, Rig.Clock)
            {
                OpenBody = () => Body, NewPageHandler = () => Pages ?? throw new InvalidOperationException("There are no pages"),
            };
            return (ExitCode)await new global::BtcChannels.Cli.Cli(host).RunAsync(args, ct);
        }
    }
}

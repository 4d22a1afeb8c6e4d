using System.Net;
using System.Text;
using global::NBitcoin;
using NBXplorer;
using NBXplorer.Models;

namespace BtcChannels.Tests.NBXplorerApi;

/// <summary>What the client makes of refusals, silence and credentials.</summary>
public sealed class ExplorerClientTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("btcchannels-").FullName;

    private static ExplorerClient Client(AnsweringHandler server)
    {
        var client = new ExplorerClient(new NBXplorerNetworkProvider(ChainName.Regtest).GetBTC(), new Uri("http://127.0.0.1:1/"));
        client.SetNoAuth();
        client.SetClient(new HttpClient(server));
        return client;
    }

    private static ExplorerClient Answering(int status, string body) => Client(new AnsweringHandler(_ => ((HttpStatusCode)status, body)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SharedTheory]
    [InlineData("status-unsupported-crypto")]
    [InlineData("transaction-unknown")]
    public async Task What_the_server_does_not_know_is_null(string name)
    {
        var recorded = Trace.Named(name);
        Assert.Null(await Answering(404, recorded.Answer?.ToJsonString() ?? "").GetStatusAsync());
        Assert.False(await Answering(404, recorded.Answer?.ToJsonString() ?? "").IsTrackedAsync(new GroupTrackedSource("nope")));
    }

    [SharedTheory]
    [InlineData("down-fees", "rpc-unavailable")]
    [InlineData("fees-6-unavailable", "fee-estimation-unavailable")]
    [InlineData("address-track-invalid", "invalid-format")]
    public async Task A_refusal_says_why(string name, string code)
    {
        var recorded = Trace.Named(name);
        var refused = await Assert.ThrowsAsync<NBXplorerException>(() => Answering(recorded.Status!.Value, recorded.Answer!.ToJsonString()).GetFeeRateAsync(6));
        Assert.Equal((recorded.Status, code, (string?)recorded.Answer!["message"]), (refused.Error.HttpCode, refused.Error.Code, refused.Message));
    }

    [SharedFact]
    public async Task A_fee_falls_back_only_where_the_node_has_no_estimate()
    {
        string Recorded(string name) => Trace.Named(name).Answer!.ToJsonString();
        Assert.Equal(new FeeRate(7m), (await Answering(400, Recorded("fees-6-unavailable")).GetFeeRateAsync(6, new FeeRate(7m))).FeeRate);
        var away = await Assert.ThrowsAsync<NBXplorerException>(() => Answering(400, Recorded("down-fees")).GetFeeRateAsync(6, new FeeRate(7m)));
        Assert.Equal("rpc-unavailable", away.Error.Code);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(415)]
    [InlineData(401)]
    public async Task A_failure_without_words_is_one_of_http(int status) =>
        Assert.Equal((HttpStatusCode)status, (await Assert.ThrowsAsync<HttpRequestException>(() => Answering(status, "").GetStatusAsync())).StatusCode);

    [Theory]
    [InlineData(408)]
    [InlineData(504)]
    public async Task A_server_that_ran_out_of_time_says_so_inside(int status) =>
        Assert.IsType<TimeoutException>((await Assert.ThrowsAsync<HttpRequestException>(() => Answering(status, "").GetStatusAsync())).InnerException);

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("[]")]
    [InlineData("{\"chainHeight\":\"x\"}")]
    public async Task What_is_no_answer_of_such_a_server_is_a_failure_of_http(string body) =>
        await Assert.ThrowsAsync<HttpRequestException>(() => Answering(200, body).GetStatusAsync());

    [Fact]
    public async Task The_cookie_is_the_whole_file_and_is_read_again_when_it_is_refused()
    {
        var file = Path.Combine(_folder, ".cookie");
        var current = "__cookie__:" + new string('a', 64);
        string Header() => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(current));
        await File.WriteAllTextAsync(file, current);
        using var server = new AnsweringHandler(asked => asked.Authorization == Header() ? (HttpStatusCode.OK, "null") : (HttpStatusCode.Unauthorized, ""));
        var client = Client(server);
        Assert.True(client.SetCookieAuth(file));
        await client.GetStatusAsync();
        Assert.Single(server.Requests);

        current = "__cookie__:" + new string('b', 64);
        await File.WriteAllTextAsync(file, current);
        await client.GetStatusAsync();
        Assert.Equal(3, server.Requests.Count);
        await client.RPCClient.SendCommandAsync(new("getblockcount", []) { ThrowIfRPCError = false }).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal(Header(), server.Requests[^1].Authorization);
    }

    [Fact]
    public async Task A_cookie_that_is_not_there_is_looked_for_when_it_is_asked_for()
    {
        var file = Path.Combine(_folder, ".cookie");
        using var server = new AnsweringHandler(asked => asked.Authorization is null ? (HttpStatusCode.Unauthorized, "") : (HttpStatusCode.OK, "null"));
        var client = Client(server);
        Assert.False(client.SetCookieAuth(file));
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStatusAsync())).StatusCode);
        await File.WriteAllTextAsync(file, "__cookie__:x");
        await client.GetStatusAsync();
    }

    [Fact]
    public async Task A_cookie_that_stays_wrong_is_tried_twice_and_no_more()
    {
        var file = Path.Combine(_folder, ".cookie");
        await File.WriteAllTextAsync(file, "__cookie__:x");
        using var server = new AnsweringHandler(_ => (HttpStatusCode.Unauthorized, ""));
        var client = Client(server);
        client.SetCookieAuth(file);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStatusAsync());
        Assert.Equal(2, server.Requests.Count);
    }

    [SharedFact]
    public async Task Commands_to_the_node_go_by_way_of_the_server()
    {
        var recorded = Trace.Named("rpc-whitelisted-getblockhash");
        using var server = new AnsweringHandler(_ => (HttpStatusCode.OK, recorded.Answer!.ToJsonString()));
        Assert.Equal(uint256.Parse((string)recorded.Answer!["result"]!), await Client(server).RPCClient.GetBlockHashAsync(1));
        var sent = Assert.Single(server.Requests);
        Assert.Equal((recorded.Method, recorded.Path), (sent.Method, sent.Path));
        Assert.Null(sent.Authorization);
        Assert.Equal(recorded.Body!.ToJsonString(), sent.Text);
    }

    [SharedFact]
    public async Task A_command_that_the_server_does_not_pass_on_is_refused_as_credentials_are()
    {
        var recorded = Trace.Named("rpc-not-whitelisted");
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => Answering(401, recorded.Answer!.ToJsonString()).RPCClient.SendCommandAsync("getnewaddress"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [SharedFact]
    public void What_the_mempool_spends_is_not_unspent()
    {
        UTXOChanges Read(string name) => new NBXplorerNetworkProvider(ChainName.Regtest).GetBTC().Serializer.ToObject<UTXOChanges>(Trace.Named(name).Answer!.ToJsonString());
        Assert.Single(Read("address-utxos-unconfirmed").GetUnspentUTXOs());
        Assert.Empty(Read("address-utxos-unconfirmed").GetUnspentUTXOs(1));
        Assert.Equal(Money.Coins(1), Assert.Single(Read("address-utxos-confirmed").GetUnspentCoins(3)).Amount);
        var spent = Read("address-utxos-spent-unconfirmed");
        Assert.Single(spent.Confirmed.UTXOs);
        Assert.Empty(spent.GetUnspentUTXOs());
        Assert.Empty(Read("address-utxos-unconfirmed-and-spent").GetUnspentUTXOs());
    }

    [Theory]
    [InlineData(ScriptPubKeyType.Segwit, "")]
    [InlineData(ScriptPubKeyType.Legacy, "-[legacy]")]
    public void A_wallets_scheme_is_read_back(ScriptPubKeyType type, string suffix)
    {
        var network = new NBXplorerNetworkProvider(ChainName.Regtest).GetBTC();
        var key = new ExtKey().Neuter();
        var wallet = network.DerivationStrategyFactory.CreateDirectDerivationStrategy(key, new() { ScriptPubKeyType = type });
        Assert.Equal(key.ToString(Network.RegTest) + suffix, wallet.ToString());
        Assert.Equal(wallet, network.DerivationStrategyFactory.Parse(wallet.ToString()));
        Assert.Equal(new DerivationSchemeTrackedSource(wallet), TrackedSource.Parse($"DERIVATIONSCHEME:{wallet}", network));
        Assert.Equal(key.Derive(new KeyPath("0/5")).PubKey.GetScriptPubKey(type), wallet.GetDerivation(new KeyPath("0/5")).ScriptPubKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ADDRESS:")]
    [InlineData("ADDRESS:1Ki7aHdg7Rg7VLvXcYoJPCLCeMx4tiAixY")]
    [InlineData("DERIVATIONSCHEME:xpub")]
    [InlineData("GROUP:")]
    [InlineData("WALLET:x")]
    public void What_names_no_source_is_told_from_what_does(string text) =>
        Assert.False(TrackedSource.TryParse(text, out _, new NBXplorerNetworkProvider(ChainName.Regtest).GetBTC()));
}

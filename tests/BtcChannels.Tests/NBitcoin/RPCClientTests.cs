using System.Net;
using System.Net.Sockets;
using global::NBitcoin;
using global::NBitcoin.RPC;

namespace BtcChannels.Tests.NBitcoin;

public sealed partial class RPCClientTests : IDisposable
{
    private const string SomeHash = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";
    private static readonly string[] s_list = ["a", "b"];
    private readonly FakeNode _node = new();

    private RPCClient Client => new("user:password", _node.Address, Network.RegTest);

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_command_is_one_authorized_post_with_its_parameters_in_order()
    {
        _node.Results("null");
        await Client.SendCommandAsync("anything", "text", 7, 8L, true, null!, 0.00000001m, s_list);
        var asked = Assert.Single(_node.Requests);
        Assert.True(asked.Authorized);
        Assert.Equal("/", asked.Path);
        Assert.Equal("anything", asked.Method);
        Assert.Equal("""["text",7,8,true,null,0.00000001,["a","b"]]""", asked.Parameters);
    }

    [Fact]
    public async Task Named_parameters_are_an_object()
    {
        _node.Results("null");
        await Client.SendCommandWithNamedArgsAsync("createwallet", new() { ["wallet_name"] = "w", ["blank"] = true }, default);
        Assert.Equal("""{"wallet_name":"w","blank":true}""", _node.Requests.Single().Parameters);
    }

    [Fact]
    public async Task A_wallets_commands_go_to_its_own_path()
    {
        _node.Results("1.5");
        Assert.Equal(Money.Coins(1.5m), await Client.SetWalletContext("my wallet").GetBalanceAsync());
        Assert.Equal("/wallet/my%20wallet", _node.Requests.Single().Path);
    }

    [Theory]
    [InlineData("\"text\"", "text")]
    [InlineData("null", "")]
    [InlineData("true", "True")]
    [InlineData("12", "12")]
    [InlineData("[]", "[]")]
    public async Task A_result_is_told_as_text(string json, string text)
    {
        _node.Results(json);
        Assert.Equal(text, (await Client.SendCommandAsync("anything")).ResultString);
    }

    [Theory]
    [InlineData(500)]   // JSON-RPC 1
    [InlineData(404)]
    [InlineData(200)]   // JSON-RPC 2
    public async Task An_error_of_the_node_keeps_its_code_and_words(int status)
    {
        _node.Answers(status, """{"result":null,"error":{"code":-26,"message":"min relay fee not met"},"id":1}""");
        var error = await Assert.ThrowsAsync<RPCException>(() => Client.SendCommandAsync("sendrawtransaction", "00"));
        Assert.Equal(RPCErrorCode.RPC_VERIFY_REJECTED, error.RPCCode);
        Assert.Equal("min relay fee not met", error.Message);
        Assert.Equal("min relay fee not met", error.RPCResult.Error.Message);
    }

    [Fact]
    public async Task An_error_is_returned_where_the_request_says_so()
    {
        _node.Answers(500, """{"result":null,"error":{"code":-5,"message":"Block not found"},"id":1}""");
        var response = await Client.SendCommandAsync(new RPCRequest("getblock", [SomeHash]) { ThrowIfRPCError = false });
        Assert.Equal(RPCErrorCode.RPC_INVALID_ADDRESS_OR_KEY, response.Error.Code);
    }

    [Theory]
    [InlineData(503, "Work queue depth exceeded")]
    [InlineData(403, "")]
    [InlineData(500, "oops")]
    public async Task An_answer_that_is_not_the_nodes_is_a_matter_of_the_connection(int status, string body)
    {
        _node.Answers(status, body);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => Client.GetBlockCountAsync());
        Assert.Equal(status, (int?)error.StatusCode);
    }

    [Fact]
    public async Task A_node_that_does_not_listen_is_unreachable()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var client = new RPCClient("user:password", new Uri($"http://127.0.0.1:{port}/"), Network.RegTest);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetBlockCountAsync());
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_without_asking_twice()
    {
        var client = new RPCClient("user:wrong", _node.Address, Network.RegTest);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetBlockCountAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, error.StatusCode);
        Assert.Single(_node.Requests);
    }

    [Fact]
    public async Task A_cookie_is_read_again_after_the_node_was_restarted()
    {
        var cookie = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(cookie, "__cookie__:first");
            _node.Credentials = "__cookie__:first";
            _node.Results("1").Results("2");
            var client = new RPCClient("cookiefile=" + cookie, _node.Address, Network.RegTest);
            Assert.Equal(1, await client.GetBlockCountAsync());

            await File.WriteAllTextAsync(cookie, "__cookie__:second");
            _node.Credentials = "__cookie__:second";
            Assert.Equal(2, await client.GetBlockCountAsync());
            Assert.Equal([true, false, true], _node.Requests.Select(request => request.Authorized));
        }
        finally
        {
            File.Delete(cookie);
        }
    }

    [Fact]
    public void Without_its_cookie_file_there_is_no_client() =>
        Assert.Throws<ArgumentException>(() => new RPCClient("cookiefile=" + Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), _node.Address, Network.RegTest));

    [Theory]
    [InlineData("0.00000001", 1)]
    [InlineData("1e-8", 1)]
    [InlineData("20999999.97690000", 2_099_999_997_690_000)]
    [InlineData("0.29000000", 29_000_000)]
    [InlineData("-0.00000283", -283)]
    public async Task An_amount_keeps_every_satoshi(string json, long satoshis)
    {
        _node.Results(json);
        Assert.Equal(satoshis, (await Client.GetBalanceAsync()).Satoshi);
    }

    [Fact]
    public async Task The_chains_state_has_its_median_time()
    {
        _node.Results($$"""
            {"chain":"regtest","blocks":101,"headers":102,"bestblockhash":"{{SomeHash}}","difficulty":4.656542373906925e-10,"time":1700000900,
             "mediantime":1700000000,"verificationprogress":1,"initialblockdownload":false,
             "chainwork":"00000000000000000000000000000000000000000000000000000000000000cc","size_on_disk":30000,"pruned":false,"warnings":[]}
            """);
        var info = await Client.GetBlockchainInfoAsync();
        Assert.Equal(Network.RegTest, info.Chain);
        Assert.Equal((101ul, 102ul, 1_700_000_000ul), (info.Blocks, info.Headers, info.MedianTime));
        Assert.Equal(SomeHash, info.BestBlockHash.ToString());
        Assert.False(info.InitialBlockDownload);
    }

    [Fact]
    public async Task An_unspent_output_has_value_script_and_depth()
    {
        _node.Results($$"""
            {"bestblock":"{{SomeHash}}","confirmations":3,"value":0.00073000,"coinbase":false,
             "scriptPubKey":{"asm":"","desc":"","hex":"a914748284390f9e263a4b766a75d0633c50426eb87587","type":"scripthash"} }
            """);
        var output = await Client.GetTxOutAsync(uint256.Parse(SomeHash), 1, includeMempool: false);
        Assert.Equal($"[\"{SomeHash}\",1,false]", _node.Requests.Single().Parameters);
        Assert.Equal(73_000, output.TxOut.Value.Satoshi);
        Assert.Equal("a914748284390f9e263a4b766a75d0633c50426eb87587", output.TxOut.ScriptPubKey.ToHex());
        Assert.Equal((3, false, "scripthash"), (output.Confirmations, output.IsCoinBase, output.ScriptPubKeyType));
        Assert.Equal(SomeHash, output.BestBlock.ToString());
    }

    [Fact]
    public async Task A_spent_output_is_null()
    {
        _node.Results("null");
        Assert.Null(await Client.GetTxOutAsync(uint256.Parse(SomeHash), 0));
    }

    [Fact]
    public async Task A_fee_estimate_is_a_rate_for_a_target()
    {
        _node.Results("""{"feerate":0.00012345,"blocks":6}""");
        var estimate = await Client.EstimateSmartFeeAsync(6);
        Assert.Equal(12_345, estimate.FeeRate.FeePerK.Satoshi);
        Assert.Equal(6, estimate.Blocks);
    }

    [Fact]
    public async Task Without_an_estimate_trying_gives_null_and_asking_throws()
    {
        const string none = """{"errors":["Insufficient data or no feerate found"],"blocks":0}""";
        _node.Results(none).Results(none);
        Assert.Null(await Client.TryEstimateSmartFeeAsync(6));
        await Assert.ThrowsAsync<NoEstimationException>(() => Client.EstimateSmartFeeAsync(6));
    }

    [Theory]
    [InlineData("""{"allowed":true,"vsize":200,"fees":{"base":0.00001}}""", true, null)]
    [InlineData("""{"allowed":false,"reject-reason":"missing-inputs"}""", false, "missing-inputs")]
    public async Task A_mempools_verdict_has_its_reason(string verdict, bool allowed, string? reason)
    {
        _node.Results($$"""[{"txid":"{{SomeHash}}","wtxid":"{{SomeHash}}",{{verdict[1..]}} ]""");
        var result = await Client.TestMempoolAcceptAsync(Transaction.Create(Network.RegTest));
        Assert.Equal(allowed, result.IsAllowed);
        if (reason is not null) Assert.Equal(reason, result.RejectReason);
        Assert.Equal(SomeHash, result.TxId.ToString());
    }

    [Fact]
    public async Task A_transaction_that_is_not_found_can_be_null()
    {
        const string notFound = """{"result":null,"error":{"code":-5,"message":"No such mempool transaction."},"id":1}""";
        _node.Answers(500, notFound).Answers(500, notFound);
        Assert.Null(await Client.GetRawTransactionAsync(uint256.Parse(SomeHash), throwIfNotFound: false));
        await Assert.ThrowsAsync<RPCException>(() => Client.GetRawTransactionAsync(uint256.Parse(SomeHash)));
    }

    [Fact]
    public async Task Cancelling_stops_waiting()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.GetBlockCountAsync(cancelled.Token));
    }
}

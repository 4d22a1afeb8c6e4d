using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain;

public class NodeAnswerTests
{
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private static readonly OutPoint s_outPoint = new(uint256.One, 3);

    [Theory]
    [InlineData("0.00000001", 1)]
    [InlineData("1e-8", 1)]
    [InlineData("0.1", 10_000_000)]
    [InlineData("0.29", 29_000_000)]
    [InlineData("20999999.97690001", 2_099_999_997_690_001)]
    [InlineData("0", 0)]
    public async Task An_amount_is_read_to_the_satoshi(string bitcoin, long satoshi)
    {
        await using var node = FakeNode.Start();
        node.Answer("gettxout", TxOut(bitcoin, confirmations: 0));

        var unspent = await node.Chain().GetUnspentAsync(s_outPoint, s_ct);

        Assert.Equal(satoshi, unspent!.Output.Value.Satoshi);
        Assert.Equal("51", unspent.Output.ScriptPubKey.ToHex());
        Assert.Equal($"[\"{s_outPoint.Hash}\",3,true]", node.ParametersOf("gettxout"));
    }

    [Theory]
    [InlineData("0.000000001")]
    [InlineData("-0.00000001")]
    [InlineData("21000000.00000001")]
    [InlineData("1e30")]
    [InlineData("\"1\"")]
    public async Task An_amount_that_is_none_is_no_answer(string bitcoin)
    {
        await using var node = FakeNode.Start();
        node.Answer("gettxout", TxOut(bitcoin, confirmations: 0));

        await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().GetUnspentAsync(s_outPoint, s_ct));
    }

    [Fact]
    public async Task An_output_in_a_block_has_the_height_that_its_confirmations_give_below_the_block_they_count_from()
    {
        await using var node = FakeNode.Start();
        node.Answer("gettxout", TxOut("1", confirmations: 3));
        node.Answer("getblockheader", $$"""{"hash":"{{FakeNode.TipHash}}","height":12,"confirmations":1,"mediantime":1700000000,"previousblockhash":"{{uint256.One}}"}""");

        Assert.Equal(10, (await node.Chain().GetUnspentAsync(s_outPoint, s_ct))!.Height);
        Assert.Equal($"[\"{FakeNode.TipHash}\",true]", node.ParametersOf("getblockheader"));
    }

    [Fact]
    public async Task An_output_in_the_mempool_has_no_height()
    {
        await using var node = FakeNode.Start();
        node.Answer("gettxout", TxOut("1", confirmations: 0));

        Assert.Null((await node.Chain().GetUnspentAsync(s_outPoint, s_ct))!.Height);
    }

    [Fact]
    public async Task An_output_that_is_not_there_is_null()
    {
        await using var node = FakeNode.Start();
        node.Answer("gettxout", "null");

        Assert.Null(await node.Chain().GetUnspentAsync(s_outPoint, s_ct));
    }

    [Fact]
    public async Task An_output_with_a_number_that_no_transaction_has_is_not_asked_for()
    {
        await using var node = FakeNode.Start();

        Assert.Null(await node.Chain().GetUnspentAsync(new OutPoint(uint256.One, uint.MaxValue), s_ct));
    }

    [Theory]
    [InlineData("0.00010000", "0.00001000", "0.00001000", 10_000)]
    [InlineData("0.00001000", "0.00005000", "0.00001000", 5_000)]
    [InlineData("0.00001000", "0.00001000", "0.00007001", 7_001)]
    [InlineData("1.2345e-5", "0", "0", 1_235)]
    public async Task A_fee_estimate_is_never_below_what_the_node_relays(string estimate, string mempool, string relay, long satoshiPerKilobyte)
    {
        await using var node = FakeNode.Start();
        node.Answer("estimatesmartfee", $$"""{"feerate":{{estimate}},"blocks":6}""");
        node.Answer("getmempoolinfo", $$"""{"mempoolminfee":{{mempool}},"minrelaytxfee":{{relay}}}""");

        Assert.Equal(satoshiPerKilobyte, (await node.Chain().EstimateFeeAsync(6, s_ct))!.FeePerK.Satoshi);
        Assert.Equal("[6,\"conservative\"]", node.ParametersOf("estimatesmartfee"));
    }

    [Fact]
    public async Task Without_an_estimate_there_is_none()
    {
        await using var node = FakeNode.Start();
        node.Answer("estimatesmartfee", """{"errors":["Insufficient data or no feerate found"],"blocks":6}""");

        Assert.Null(await node.Chain().EstimateFeeAsync(6, s_ct));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_009)]
    public async Task An_estimate_is_for_one_block_to_a_week(int blocks)
    {
        await using var node = FakeNode.Start();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => node.Chain().EstimateFeeAsync(blocks, s_ct));
    }

    private static string TxOut(string bitcoin, int confirmations) =>
        $$"""{"bestblock":"{{FakeNode.TipHash}}","confirmations":{{confirmations}},"value":{{bitcoin}},"scriptPubKey":{"hex":"51"},"coinbase":false}""";
}

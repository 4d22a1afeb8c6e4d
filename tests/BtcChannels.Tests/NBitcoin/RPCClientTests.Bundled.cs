using global::NBitcoin;
using global::NBitcoin.RPC;

namespace BtcChannels.Tests.NBitcoin;

/// <summary>Where the bundled implementation decides more than the package tells, or otherwise.</summary>
public sealed partial class RPCClientTests
{
    [Fact]
    public async Task A_binary_fraction_is_never_sent() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Client.SendCommandAsync("sendtoaddress", "somewhere", 0.1));

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("[]")]
    public async Task A_stranger_at_the_nodes_address_is_a_matter_of_the_connection(string body)
    {
        _node.Answers(200, body);
        await Assert.ThrowsAsync<HttpRequestException>(() => Client.GetBlockCountAsync());
    }

    [Theory]
    [InlineData("\"twelve\"")]
    [InlineData("1e400")]
    [InlineData("null")]
    public async Task A_result_of_another_shape_is_an_error_of_the_node(string json)
    {
        _node.Results(json);
        var error = await Assert.ThrowsAsync<RPCException>(() => Client.GetBlockCountAsync());
        Assert.Equal(RPCErrorCode.RPC_PARSE_ERROR, error.RPCCode);
        Assert.Contains("getblockcount", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.000000001")]
    [InlineData("\"1.0\"")]
    [InlineData("1e30")]
    public async Task An_amount_that_is_no_count_of_satoshis_is_an_error_of_the_node(string json)
    {
        _node.Results(json);
        await Assert.ThrowsAsync<RPCException>(() => Client.GetBalanceAsync());
    }
}

using System.Net;
using System.Net.Sockets;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain;

public class NodeOutageTests
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    [Fact]
    public async Task A_node_that_is_not_there_is_unavailable_in_words_that_name_its_address()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        free.Stop();
        var chain = new BitcoindChain(new BitcoindOptions(address, User: FakeNode.User, Password: FakeNode.Password), Network.RegTest, TimeProvider.System);

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.GetTipAsync(s_ct));

        Assert.Contains(address.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Contains("start it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_reset_as_it_is_made_is_an_outage()
    {
        using var http = new HttpClient(new Reset());
        var options = new BitcoindOptions(new Uri("http://127.0.0.1:1/"), User: FakeNode.User, Password: FakeNode.Password);
        var node = new BitcoindConnection(options, Network.RegTest, TimeProvider.System, http);

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => node.RunAsync(NodeStatus.GetAsync, s_ct));

        Assert.Contains("cannot be reached", e.Message, StringComparison.Ordinal);
    }

    // As the runtime's own does it there.
    private sealed class Reset : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new SocketException((int)SocketError.NotConnected);
    }

    [Fact]
    public async Task A_node_that_never_answers_is_unavailable_once_the_time_limit_is_over()
    {
        await using var node = FakeNode.Start();
        node.Hang("getblockchaininfo");

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain(TimeSpan.FromMilliseconds(50)).GetTipAsync(s_ct));

        Assert.Contains("0.05 seconds", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_cancels_is_not_told_of_an_outage()
    {
        await using var node = FakeNode.Start();
        node.Hang("getblockchaininfo");
        using var cancel = new CancellationTokenSource();
        var tip = node.Chain().GetTipAsync(cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tip);
    }

    [Fact]
    public async Task Refused_credentials_are_named_and_not_told()
    {
        await using var node = FakeNode.Start();
        node.Authentication = "another:one";

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().GetTipAsync(s_ct));

        Assert.Contains("password", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeNode.Password, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_cookie_is_taken_up()
    {
        await using var node = FakeNode.Start();
        var cookie = Path.GetTempFileName();
        try
        {
            var chain = new BitcoindChain(new BitcoindOptions(node.Uri, CookieFile: cookie), node.Network, TimeProvider.System);
            await WriteCookieAsync("__cookie__:first");
            Assert.Equal(7, (await chain.GetTipAsync(s_ct)).Height);

            await WriteCookieAsync("__cookie__:second\n");
            Assert.Equal(7, (await chain.GetTipAsync(s_ct)).Height);

            async Task WriteCookieAsync(string text)
            {
                await File.WriteAllTextAsync(cookie, text);
                node.Authentication = text.Trim();
            }
        }
        finally
        {
            File.Delete(cookie);
        }
    }

    [Theory]
    [InlineData("is not there", null)]
    [InlineData("holds no cookie", "")]
    [InlineData("refuses the cookie", "__cookie__:of-another-node")]
    public async Task A_cookie_that_does_not_open_is_unavailable(string words, string? content)
    {
        await using var node = FakeNode.Start();
        var cookie = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        if (content is not null) await File.WriteAllTextAsync(cookie, content);
        try
        {
            var chain = new BitcoindChain(new BitcoindOptions(node.Uri, CookieFile: cookie), node.Network, TimeProvider.System);

            var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.GetTipAsync(s_ct));

            Assert.Contains(words, e.Message, StringComparison.Ordinal);
            Assert.Contains(cookie, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("of-another-node", e.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(cookie);
        }
    }

    [Theory]
    [InlineData(403, "", "rpcallowip")]
    [InlineData(503, "Work queue depth exceeded", "too busy")]
    [InlineData(502, "<html>bad gateway</html>", "502")]
    [InlineData(200, "<html>welcome</html>", "bitcoind that listens there")]
    [InlineData(200, "[]", "bitcoind that listens there")]
    [InlineData(200, """{"result":{},"error":null,"id":1}""", "getblockchaininfo")]
    [InlineData(200, """{"result":null,"error":null,"id":1}""", "getblockchaininfo")]
    [InlineData(200, """{"result":"x","error":null,"id":1}""", "getblockchaininfo")]
    [InlineData(200, """{"result":{"blocks":"7","bestblockhash":"aa","mediantime":1},"error":null,"id":1}""", "getblockchaininfo")]
    [InlineData(200, """{"result":{"blocks":7,"bestblockhash":null,"mediantime":1},"error":null,"id":1}""", "getblockchaininfo")]
    [InlineData(500, """{"result":null,"error":{"code":-28,"message":"Loading block index…"},"id":1}""", "Loading block index")]
    [InlineData(500, """{"result":null,"error":{"code":-7,"message":"Out of memory"},"id":1}""", "Out of memory")]
    public async Task An_answer_that_is_none_is_unavailable(int status, string body, string words)
    {
        await using var node = FakeNode.Start();
        node.AnswerRaw("getblockchaininfo", status, body);

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => node.Chain().GetTipAsync(s_ct));

        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Contains(node.Uri.ToString(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_of_another_network_is_a_mismatch_and_no_outage()
    {
        await using var node = FakeNode.Start();
        node.Answer("getblockhash", FakeNode.Quote(Network.Main.GenesisHash.ToString()));
        var chain = node.Chain();

        var e = await Assert.ThrowsAsync<ChainMismatchException>(() => chain.GetUnspentAsync(new OutPoint(uint256.One, 0), s_ct));

        Assert.Contains(Network.Main.GenesisHash.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Equal(0, node.TimesAsked("gettxout"));
    }

    [Fact]
    public async Task A_mismatch_is_told_every_time_until_it_is_corrected()
    {
        await using var node = FakeNode.Start();
        node.Answer("getblockhash", FakeNode.Quote(Network.Main.GenesisHash.ToString()));
        var chain = node.Chain();
        await Assert.ThrowsAsync<ChainMismatchException>(() => chain.GetTipAsync(s_ct));
        await Assert.ThrowsAsync<ChainMismatchException>(() => chain.GetTipAsync(s_ct));

        node.Answer("getblockhash", FakeNode.Quote(node.Network.GenesisHash.ToString()));

        Assert.Equal(7, (await chain.GetTipAsync(s_ct)).Height);
    }

    [Fact]
    public async Task The_network_is_looked_at_once_and_again_after_an_outage()
    {
        await using var node = FakeNode.Start();
        var chain = node.Chain();
        await chain.GetTipAsync(s_ct);
        await chain.GetTipAsync(s_ct);
        Assert.Equal(1, node.TimesAsked("getblockhash"));

        node.AnswerRaw("getblockchaininfo", 503, "");
        await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.GetTipAsync(s_ct));
        node.Answer("getblockchaininfo", FakeNode.ChainInfo());
        await chain.GetTipAsync(s_ct);

        Assert.Equal(2, node.TimesAsked("getblockhash"));
    }

    [Fact]
    public async Task A_node_that_still_downloads_the_chain_is_unavailable_for_every_question()
    {
        await using var node = FakeNode.Start(Network.Main);
        node.Answer("getblockchaininfo", FakeNode.ChainInfo(downloading: true));
        node.Answer("gettxout", "null");
        var chain = node.Chain();

        var e = await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.GetTipAsync(s_ct));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => chain.GetUnspentAsync(new OutPoint(uint256.One, 0), s_ct));

        Assert.Contains("downloading", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_regtest_the_download_never_ends_and_does_not_count()
    {
        await using var node = FakeNode.Start();
        node.Answer("getblockchaininfo", FakeNode.ChainInfo(downloading: true));

        Assert.Equal(new ChainTip(7, uint256.Parse(FakeNode.TipHash), 1_700_000_000), await node.Chain().GetTipAsync(s_ct));
    }
}

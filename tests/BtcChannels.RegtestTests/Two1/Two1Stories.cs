using System.Text.Json;
using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.RegtestTests.Two1;

/// <summary>A client of 2015 and a merchant of today, on a real node.</summary>
public sealed class Two1Stories
{
    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 600; i++)
        {
            if (await holds()) return;
            await Task.Delay(50);
        }
        throw new TimeoutException("It has not come to that");
    }

    private static async Task<string> StateAsync(OldClient client) => OldClient.Member(OldClient.Success(await client.StatusAsync()), "status");

    private static async Task OpenAsync(OldClient client)
    {
        var opened = OldClient.Member(OldClient.Success(await client.OpenAsync()), "deposit_txid");
        Assert.Equal(client.Deposit.Hash.ToString(), opened);
    }

    private static async Task BroadcastAsync(RegtestNode node, OldClient client)
    {
        await node.Rpc.SendRawTransactionAsync(client.DepositTransaction);
        await node.MineAsync();
        await UntilAsync(async () => await StateAsync(client) == "ready");
    }

    private static long ToMerchant(Transaction close, OldClient client) => close.Outputs.Single(it => it.ScriptPubKey == new PubKey(client.MerchantKey).Hash.ScriptPubKey).Value.Satoshi;

    [Fact]
    public async Task A_client_of_2015_opens_pays_buys_and_closes()
    {
        await using var node = await RegtestNode.StartAsync();
        await using var merchant = await SongMerchant.StartAsync(node);
        using var client = new OldClient(merchant.Origin, node.Wallet);
        await OpenAsync(client);
        Assert.Equal((400, "Payment channel not ready."), await client.PayAsync(client.Payment(3_000)));
        await BroadcastAsync(node, client);

        Assert.Equal("sold", await client.BuyAsync("/buy", price => Math.Max(3_000, price)));
        Assert.Equal("sold", await client.BuyAsync("/buy", price => 3_000 + price));

        var close = OldClient.Member(OldClient.Success(await client.CloseAsync()), "payment_txid");
        Assert.Equal(close, OldClient.Member(OldClient.Success(await client.CloseAsync()), "payment_txid"));
        Assert.Equal((404, "Payment channel closed."), await client.PayAsync(client.Payment(9_000)));
        await UntilAsync(async () => (await node.Rpc.GetRawMempoolAsync()).Contains(uint256.Parse(close)));
        await node.MineAsync();
        var (spend, _) = (await node.FindSpendAsync(client.Deposit))!.Value;
        Assert.Equal((close, 3_050L), (spend.GetHash().ToString(), ToMerchant(spend, client)));
        Assert.Equal(100_000 + 3_000 - 3_050, spend.Outputs[1].Value.Satoshi);
        Assert.Equal("closed", await StateAsync(client));
    }

    [Fact]
    public async Task The_channel_of_a_client_who_stays_away_is_closed_before_its_expiry()
    {
        await using var node = await RegtestNode.StartAsync();
        await using var merchant = await SongMerchant.StartAsync(node);
        using var client = new OldClient(merchant.Origin, node.Wallet);
        await OpenAsync(client);
        await BroadcastAsync(node, client);
        OldClient.Success(await client.PayAsync(client.Payment(7_000)));

        await node.MineUntilMedianTimeAsync(client.Expiry - 86_400);
        await UntilAsync(async () => await StateAsync(client) == "closed");
        await UntilAsync(async () => (await node.Rpc.GetRawMempoolAsync()).Length > 0);
        await node.MineAsync();
        var (spend, _) = (await node.FindSpendAsync(client.Deposit))!.Value;
        Assert.Equal(7_000, ToMerchant(spend, client));
        await UntilAsync(async () => OldClient.Member(OldClient.Success(await client.CloseAsync()), "payment_txid") == spend.GetHash().ToString());
    }

    /// <summary>The recorded session of 21's own client and server, each call in its order with our own keys and deposits and the recorded amounts.</summary>
    [Fact]
    public async Task The_recorded_session_is_answered_as_21s_server_answered_it()
    {
        var trace = Recorded.Read();
        await using var node = await RegtestNode.StartAsync();
        await using var merchant = await SongMerchant.StartAsync(node);
        using var client = new OldClient(merchant.Origin, node.Wallet);
        using var buyer = new OldClient(merchant.Origin, node.Wallet);
        var isMined = false;
        foreach (var exchange in trace.GetProperty("exchanges").EnumerateArray())
        {
            var request = exchange.GetProperty("request");
            var method = request.GetProperty("method").GetString();
            var isChannel = request.GetProperty("path").GetString() != "/payment";
            if (method == "PUT" && !isMined)
            {
                await BroadcastAsync(node, client);
                isMined = true;
            }
            var answer = (method, isChannel) switch
            {
                ("GET", false) => await InfoAsync(client),
                ("POST", false) => await client.OpenAsync(),
                ("GET", true) => await client.StatusAsync(),
                ("PUT", true) => await client.PayAsync(client.Payment(Recorded.TotalOf(request))),
                ("DELETE", true) => await client.CloseAsync(),
                _ => throw new InvalidOperationException($"{method} was not recorded"),
            };
            Recorded.AssertSame(exchange, answer);
        }

        await OpenAsync(buyer);
        await BroadcastAsync(node, buyer);
        var token = "";
        foreach (var exchange in trace.GetProperty("flow_402").EnumerateArray())
        {
            var request = exchange.GetProperty("request");
            var recorded = exchange.GetProperty("response");
            if (request.GetProperty("method").GetString() == "PUT")
            {
                var paid = await buyer.PayAsync(buyer.Payment(Recorded.TotalOf(request)));
                Recorded.AssertSame(exchange, paid);
                token = OldClient.Member(paid.Body, "payment_txid");
            }
            else if (request.GetProperty("headers").TryGetProperty("bitcoin-payment-channel-token", out _))
            {
                Assert.Equal((recorded.GetProperty("status").GetInt32(), recorded.GetProperty("body").GetString()!), await buyer.GetWithTokenAsync("/buy", token, 50));
            }
            else
            {
                var (status, answer) = await buyer.GetAsync("/buy");
                using (answer)
                {
                    Assert.Equal((recorded.GetProperty("status").GetInt32(), recorded.GetProperty("headers").GetProperty("Price").GetString()), (status, answer.Headers.GetValues("Price").Single()));
                    Assert.Equal($"{merchant.Origin.GetLeftPart(UriPartial.Authority)}/payment", answer.Headers.GetValues("Bitcoin-Payment-Channel-Server").Single());
                }
            }
        }
    }

    private static async Task<(int, string)> InfoAsync(OldClient client)
    {
        var (status, answer) = await client.GetAsync("/payment");
        using (answer) return (status, await answer.Content.ReadAsStringAsync());
    }
}

/// <summary>What was recorded of 21's client and server.</summary>
internal static class Recorded
{
    public static JsonElement Read()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.Parent?.FullName ?? "/", "shared", "two1", "http-trace.json");
            if (!File.Exists(Path.Combine(folder.FullName, "BtcChannels.sln"))) continue;
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.Clone();
        }
        throw new InvalidOperationException("This is not in a checkout");
    }

    /// <summary>What a recorded payment paid in all.</summary>
    public static long TotalOf(JsonElement request)
    {
        var body = request.GetProperty("body").GetString()!;
        return Transaction.Parse(body[(body.IndexOf('=', StringComparison.Ordinal) + 1)..], Network.RegTest).Outputs[0].Value.Satoshi;
    }

    /// <summary>The same status; of JSON the same members, and the same values but for keys, ids and times.</summary>
    public static void AssertSame(JsonElement exchange, (int Status, string Body) answer)
    {
        var recorded = exchange.GetProperty("response");
        Assert.Equal(recorded.GetProperty("status").GetInt32(), answer.Status);
        var (theirs, ours) = (JsonDocument.Parse(recorded.GetProperty("body").GetString()!).RootElement, JsonDocument.Parse(answer.Body).RootElement);
        Assert.Equal(theirs.EnumerateObject().Select(it => it.Name).Order(), ours.EnumerateObject().Select(it => it.Name).Order());
        foreach (var member in theirs.EnumerateObject())
        {
            var own = ours.GetProperty(member.Name);
            Assert.Equal(member.Value.ValueKind, own.ValueKind);
            if (member.Name is "version" or "zeroconf" or "status" or "balance") Assert.Equal(member.Value.GetRawText(), own.GetRawText());
            else Assert.Equal(member.Value.GetRawText().Length, own.GetRawText().Length);
        }
    }
}

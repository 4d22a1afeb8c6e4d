using System.Globalization;
using System.Text.Json;
using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.RegtestTests.Two1;

/// <summary>btcchannels at a two1 door, on a real node: what comes back comes back to the wallet's own keys.</summary>
public sealed class OwnCustomerStories
{
    private const int Done = 0;
    private const int NotYet = 6;
    private const long Funds = 200_000;
    private const long Deposit = 108_000;
    private const long MostOfFees = 10_000;

    private static readonly string[] s_fee = ["--two1-fee", "5000"];

    [Fact]
    public async Task A_customer_opens_pays_buys_closes_and_spends_what_came_back()
    {
        await using var node = await RegtestNode.StartAsync();
        await using var merchant = await SongMerchant.StartAsync(node);
        using var cli = new CliProcess(node);
        var channel = await OpenAsync(node, merchant, cli);
        var paid = await RunAsync(cli, "pay", channel, "3000", "--json");
        Assert.Equal("sold", await BuyAsync(merchant, paid.GetProperty("token").GetString()!));
        Assert.Equal("ready", JsonDocument.Parse(await StatusAsync(merchant, channel)).RootElement.GetProperty("status").GetString());

        Assert.Equal(3_000, (await RunAsync(cli, "close", channel, "--json")).GetProperty("toMerchantSat").GetInt64());
        await UntilMinedAsync(node, channel);
        var closed = (await RunAsync(cli, "status", channel, "--json")).GetProperty("channel");
        Assert.Equal(("closed", 100_000), (closed.GetProperty("state").GetString(), closed.GetProperty("spend").GetProperty("toCustomerSat").GetInt64()));
        Assert.InRange(await SweepAsync(node, cli), Funds - Deposit + 100_000 - MostOfFees, Funds - Deposit + 100_000);
    }

    [Fact]
    public async Task The_refund_is_the_wallets_too()
    {
        await using var node = await RegtestNode.StartAsync();
        await using var merchant = await SongMerchant.StartAsync(node);
        using var cli = new CliProcess(node);
        var channel = await OpenAsync(node, merchant, cli);
        Assert.Equal(NotYet, (await cli.RunAsync("refund", channel)).ExitCode);
        var expiry = (await RunAsync(cli, "list", "--json")).EnumerateArray().Single().GetProperty("expiry").GetInt64();
        await node.MineUntilMedianTimeAsync(expiry + 1);
        var refunded = await RunAsync(cli, "refund", channel, "--json");
        await node.MineAsync();
        var view = (await RunAsync(cli, "status", channel, "--json")).GetProperty("channel");
        Assert.Equal("refunded", view.GetProperty("state").GetString());
        var back = refunded.GetProperty("amountSat").GetInt64();
        Assert.InRange(await SweepAsync(node, cli), Funds - Deposit + back - MostOfFees, Funds - Deposit + back);
    }

    private static async Task<string> OpenAsync(RegtestNode node, SongMerchant merchant, CliProcess cli)
    {
        await RunAsync(cli, "wallet", "new", "--json");
        var address = (await RunAsync(cli, "wallet", "address", "--json")).GetProperty("address").GetString()!;
        await node.Wallet.SendToAddressAsync(BitcoinAddress.Create(address, Network.RegTest), Money.Satoshis(Funds));
        await node.MineAsync();
        var opened = await RunAsync(cli, ["open", new Uri(merchant.Origin, "/payment").ToString(), "100000", "--json", .. s_fee]);
        Assert.Equal((Deposit, 5_000), (opened.GetProperty("depositSat").GetInt64(), opened.GetProperty("closeFeeSat").GetInt64()));
        await node.MineAsync();
        return opened.GetProperty("channel").GetString()!;
    }

    private static async Task<string> BuyAsync(SongMerchant merchant, string token)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("bitcoin-payment-channel-token", token);
        return await http.GetStringAsync(new Uri(merchant.Origin, "/buy"));
    }

    private static async Task<string> StatusAsync(SongMerchant merchant, string channel)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(merchant.Origin, "/payment/" + channel[..64]));
    }

    private static async Task UntilMinedAsync(RegtestNode node, string channel)
    {
        var deposit = ChannelId.Parse(channel).OutPoint;
        for (var i = 0; i < 200; i++)
        {
            if ((await node.Rpc.GetRawMempoolAsync()).Length > 0)
            {
                await node.MineAsync();
                if (await node.FindSpendAsync(deposit) is not null) return;
            }
            await Task.Delay(100);
        }
        throw new TimeoutException("The close was not broadcast");
    }

    /// <returns>What there was to spend, which one transaction spends.</returns>
    private static async Task<long> SweepAsync(RegtestNode node, CliProcess cli)
    {
        var home = await node.Wallet.GetNewAddressAsync();
        var before = (await RunAsync(cli, "wallet", "balance", "--json")).GetProperty("spendableSat").GetInt64();
        var sent = await RunAsync(cli, "wallet", "send", home.ToString(), "all", "--fee-rate", "2", "--json");
        await node.MineAsync();
        Assert.Equal(before, sent.GetProperty("paidSat").GetInt64() + sent.GetProperty("feeSat").GetInt64());
        return before;
    }

    private static async Task<JsonElement> RunAsync(CliProcess cli, params string[] command)
    {
        var result = await cli.RunAsync(command);
        Assert.True(result.ExitCode == Done, string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', command)} ended with {result.ExitCode}: {result.Error}"));
        return result.Json;
    }
}

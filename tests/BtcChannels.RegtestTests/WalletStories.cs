using System.Globalization;
using System.Text.Json;
using BtcChannels.Chain;
using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.RegtestTests;

/// <summary>Customers without a wallet of the node, and merchants with nothing but their seed: the programs as processes of their own, on a real node.</summary>
public sealed class WalletStories
{
    private const int Done = 0;
    private const int NotYet = 6;

    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["CloseMargin"] = "0.01:00:00", ["MinUse"] = "0.01:00:00", ["MaxDuration"] = "10.00:00:00",
    };

    [Fact]
    public async Task A_wallet_of_words_funds_a_channel_and_sweeps_what_comes_back()
    {
        await using var world = await World.StartAsync(s_settings);
        using var cli = new CliProcess(world.Node);
        await FundAsync(world, cli, 300_000, 120_000);
        Assert.Equal(420_000, Balance(await RunAsync(cli, "wallet", "balance", "--json")));

        var channel = await OpenAsync(world, cli);
        await RunAsync(cli, "pay", channel, "5000");
        await RunAsync(cli, "close", channel);
        await world.WaitForSpendInMempoolAsync(ChannelId.Parse(channel).OutPoint);
        await world.Node.MineAsync();

        var home = await world.Node.Wallet.GetNewAddressAsync();
        var sent = await RunAsync(cli, "wallet", "send", home.ToString(), "all", "--fee-rate", "2", "--json");
        await world.Node.MineAsync();
        var arrived = await OutputAsync(world, sent.GetProperty("txid").GetString()!, home.ScriptPubKey);
        Assert.Equal(sent.GetProperty("paidSat").GetInt64(), arrived);
        // All but what was paid, three fees (deposit, close, this) among it.
        Assert.InRange(arrived, 420_000 - 5_000 - 6_000, 420_000 - 5_000 - 300);
        Assert.Equal(0, Balance(await RunAsync(cli, "wallet", "balance", "--json")));
    }

    [Fact]
    public async Task Who_loses_all_but_words_and_backups_gets_everything_back_and_pays_on()
    {
        await using var world = await World.StartAsync(s_settings);
        using var cli = new CliProcess(world.Node);
        var words = await FundAsync(world, cli, 300_000);
        var channel = await OpenAsync(world, cli);
        await RunAsync(cli, "stream", channel, "--rate", "0", "--amount", "10", "--count", "200");
        var paid = (await RunAsync(cli, "status", channel, "--json")).GetProperty("merchant").GetProperty("authorizedSat").GetInt64();

        using var again = new CliProcess(world.Node);
        var restored = await RestoreAsync(again, words, Path.Combine(cli.Folder, "backups"));
        var found = restored.GetProperty("channels").EnumerateArray().Single();
        Assert.Equal((channel, "active", paid), (found.GetProperty("channel").GetString(), found.GetProperty("state").GetString(), found.GetProperty("authorizedSat").GetInt64()));
        Assert.Equal(paid + 7, (await RunAsync(again, "pay", channel, "7", "--json")).GetProperty("totalSat").GetInt64());
        Assert.Equal(paid + 7, (await RunAsync(again, "close", channel, "--json")).GetProperty("toMerchantSat").GetInt64());
        await world.WaitForSpendInMempoolAsync(ChannelId.Parse(channel).OutPoint);
        await world.Node.MineAsync();
        Assert.InRange(Balance(await RunAsync(again, "wallet", "balance", "--json")), 300_000 - paid - 7 - 5_000, 300_000 - paid - 7);
    }

    [Fact]
    public async Task Who_loses_all_but_words_and_backups_gets_the_refund_where_the_merchant_is_gone_too()
    {
        await using var world = await World.StartAsync(s_settings);
        using var cli = new CliProcess(world.Node);
        var words = await FundAsync(world, cli, 300_000);
        var channel = await OpenAsync(world, cli);
        await RunAsync(cli, "pay", channel, "5000");
        var expiry = (await RunAsync(cli, "list", "--json")).EnumerateArray().Single().GetProperty("expiry").GetInt64();
        await world.Merchant.KillAsync();

        using var again = new CliProcess(world.Node);
        var restored = await RestoreAsync(again, words, Path.Combine(cli.Folder, "backups"));
        Assert.Equal("prepared", restored.GetProperty("channels").EnumerateArray().Single().GetProperty("state").GetString());
        Assert.Equal(NotYet, (await again.RunAsync("refund", channel)).ExitCode);
        await world.Node.MineUntilMedianTimeAsync(expiry);
        await RunAsync(again, "watch", "--once");
        await world.WaitForSpendInMempoolAsync(ChannelId.Parse(channel).OutPoint);
        await world.Node.MineAsync();
        Assert.InRange(Balance(await RunAsync(again, "wallet", "balance", "--json")), 300_000 - 4_000, 300_000);

        // Words alone find the same, once it is there.
        using var wordsOnly = new CliProcess(world.Node);
        var wallet = await RestoreAsync(wordsOnly, words, backups: null);
        Assert.Contains("Channels are not", wallet.GetProperty("reservation").GetString(), StringComparison.Ordinal);
        Assert.InRange(wallet.GetProperty("balance").GetProperty("spendableSat").GetInt64(), 300_000 - 4_000, 300_000);
    }

    [Fact]
    public async Task A_merchant_sweeps_his_payouts_from_the_seed_alone()
    {
        await using var world = await World.StartAsync(s_settings);
        var total = 0L;
        for (var round = 1; round <= 2; round++)
        {
            using var cli = new CliProcess(world.Node);
            await FundAsync(world, cli, 300_000);
            var channel = await OpenAsync(world, cli);
            await RunAsync(cli, "pay", channel, (round * 10_000).ToString(CultureInfo.InvariantCulture));
            await RunAsync(cli, "close", channel);
            await world.WaitForSpendInMempoolAsync(ChannelId.Parse(channel).OutPoint);
            await world.Node.MineAsync();
            total += round * 10_000;
        }
        await world.Merchant.KillAsync();
        world.Merchant.LoseStore();

        var listed = await world.Merchant.RunAsync("payouts");
        Assert.True(listed.ExitCode == Done, listed.Error);
        Assert.Contains("2 payouts, 30,000 sat to sweep", listed.Output, StringComparison.Ordinal);
        var descriptors = (await world.Merchant.RunAsync("payouts", "descriptor")).Output.Trim().Split('\n');
        await RequireSameAddressesAsync(world.Node, descriptors[0], listed.Output.Split('\n')[0].Split('\t'));
        // That of the two1 door's keys, by day.
        await world.Node.Rpc.SendCommandAsync("deriveaddresses", Assert.Single(descriptors[1..]), 400);

        var home = await world.Node.Wallet.GetNewAddressAsync();
        Assert.Contains("would send", (await world.Merchant.RunAsync("sweep", home.ToString(), "--dry-run")).Output, StringComparison.Ordinal);
        Assert.Empty(await world.Node.Rpc.GetRawMempoolAsync());
        var swept = await world.Merchant.RunAsync("sweep", home.ToString(), "--fee-rate", "3");
        Assert.True(swept.ExitCode == Done, swept.Error);
        await world.Node.MineAsync();
        Assert.InRange(await OutputAsync(world, swept.Output.Trim().Split(' ')[^1], home.ScriptPubKey), total - 700, total - 400);
        Assert.Contains("nothing to sweep", (await world.Merchant.RunAsync("sweep", home.ToString())).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_finds_coins_and_says_which_are_too_young_or_being_spent()
    {
        await using var node = await RegtestNode.StartAsync();
        var account = new WalletKeys(new byte[32], Network.RegTest).Account(WalletPurpose.Bip84);
        var finder = new BitcoindCoins(new BitcoindOptions(node.RpcUri, CookieFile: node.CookieFile), Network.RegTest, TimeProvider.System);
        await node.Rpc.GenerateToAddressAsync(1, account.AddressAt(new AddressPath(0, 3)));
        await node.Wallet.SendToAddressAsync(account.AddressAt(new AddressPath(1, 999)), Money.Coins(0.5m));
        await node.MineAsync();
        var address = await node.Wallet.GetNewAddressAsync();
        var wanted = new WantedOutput(address.ScriptPubKey, new OutPoint(uint256.One, 0));   // wherever it stands: all outputs are looked through
        await node.Wallet.SendToAddressAsync(address, Money.Coins(0.25m));
        await node.MineAsync();

        AddressRange[] ranges = [new(account, 0, 10), new(account, 1, 1_000)];
        // Two at once: a node scans for one at a time.
        var found = (await Task.WhenAll(finder.FindAsync(ranges, [wanted], default), finder.FindAsync(ranges, [wanted], default)))[1];
        Assert.Equal(
            [(3u, false), (999u, true)],
            found.Where(coin => coin.Owner is not null).OrderBy(coin => coin.Owner!.Value.Path.Index).Select(coin => (coin.Owner!.Value.Path.Index, coin.IsMature)));
        var single = Assert.Single(found, coin => coin.Owner is null);
        Assert.Equal((25_000_000L, await node.Rpc.GetBlockCountAsync(), false), (single.Output.Value.Satoshi, single.Height, single.IsBeingSpent));

        await SpendAllAsync(node);
        Assert.True(Assert.Single(await finder.FindAsync([], [wanted], default)).IsBeingSpent);
    }

    /// <summary>All coins of the node's wallet go into one transaction, which is not mined.</summary>
    private static async Task SpendAllAsync(RegtestNode node)
    {
        var balance = await node.Wallet.GetBalanceAsync();
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Outputs.Add(new TxOut(balance - Money.Coins(0.01m), (await node.Wallet.GetNewAddressAsync()).ScriptPubKey));
        var funded = await node.Wallet.FundRawTransactionAsync(transaction, new global::NBitcoin.RPC.FundRawTransactionOptions());
        var signed = await node.Wallet.SignRawTransactionWithWalletAsync(new global::NBitcoin.RPC.SignRawTransactionRequest { Transaction = funded.Transaction });
        await node.Rpc.SendRawTransactionAsync(signed.SignedTransaction);
    }

    /// <summary>The node reads the descriptor as it was meant, checksum included.</summary>
    private static async Task RequireSameAddressesAsync(RegtestNode node, string descriptor, string[] firstRow)
    {
        var index = int.Parse(firstRow[0], CultureInfo.InvariantCulture);
        var derived = await node.Rpc.SendCommandAsync("deriveaddresses", descriptor, new[] { index, index });
        Assert.Equal([firstRow[1]], JsonDocument.Parse(derived.ResultString).RootElement.EnumerateArray().Select(it => it.GetString()));
    }

    /// <returns>The wallet's words.</returns>
    private static async Task<string> FundAsync(World world, CliProcess cli, params long[] coins)
    {
        var words = (await RunAsync(cli, "wallet", "new", "--json")).GetProperty("words").GetString()!;
        foreach (var value in coins)
        {
            var address = (await RunAsync(cli, "wallet", "address", "--new", "--json")).GetProperty("address").GetString()!;
            await world.Node.Wallet.SendToAddressAsync(BitcoinAddress.Create(address, Network.RegTest), Money.Satoshis(value));
        }
        await world.Node.MineAsync();
        await world.WaitUntilMerchantHasCaughtUpAsync();
        return words;
    }

    private static async Task<string> OpenAsync(World world, CliProcess cli)
    {
        var opened = await RunAsync(cli, "open", world.Merchant.Origin.ToString(), "100000", "--duration", "5h", "--json");
        await world.Node.MineAsync();
        await world.WaitUntilMerchantHasCaughtUpAsync();
        return opened.GetProperty("channel").GetString()!;
    }

    private static async Task<JsonElement> RestoreAsync(CliProcess cli, string words, string? backups)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.FullPath, "words");
        await File.WriteAllTextAsync(file, words);
        return await RunAsync(cli, [.. (string[])["restore", "--words-file", file, "--json"], .. backups is null ? (string[])[] : [backups]]);
    }

    /// <summary>Runs a command that has to succeed.</summary>
    private static async Task<JsonElement> RunAsync(CliProcess cli, params string[] command)
    {
        var result = await cli.RunAsync(command);
        Assert.True(result.ExitCode == Done, $"{string.Join(' ', command)}: {result.ExitCode} {result.Error}{result.Output}");
        return command.Contains("--json") ? result.Json : default;
    }

    private static long Balance(JsonElement balance) => balance.GetProperty("spendableSat").GetInt64();

    /// <summary>What a transaction in the newest block pays a script.</summary>
    private static async Task<long> OutputAsync(World world, string txid, Script script)
    {
        var block = await world.Node.Rpc.GetBlockAsync(await world.Node.Rpc.GetBlockHashAsync(await world.Node.Rpc.GetBlockCountAsync()));
        return block.Transactions.Single(it => it.GetHash() == uint256.Parse(txid)).Outputs.Single(output => output.ScriptPubKey == script).Value.Satoshi;
    }
}

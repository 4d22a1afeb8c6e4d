using System.Diagnostics;
using System.Text.Json;
using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.RegtestTests;

/// <summary>What a customer lives through: btcchannels as processes of its own, against the server program, on a real node.</summary>
public sealed class CustomerStories
{
    private const int Done = 0;
    private const int MerchantSilent = 4;
    private const int NodeSilent = 5;
    private const int NotYet = 6;

    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["CloseMargin"] = "0.01:00:00", ["MinUse"] = "0.01:00:00", ["MaxDuration"] = "10.00:00:00",
    };

    [Fact]
    public async Task A_customer_opens_streams_and_closes_at_the_command_line()
    {
        await using var world = await World.StartAsync(s_settings);
        using var cli = new CliProcess(world.Node, paysFromNode: true);
        var channel = await OpenAsync(world, cli);
        var streamed = (await cli.RunAsync("stream", channel[..8], "--rate", "0", "--amount", "10", "--count", "500", "--json")).Json;
        Assert.Equal(500, streamed.GetProperty("payments").GetInt64());
        var paid = streamed.GetProperty("authorizedSat").GetInt64();
        Assert.InRange(paid, 500 * 10, (500 * 10) + 294);   // the first payment is raised to what is relayed as an output

        var closing = (await cli.RunAsync("close", channel, "--json")).Json;
        Assert.Equal(paid, closing.GetProperty("toMerchantSat").GetInt64());
        await world.WaitForSpendInMempoolAsync(ChannelId.Parse(channel).OutPoint);
        await world.Node.MineAsync();
        var closed = (await cli.RunAsync("status", channel, "--json")).Json.GetProperty("channel");
        Assert.Equal("closed", closed.GetProperty("state").GetString());
        Assert.Equal(100_000 - paid, closed.GetProperty("spend").GetProperty("toCustomerSat").GetInt64());
    }

    [Fact]
    public async Task A_customer_killed_in_the_middle_of_a_stream_forgets_no_signature_that_he_sent()
    {
        await using var world = await World.StartAsync(s_settings);
        using var cli = new CliProcess(world.Node, paysFromNode: true);
        var channel = await OpenAsync(world, cli);
        for (var round = 0; round < 3; round++)
        {
            using var stream = cli.Start("stream", channel, "--rate", "0", "--amount", "3", "--count", "1000000");
            await WaitUntilPayingAsync(cli, stream);
            await Task.Delay(TimeSpan.FromMilliseconds(round * 137));
            stream.Kill();
            await stream.WaitForExitAsync();

            var status = (await cli.RunAsync("status", channel, "--json")).Json;
            var signed = status.GetProperty("channel").GetProperty("authorizedSat").GetInt64();
            var accepted = status.GetProperty("merchant").GetProperty("authorizedSat").GetInt64();
            Assert.InRange(accepted, Math.Max(1, signed - 300 - (256 * 3)), signed);   // at most what may be out without an answer, perhaps the raised first, has not arrived
            var next = await cli.RunAsync("pay", channel, "3", "--json");
            Assert.Equal(Done, next.ExitCode);
            Assert.Equal(signed + 3, next.Json.GetProperty("totalSat").GetInt64());
        }
        var total = (await cli.RunAsync("status", channel, "--json")).Json.GetProperty("channel").GetProperty("authorizedSat").GetInt64();
        Assert.Equal(total, (await cli.RunAsync("close", channel, "--json")).Json.GetProperty("toMerchantSat").GetInt64());
    }

    [Fact]
    public async Task A_customer_killed_while_opening_never_has_a_deposit_without_its_refund()
    {
        await using var world = await World.StartAsync(s_settings);
        using var cli = new CliProcess(world.Node, paysFromNode: true);
        // A wallet keeps the coins of a killed process locked until it is loaded again, so there have to be enough.
        for (var round = 0; round < 3; round++)
        {
            // No more at once, since each spends what the one before has left over, and mempools take 25 in a row.
            for (var coin = 0; coin < 20; coin++) await world.Node.Wallet.SendToAddressAsync(await world.Node.Wallet.GetNewAddressAsync(), Money.Coins(0.5m));
            await world.Node.MineAsync();
        }
        // Later and later, until one comes through: so some were killed at every stage, however fast the machine is.
        var isThrough = false;
        for (var delay = 300; !isThrough; delay += Math.Max(150, delay / 4))
        {
            using var open = cli.Start("open", world.Merchant.Origin.ToString(), "100000", "--duration", "5h");
            await Task.Delay(delay);
            isThrough = open.HasExited;
            if (!isThrough) open.Kill();
            await open.WaitForExitAsync();
            if (isThrough) Assert.True(open.ExitCode == Done, $"{open.ExitCode}: {await open.StandardError.ReadToEndAsync()}");
        }
        var deposits = new List<OutPoint>();
        foreach (var txid in await world.Node.Rpc.GetRawMempoolAsync())
            deposits.AddRange((await world.Node.Rpc.GetRawTransactionAsync(txid)).Outputs.AsIndexedOutputs()
                .Where(output => output.TxOut.ScriptPubKey.Length == 23).Select(output => new OutPoint(txid, output.N)));
        var known = await ListAsync(cli);
        Assert.All(deposits, deposit => Assert.Contains(known, it => it.GetProperty("channel").GetString() == new ChannelId(deposit).ToString() && it.GetProperty("refundTxid").GetString()!.Length == 64));

        // What was cut off goes on: each is agreed on or dropped, and those agreed on can be paid through.
        Assert.Equal(Done, (await cli.RunAsync("watch", "--once")).ExitCode);
        await world.Node.MineAsync();
        Assert.Equal(Done, (await cli.RunAsync("watch", "--once")).ExitCode);
        var resumed = await ListAsync(cli);
        Assert.NotEmpty(resumed);
        Assert.All(resumed, it => Assert.Equal("active", it.GetProperty("state").GetString()));
        foreach (var it in resumed)
            Assert.Equal(Done, (await cli.RunAsync("pay", it.GetProperty("channel").GetString()!, "500")).ExitCode);
    }

    [Fact]
    public async Task A_watching_customer_gets_the_refund_from_a_merchant_who_vanished()
    {
        await using var world = await World.StartAsync(s_settings);
        using var cli = new CliProcess(world.Node, paysFromNode: true);
        var channel = await OpenAsync(world, cli);
        Assert.Equal(Done, (await cli.RunAsync("pay", channel, "1000")).ExitCode);
        await world.Merchant.KillAsync();
        Assert.Equal(MerchantSilent, (await cli.RunAsync("pay", channel, "1000", "--patience", "1s")).ExitCode);
        Assert.Equal(NotYet, (await cli.RunAsync("refund", channel)).ExitCode);
        var expiry = (await ListAsync(cli)).Single().GetProperty("expiry").GetInt64();

        using var watch = cli.Start("watch");
        await world.Node.MineUntilMedianTimeAsync(expiry);
        var refund = await world.WaitForSpendInMempoolAsync(ChannelId.Parse(channel).OutPoint);
        watch.Kill();
        await watch.WaitForExitAsync();
        await world.Node.MineAsync();
        var refunded = (await cli.RunAsync("status", channel, "--json")).Json.GetProperty("channel");
        Assert.Equal("refunded", refunded.GetProperty("state").GetString());
        Assert.Equal(refund.TotalOut.Satoshi, refunded.GetProperty("spend").GetProperty("toCustomerSat").GetInt64());
        Assert.Equal(0, refunded.GetProperty("spend").GetProperty("toMerchantSat").GetInt64());
    }

    [Fact]
    public async Task A_stream_outlives_a_restart_of_the_merchant()
    {
        await using var world = await World.StartAsync(s_settings);
        using var cli = new CliProcess(world.Node, paysFromNode: true);
        var channel = await OpenAsync(world, cli);
        using var stream = cli.Start("stream", channel, "--rate", "200", "--amount", "5", "--duration", "8s", "--json");
        var output = stream.StandardOutput.ReadToEndAsync();
        await Task.Delay(TimeSpan.FromSeconds(3));
        await world.Merchant.KillAsync();
        await world.Merchant.StartAgainAsync();
        await stream.WaitForExitAsync();

        Assert.Equal(Done, stream.ExitCode);
        var paid = JsonDocument.Parse(await output).RootElement.GetProperty("authorizedSat").GetInt64();
        Assert.Equal(paid, (await cli.RunAsync("close", channel, "--json")).Json.GetProperty("toMerchantSat").GetInt64());
    }

    [OwnNodeFact]
    public async Task Without_a_node_the_words_are_clear_and_nothing_is_lost()
    {
        await using var world = await World.StartAsync(s_settings);
        using var cli = new CliProcess(world.Node, paysFromNode: true);
        var channel = await OpenAsync(world, cli);
        await world.Node.StopAsync();
        var open = await cli.RunAsync("open", world.Merchant.Origin.ToString(), "100000");
        Assert.Equal(NodeSilent, open.ExitCode);
        Assert.Contains("bitcoind", open.Error, StringComparison.Ordinal);
        Assert.Equal(channel, (await ListAsync(cli)).Single().GetProperty("channel").GetString());
        await world.Node.StartAgainAsync();
        Assert.Equal(Done, (await cli.RunAsync("pay", channel, "500")).ExitCode);
    }

    private static async Task<string> OpenAsync(World world, CliProcess cli)
    {
        var opened = await cli.RunAsync("open", world.Merchant.Origin.ToString(), "100000", "--duration", "5h", "--json");
        Assert.True(opened.ExitCode == Done, opened.Error);
        await world.Node.MineAsync();
        await world.WaitUntilMerchantHasCaughtUpAsync();
        return opened.Json.GetProperty("channel").GetString()!;
    }

    /// <summary>The stream keeps the store to itself, but its log can be seen to grow with each payment.</summary>
    private static async Task WaitUntilPayingAsync(CliProcess cli, Process stream)
    {
        const long someDozenPayments = 200_000;
        for (var tries = 0; tries < 600; tries++, await Task.Delay(50))
        {
            if (stream.HasExited) throw new InvalidOperationException($"The stream ended with status {stream.ExitCode}: {await stream.StandardError.ReadToEndAsync()}");
            if (Directory.EnumerateFiles(cli.Folder, "customer.db-wal", SearchOption.AllDirectories).Any(log => new FileInfo(log).Length > someDozenPayments)) return;
        }
        throw new TimeoutException("The stream never began to pay");
    }

    private static async Task<List<JsonElement>> ListAsync(CliProcess cli) => [.. (await cli.RunAsync("list", "--json")).Json.EnumerateArray()];
}

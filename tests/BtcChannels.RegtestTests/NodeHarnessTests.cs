using System.Diagnostics;
using System.Text.Json;
using BtcChannels.Regtest;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.RegtestTests;

public sealed class NodeHarnessTests
{
    private static readonly RegtestNodeOptions s_noWallet = new() { FundedWallet = false };

    [Fact]
    public async Task A_node_starts_on_a_chain_of_its_own_without_wallet_or_index()
    {
        await using var node = await RegtestNode.StartAsync(s_noWallet);
        var info = await node.Rpc.GetBlockchainInfoAsync();
        Assert.Equal(Network.RegTest, info.Chain);
        Assert.Equal(0ul, info.Blocks);
        Assert.Equal("[]", (await node.Rpc.SendCommandAsync("listwallets")).ResultString);
        Assert.Equal("{}", (await node.Rpc.SendCommandAsync("getindexinfo")).ResultString.Replace(" ", "", StringComparison.Ordinal));
        Assert.True(node.RpcUri.IsLoopback);
        Assert.True(File.Exists(node.CookieFile));
        Assert.StartsWith(node.Folder, node.CookieFile, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_nodes_live_side_by_side()
    {
        await using var one = await RegtestNode.StartAsync(s_noWallet);
        await using var other = await RegtestNode.StartAsync(s_noWallet);
        await one.MineAsync(2);
        Assert.Equal(2, await one.Rpc.GetBlockCountAsync());
        Assert.Equal(0, await other.Rpc.GetBlockCountAsync());
    }

    [Fact]
    public async Task The_wallet_pays_and_a_mined_block_confirms()
    {
        await using var node = await RegtestNode.StartAsync();
        Assert.Equal(Money.Coins(50m), await node.Wallet.GetBalanceAsync());
        var target = await node.Wallet.GetNewAddressAsync();
        var id = await node.Wallet.SendToAddressAsync(target, Money.Satoshis(123_456_789));
        Assert.Equal([id], await node.Rpc.GetRawMempoolAsync());

        var block = (await node.MineAsync()).Single();
        var mined = await node.Rpc.GetBlockAsync(block);
        Assert.Equal(2, mined.Transactions.Count);
        var paid = mined.Transactions[1];
        Assert.Equal(id, paid.GetHash());
        var index = paid.Outputs.FindIndex(output => output.ScriptPubKey == target.ScriptPubKey);
        var output = await node.Rpc.GetTxOutAsync(id, index);
        Assert.Equal((123_456_789, 1), (output.TxOut.Value.Satoshi, output.Confirmations));
        Assert.Equal(block, output.BestBlock);
        var header = await node.Rpc.GetBlockHeaderAsync(block);
        Assert.Equal(block, header.GetHash());
        Assert.Equal(paid.ToHex(), (await node.Rpc.GetRawTransactionAsync(id, block)).ToHex());
    }

    [Fact]
    public async Task A_script_is_funded_signed_and_tested_without_being_broadcast()
    {
        await using var node = await RegtestNode.StartAsync();
        var script = new Script("OP_HASH160 748284390f9e263a4b766a75d0633c50426eb875 OP_EQUAL");
        var wanted = Transaction.Create(Network.RegTest);
        wanted.Outputs.Add(Money.Satoshis(100_000), script);
        var funded = await node.Wallet.FundRawTransactionAsync(wanted, new FundRawTransactionOptions { FeeRate = new FeeRate(Money.Satoshis(5_000)) });
        var signed = await node.Wallet.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = funded.Transaction });
        Assert.True(signed.Complete);
        Assert.Equal(100_000, signed.SignedTransaction.Outputs.Single(output => output.ScriptPubKey == script).Value.Satoshi);
        Assert.Equal(Money.Coins(50m), Money.Satoshis(signed.SignedTransaction.Outputs.Sum(output => output.Value.Satoshi)) + funded.Fee);
        Assert.True((await node.Rpc.TestMempoolAcceptAsync(signed.SignedTransaction)).IsAllowed);
        Assert.Empty(await node.Rpc.GetRawMempoolAsync());
    }

    [Fact]
    public async Task Median_time_passes_a_moment_at_one_block_and_not_before()
    {
        await using var node = await RegtestNode.StartAsync(s_noWallet);
        await node.MineAsync(11);
        var moment = await node.MedianTimeAsync() + 86_400;
        var height = await node.MineUntilMedianTimeAsync(moment);
        Assert.True(await node.MedianTimeAsync() > moment);
        await node.Rpc.InvalidateBlockAsync(await node.Rpc.GetBlockHashAsync(height));
        Assert.True(await node.MedianTimeAsync() <= moment);
    }

    [Fact]
    public async Task A_reorganisation_replaces_blocks_and_their_transactions_wait_again()
    {
        await using var node = await RegtestNode.StartAsync();
        var id = await node.Wallet.SendToAddressAsync(await node.Wallet.GetNewAddressAsync(), Money.Coins(1m));
        var old = (await node.MineAsync(2))[0];
        Assert.Empty(await node.Rpc.GetRawMempoolAsync());

        var height = await node.Rpc.GetBlockCountAsync();
        var mined = await node.ReorganizeAsync(depth: 2, newBlocks: 3);
        Assert.Equal(height + 1, await node.Rpc.GetBlockCountAsync());
        Assert.Equal(mined[^1], await node.Rpc.GetBestBlockHashAsync());
        Assert.Equal([id], await node.Rpc.GetRawMempoolAsync());
        Assert.NotEqual(old, await node.Rpc.GetBlockHashAsync(height - 1));
        using var stale = JsonDocument.Parse((await node.Rpc.SendCommandAsync("getblockheader", old.ToString())).ResultString);
        Assert.Equal(-1, stale.RootElement.GetProperty("confirmations").GetInt32());
    }

    [Fact]
    public async Task A_double_spend_replaces_what_waits_in_the_mempool()
    {
        await using var node = await RegtestNode.StartAsync();
        var id = await node.Wallet.SendToAddressAsync(await node.Wallet.GetNewAddressAsync(), Money.Coins(1m));
        var replacement = await node.DoubleSpendAsync(await node.Rpc.GetRawTransactionAsync(id));
        await node.Rpc.SendRawTransactionAsync(replacement);
        Assert.Equal([replacement.GetHash()], await node.Rpc.GetRawMempoolAsync());
    }

    [Fact]
    public async Task A_double_spend_in_a_reorganisation_ends_a_confirmed_payment()
    {
        await using var node = await RegtestNode.StartAsync();
        var id = await node.Wallet.SendToAddressAsync(await node.Wallet.GetNewAddressAsync(), Money.Coins(1m));
        var original = await node.Rpc.GetRawTransactionAsync(id);
        var replacement = await node.DoubleSpendAsync(original);
        await node.MineAsync();
        await node.ReorganizeAsync(1, 2, replacement);
        Assert.Empty(await node.Rpc.GetRawMempoolAsync());
        Assert.Null(await node.Rpc.GetTxOutAsync(id, 0));
        Assert.Equal(2, (await node.Rpc.GetTxOutAsync(replacement.GetHash(), 0)).Confirmations);
        var again = await Assert.ThrowsAsync<RPCException>(() => node.Rpc.SendRawTransactionAsync(original));
        Assert.Equal(RPCErrorCode.RPC_VERIFY_ERROR, again.RPCCode);
    }

    [Fact]
    public async Task A_restart_keeps_chain_clock_and_wallet()
    {
        await using var node = await RegtestNode.StartAsync();
        var future = await node.MedianTimeAsync() + (30 * 86_400);
        var height = await node.MineUntilMedianTimeAsync(future);
        var clock = node.MockTime;

        await node.RestartAsync();
        Assert.Equal(height, await node.Rpc.GetBlockCountAsync());
        Assert.Equal(Money.Coins(50m), await node.Wallet.GetBalanceAsync());
        var next = await node.Rpc.GetBlockHeaderAsync((await node.MineAsync()).Single());
        Assert.True(next.BlockTime >= clock);
    }

    [Fact]
    public async Task A_killed_node_is_unreachable_and_starts_again()
    {
        await using var node = await RegtestNode.StartAsync();
        var height = await node.Rpc.GetBlockCountAsync();
        await node.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => node.Rpc.GetBlockCountAsync());

        await node.StartAgainAsync();
        Assert.Equal(height, await node.Rpc.GetBlockCountAsync());
        Assert.Equal(Money.Coins(50m), await node.Wallet.GetBalanceAsync());
    }

    [Fact]
    public async Task Disposal_leaves_no_process_and_no_folder()
    {
        var node = await RegtestNode.StartAsync(s_noWallet);
        var folder = node.Folder;
        Assert.NotEmpty(ProcessesOf(folder));
        await node.DisposeAsync();
        Assert.Empty(ProcessesOf(folder));
        Assert.False(Directory.Exists(folder));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_node_ends_with_the_process_that_started_it()
    {
        await using var node = await RegtestNode.StartAsync(s_noWallet);
        await node.StopAsync();
        var command = $"{node.Program} -datadir={Path.GetDirectoryName(ConfigOf(node))} -conf={ConfigOf(node)} & echo started; wait";
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true })!;
        Assert.Equal("started", await shell.StandardOutput.ReadLineAsync());
        while (!await AnswersAsync(node)) await Task.Delay(100);

        shell.Kill();
        await shell.WaitForExitAsync();
        while (ProcessesOf(node.Folder).Count > 0) await Task.Delay(100);
        Assert.False(await AnswersAsync(node));
    }

    private static async Task<bool> AnswersAsync(RegtestNode node)
    {
        try
        {
            await node.Rpc.GetBlockCountAsync();
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or RPCException)
        {
            return false;
        }
    }

    private static string ConfigOf(RegtestNode node) => Directory.EnumerateFiles(node.Folder, "bitcoin.conf", SearchOption.AllDirectories).Single();

    /// <summary>What runs with that folder on its command line, zombies apart.</summary>
    private static List<string> ProcessesOf(string folder) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Where(process => int.TryParse(Path.GetFileName(process), out _))
            .Select(process =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(process, "cmdline"));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return "";   // It ended while it was looked at.
                }
            })
            .Where(line => line.Contains(folder, StringComparison.Ordinal))];
}

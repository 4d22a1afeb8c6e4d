using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using NBitcoin;
using NBitcoin.RPC;
using NBitcoin.Tests;

namespace BtcChannels.Regtest;

/// <summary>
/// A real bitcoind on a chain of its own: own folder, own ports on the loopback address, its cookie for a password, no peers, no
/// transaction index. Nothing is mined unless it is told to. It ends with its owner, however that one ends.
/// </summary>
public sealed class RegtestNode : IAsyncDisposable
{
    private const string WalletName = "harness";
    private const int CoinbaseMaturity = 100;
    private const int BlocksInMedian = 11;

    private static readonly SemaphoreSlim s_shared = new(1, 1);

    private readonly TemporaryFolder _folder;
    private readonly (NodeBuilder Builder, CoreNode Core)? _own;
    private RPCClient? _wallet;

    private RegtestNode(TemporaryFolder folder, (NodeBuilder Builder, CoreNode Core)? own, RPCClient rpc, string cookieFile) => (_folder, _own, Rpc, CookieFile) = (folder, own, rpc, cookieFile);

    /// <summary>
    /// A node of somebody else's on regtest, by its RPC address and cookie file, that <see cref="StartAsync"/> is to take instead of starting one: the same for all, one at a time, with the
    /// chain as the last one left it. It cannot be stopped. Null for nodes of their own.
    /// </summary>
    public static (Uri Rpc, string CookieFile)? Shared { get; set; }

    /// <summary>What merchants and customers on this node ask of the chain.</summary>
    public ChainSource Source { get; private set; } = null!;

    /// <summary>Commands to the node, no wallet named. It survives restarts.</summary>
    public RPCClient Rpc { get; }

    /// <summary>Commands to the wallet that has coins.</summary>
    /// <exception cref="InvalidOperationException">The node was started without one, and <see cref="FundAsync"/> was not called.</exception>
    public RPCClient Wallet => _wallet ?? throw new InvalidOperationException("This node has no wallet: start it with one, or call FundAsync");

    public Uri RpcUri => Rpc.Address;

    public string CookieFile { get; }

    /// <summary>Holds the node's data folder; gone after <see cref="DisposeAsync"/>.</summary>
    public string Folder => _folder.FullPath;

    /// <summary>The path of the bitcoind that runs, which ends with the process that starts it.</summary>
    public string Program => Own.Builder.BitcoinD;

    /// <summary>The node's clock, where it stands still; null where it runs with the machine's.</summary>
    public DateTimeOffset? MockTime { get; private set; }

    /// <exception cref="FileNotFoundException">This machine has no bitcoind; the message says how to get one.</exception>
    public static async Task<RegtestNode> StartAsync(RegtestNodeOptions? options = null)
    {
        options ??= new RegtestNodeOptions();
        if (Shared is { } shared) return await AttachAsync(shared.Rpc, shared.CookieFile).ConfigureAwait(false);
        const int tries = 3;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartOnceAsync(options).ConfigureAwait(false);
            }
            catch (InvalidOperationException e) when (attempt < tries && IsPortTaken(e.Message))
            {
                // A free port was taken between the look and the bind: others are looked for.
            }
        }
    }

    private static bool IsPortTaken(string words) =>
        words.Contains("bind", StringComparison.OrdinalIgnoreCase) || words.Contains("Unable to start HTTP server", StringComparison.Ordinal);

    /// <summary>Mines blocks with what the mempool holds. Their coins go to nobody: the wallet's balance does not move.</summary>
    /// <returns>Their hashes, oldest first.</returns>
    public async Task<IReadOnlyList<uint256>> MineAsync(int blocks = 1)
    {
        var mined = new List<uint256>(blocks);
        for (var left = blocks; left > 0; left--) mined.Add((await BlocksOfAsync("generatetodescriptor", 1, NobodysScript()).ConfigureAwait(false)).Single());
        return mined;
    }

    /// <summary>Mines one block of exactly these transactions, in this order, whatever the mempool holds.</summary>
    public async Task<uint256> MineExactlyAsync(params Transaction[] transactions)
    {
        var response = await Rpc.SendCommandAsync("generateblock", NobodysScript(), transactions.Select(transaction => transaction.ToHex()).ToArray()).ConfigureAwait(false);
        using var json = JsonDocument.Parse(response.ResultString);
        return uint256.Parse(json.RootElement.GetProperty("hash").GetString()!);
    }

    /// <summary>The tip's median time past, in UNIX seconds.</summary>
    public async Task<long> MedianTimeAsync() => checked((long)(await Rpc.GetBlockchainInfoAsync().ConfigureAwait(false)).MedianTime);

    /// <summary>Sets the node's clock, which stands still from then on. The chain's median time moves only as blocks are mined.</summary>
    public async Task MoveTimeAsync(DateTimeOffset to)
    {
        var seconds = to.ToUnixTimeSeconds();
        await Rpc.SendCommandAsync("setmocktime", seconds).ConfigureAwait(false);
        MockTime = DateTimeOffset.FromUnixTimeSeconds(seconds);
        // A restart reads it from there: a node whose clock is behind its blocks refuses to start.
        if (_own is { } own) own.Core.ConfigParameters["mocktime"] = seconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Mines until the tip's median time past is above that time, and no block more: a transaction locked until then can be in the next
    /// block and could not be in this one. Moves the node's clock forward where it is behind.
    /// </summary>
    /// <returns>The height of the tip.</returns>
    public async Task<int> MineUntilMedianTimeAsync(long unixTime)
    {
        var after = DateTimeOffset.FromUnixTimeSeconds(unixTime + 1);
        if ((MockTime ?? TimeProvider.System.GetUtcNow()) < after) await MoveTimeAsync(after).ConfigureAwait(false);
        for (var mined = 0; await MedianTimeAsync().ConfigureAwait(false) <= unixTime; mined++)
        {
            if (mined == BlocksInMedian) throw new InvalidOperationException($"{mined} blocks after {after:u} have not moved the median time there");
            await MineAsync().ConfigureAwait(false);
        }
        return await Rpc.GetBlockCountAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Replaces the newest blocks by others. The transactions of the old ones go back to the mempool; the first new block has exactly the
    /// given ones, those after it have none, so what was mined stays unmined until <see cref="MineAsync"/>, or for ever where a given
    /// transaction conflicts with it.
    /// </summary>
    /// <param name="depth">How many blocks go, at least 1.</param>
    /// <param name="newBlocks">How many come; real reorganisations have more than <paramref name="depth"/>. At least 1 where transactions are given.</param>
    /// <returns>The new blocks, oldest first.</returns>
    public async Task<IReadOnlyList<uint256>> ReorganizeAsync(int depth, int newBlocks, params Transaction[] firstBlock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newBlocks, firstBlock.Length > 0 ? 1 : 0);
        var height = await Rpc.GetBlockCountAsync().ConfigureAwait(false);
        await Rpc.InvalidateBlockAsync(await Rpc.GetBlockHashAsync(height - depth + 1).ConfigureAwait(false)).ConfigureAwait(false);
        var mined = new List<uint256>(newBlocks);
        for (var i = 0; i < newBlocks; i++) mined.Add(await MineExactlyAsync(i == 0 ? firstBlock : []).ConfigureAwait(false));
        return mined;
    }

    /// <summary>
    /// A signed transaction that spends the same coins of the wallet to the wallet, at a fee that replaces the original in any mempool.
    /// It is not broadcast. The coins it spends must be in blocks.
    /// </summary>
    public async Task<Transaction> DoubleSpendAsync(Transaction original)
    {
        // Above the original's fee by more than any relay rate asks for (BIP125, rule 4).
        const long extraFee = 50_000;
        var spent = 0L;
        foreach (var input in original.Inputs)
        {
            // Looked up apart from the mempool, where the original may spend it.
            var coin = await Rpc.GetTxOutAsync(input.PrevOut.Hash, checked((int)input.PrevOut.N), includeMempool: false).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"{input.PrevOut} is spent in a block, or in none");
            spent += coin.TxOut.Value.Satoshi;
        }
        var fee = spent - original.Outputs.Sum(output => output.Value.Satoshi) + extraFee;
        var replacement = Transaction.Create(Rpc.Network);
        foreach (var input in original.Inputs) replacement.Inputs.Add(input.PrevOut);
        var target = await Wallet.GetNewAddressAsync().ConfigureAwait(false);
        replacement.Outputs.Add(Money.Satoshis(spent - fee), target.ScriptPubKey);
        var signed = await Wallet.SignRawTransactionWithWalletAsync(new SignRawTransactionRequest { Transaction = replacement }).ConfigureAwait(false);
        return signed.Complete ? signed.SignedTransaction : throw new InvalidOperationException("The wallet has not the keys of what the original spends");
    }

    /// <summary>The transaction of the best chain that spends an outpoint, and its block's height; null where none does. Reads block by block from the tip.</summary>
    public async Task<(Transaction Transaction, int Height)?> FindSpendAsync(OutPoint outPoint)
    {
        for (var height = await Rpc.GetBlockCountAsync().ConfigureAwait(false); height > 0; height--)
        {
            var block = await Rpc.GetBlockAsync(await Rpc.GetBlockHashAsync(height).ConfigureAwait(false)).ConfigureAwait(false);
            if (block.Transactions.FirstOrDefault(it => it.Inputs.Any(input => input.PrevOut == outPoint)) is { } spend) return (spend, height);
        }
        return null;
    }

    /// <summary>Gives the wallet a mature block reward, and makes the wallet where there is none yet.</summary>
    public async Task FundAsync()
    {
        _wallet ??= await Rpc.CreateWalletAsync(WalletName, new CreateWalletOptions { LoadOnStartup = true }).ConfigureAwait(false);
        await Rpc.GenerateToAddressAsync(1, await _wallet.GetNewAddressAsync().ConfigureAwait(false)).ConfigureAwait(false);
        await BlocksOfAsync("generatetodescriptor", CoinbaseMaturity, NobodysScript()).ConfigureAwait(false);
    }

    /// <summary>Ends the node as an operator would.</summary>
    public async Task StopAsync()
    {
        var core = Own.Core;
        await Rpc.StopAsync().ConfigureAwait(false);
        await Task.Run(core.WaitForExit).ConfigureAwait(false);
    }

    /// <summary>Ends the node's process at once. What it knew is on disk, so that it starts again where it was.</summary>
    public async Task KillAsync()
    {
        var core = Own.Core;
        // A node writes its chain down only now and then; this command makes it do so.
        await Rpc.SendCommandAsync("gettxoutsetinfo", "none").ConfigureAwait(false);
        await Task.Run(() => core.Kill()).ConfigureAwait(false);
    }

    /// <summary>Starts the node again after <see cref="StopAsync"/> or <see cref="KillAsync"/>: same chain, same ports, a new cookie.</summary>
    public async Task StartAgainAsync()
    {
        await Own.Core.StartAsync().ConfigureAwait(false);
        // A killed node has not always written down that it is to load the wallet.
        if (_wallet is not null && !(await Rpc.SendCommandAsync("listwallets").ConfigureAwait(false)).ResultString.Contains(WalletName, StringComparison.Ordinal))
            await Rpc.LoadWalletAsync(WalletName).ConfigureAwait(false);
    }

    public async Task RestartAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await StartAgainAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (Source is not null) await Source.DisposeAsync().ConfigureAwait(false);
        if (_own is { } own) await Task.Run(own.Builder.Dispose).ConfigureAwait(false);
        else s_shared.Release();
        _folder.Dispose();
    }

    private (NodeBuilder Builder, CoreNode Core) Own => _own ?? throw new NotSupportedException("The node is somebody else's");

    private static async Task<RegtestNode> AttachAsync(Uri rpc, string cookieFile)
    {
        await s_shared.WaitAsync().ConfigureAwait(false);
        var node = new RegtestNode(new TemporaryFolder(), null, new RPCClient(RPCCredentialString.Parse($"cookiefile={cookieFile}"), rpc, Network.RegTest), cookieFile);
        try
        {
            // An earlier one may have moved the chain's time on.
            var time = DateTimeOffset.FromUnixTimeSeconds(await node.MedianTimeAsync().ConfigureAwait(false));
            if (time > TimeProvider.System.GetUtcNow()) await node.MoveTimeAsync(time.AddHours(1)).ConfigureAwait(false);
            var name = $"{WalletName}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
            node._wallet = await node.Rpc.CreateWalletAsync(name, new CreateWalletOptions()).ConfigureAwait(false);
            await node.MineAsync().ConfigureAwait(false);   // what the last one left
            await node.FundAsync().ConfigureAwait(false);
            node.Source = await ChainSource.Of(node).ConfigureAwait(false);
            return node;
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<RegtestNode> StartOnceAsync(RegtestNodeOptions options)
    {
        var program = BitcoindProgram.Found;
        var folder = new TemporaryFolder();
        NodeBuilder? builder = null;
        try
        {
            var implementation = NodeDownloadData.Bitcoin.v29_1;
            implementation.GetCurrentOSDownloadData().Executable = program.WatchedFrom(folder.FullPath);
            builder = NodeBuilder.Create(implementation, Network.RegTest, Path.Combine(folder.FullPath, "nodes"));
            builder.WhiteBind = true;
            builder.CreateWallet = false;
            var core = builder.CreateNode();
            foreach (var (name, value) in Defaults(program)) core.ConfigParameters[name] = value;
            foreach (var (name, value) in options.Configuration) core.ConfigParameters[name] = value;
            await core.StartAsync().ConfigureAwait(false);
            var node = new RegtestNode(folder, (builder, core), core.CreateRPCClient(), RPCCredentialString.Parse(core.GetRPCAuth()).CookieFile);
            if (options.FundedWallet) await node.FundAsync().ConfigureAwait(false);
            node.Source = await ChainSource.Of(node).ConfigureAwait(false);
            return node;
        }
        catch
        {
            builder?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    private static IEnumerable<(string Name, string Value)> Defaults(BitcoindProgram program)
    {
        yield return ("txindex", "0");
        yield return ("fallbackfee", "0.00005");   // regtest never has an estimate, and the wallet wants one
        // Otherwise a second listener, for Tor, is at the same port for all nodes.
        yield return ("bind", $"127.0.0.1:{LoopbackPort.FindFree()}=onion");
        yield return ("listenonion", "0");
        yield return ("discover", "0");
        yield return ("dnsseed", "0");
        yield return ("fixedseeds", "0");
        if (program.IsKnots) yield return ("corepolicy", "1");
    }

    /// <summary>A script that is new each time: the same one at the same height and second would be the block that a reorganisation removed.</summary>
    private static string NobodysScript() => $"raw(08{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}7551)";

    private async Task<uint256[]> BlocksOfAsync(string command, params object[] parameters)
    {
        using var hashes = JsonDocument.Parse((await Rpc.SendCommandAsync(command, parameters).ConfigureAwait(false)).ResultString);
        return [.. hashes.RootElement.EnumerateArray().Select(hash => uint256.Parse(hash.GetString()!))];
    }
}

using System.Diagnostics;
using System.Globalization;
using BtcChannels.Containers;
using BtcChannels.Regtest;

namespace BtcChannels.RegtestTests;

/// <summary>What docker-compose.regtest.yml runs, without its containers: the same scripts and options, on a real node and a real server. Paths and ports are this machine's.</summary>
public sealed class ContainerStories
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly ComposeFile _compose = ComposeFile.Read();

    [Fact]
    public async Task A_customer_does_the_errand_of_the_demo_on_a_chain_that_its_miner_mines()
    {
        await using var node = await RegtestNode.StartAsync(new RegtestNodeOptions { FundedWallet = false, Configuration = Options("fallbackfee", "whitelist") });
        using var miner = Start(node, "miner", new() { ["NODE_HOST"] = "127.0.0.1", ["NODE_PORT"] = Port(node), ["NODE_COOKIE"] = node.CookieFile });
        try
        {
            await using var merchant = await MerchantProcess.StartAsync(node);
            using var folder = new TemporaryFolder();
            Dictionary<string, string> here = new()
            {
                ["MERCHANT"] = merchant.Origin.GetLeftPart(UriPartial.Authority), ["NODE"] = node.RpcUri.ToString(), ["NODE_COOKIE"] = node.CookieFile,
                ["DATA"] = Path.Combine(folder.FullPath, "customer"), ["BTCCHANNELS"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "BtcChannels.Cli.dll")}",
            };
            await WaitForCoinsAsync(node, miner);
            // Twice: what the first errand left behind is in nobody's way.
            for (var errand = 1; errand <= 2; errand++)
            {
                using var customer = Start(node, "customer", here);
                var (status, said) = await EndAsync(customer);
                Assert.True(status == 0, said);
                Assert.Contains("The merchant got the 11000 sat that were paid", said, StringComparison.Ordinal);
            }
            Assert.Contains("2 payouts, 22,000 sat to sweep", (await merchant.RunAsync("payouts")).Output, StringComparison.Ordinal);
        }
        finally
        {
            await StopAsync(miner);
        }
    }

    [Fact]
    public async Task The_miner_finds_its_wallet_again_where_the_node_has_forgotten_to_load_it()
    {
        await using var node = await RegtestNode.StartAsync(new RegtestNodeOptions { FundedWallet = false });
        var wallet = _compose["miner"].Environment["NODE_WALLET"];
        Dictionary<string, string> here = new() { ["NODE_HOST"] = "127.0.0.1", ["NODE_PORT"] = Port(node), ["NODE_COOKIE"] = node.CookieFile };
        using (var miner = Start(node, "miner", here))
        {
            await WaitForCoinsAsync(node, miner);
            await StopAsync(miner);
        }
        var mined = await node.Rpc.GetBlockCountAsync();
        await node.Rpc.SendCommandAsync("unloadwallet", wallet, false);
        using (var miner = Start(node, "miner", here))
        {
            // One block at once, however young the chain is, and not another hundred.
            for (var waited = Stopwatch.StartNew(); await node.Rpc.GetBlockCountAsync() == mined; await Task.Delay(50)) RequireRunning(miner, waited);
            await StopAsync(miner);
        }
        Assert.Equal(mined + 1, await node.Rpc.GetBlockCountAsync());
        Assert.Contains($"\"{wallet}\"", (await node.Rpc.SendCommandAsync("listwallets")).ResultString, StringComparison.Ordinal);
    }

    /// <summary>A node passes over lines of its configuration that it does not know.</summary>
    [Fact]
    public async Task The_node_knows_every_option_of_its_container()
    {
        await using var known = await RegtestNode.StartAsync(new RegtestNodeOptions { FundedWallet = false });
        using var help = Run(known, known.Program, ["-help"], []);
        var (_, said) = await EndAsync(help);
        Assert.NotEmpty(_compose["bitcoind"].BitcoinOptions);
        Assert.All(_compose["bitcoind"].BitcoinOptions, option => Assert.Contains($"\n  -{option.Name}=", said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_takes_the_options_of_its_container_and_writes_a_cookie_that_others_can_read()
    {
        await using var known = await RegtestNode.StartAsync(new RegtestNodeOptions { FundedWallet = false });   // for its program, which ends with this one
        using var folder = new TemporaryFolder();
        var data = _compose["bitcoind"].Mounts.Single().Target;
        var (rpc, peers) = (LoopbackPort.FindFree(), LoopbackPort.FindFree());
        // As the image's entry point writes it; it adds the lines of our own at the end.
        string[] own = [$"rpcport={rpc}", $"port={peers}", $"bind=127.0.0.1:{peers}", "listenonion=0"];
        await File.WriteAllLinesAsync(Path.Combine(folder.FullPath, "bitcoin.conf"),
        [
            "regtest=1", "[regtest]", "printtoconsole=1", "rpcallowip=::/0",
            .. _compose["bitcoind"].BitcoinOptions.Select(it => $"{it.Name}={it.Value.Replace(data, folder.FullPath, StringComparison.Ordinal).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)}"), .. own,
        ]);
        using var node = Run(known, known.Program, [$"-datadir={folder.FullPath}"], []);
        try
        {
            var check = _compose["bitcoind"].HealthCommand.Select(it => it.Replace(data, folder.FullPath, StringComparison.Ordinal)).ToList();
            for (var waited = Stopwatch.StartNew(); ; await Task.Delay(100))
            {
                using var health = Run(known, check[0], [$"-rpcport={rpc}", .. check.Skip(1)], []);
                var (status, said) = await EndAsync(health);
                if (status == 0) break;
                Assert.True(!node.HasExited && waited.Elapsed < s_patience, said);
            }
            if (!OperatingSystem.IsWindows())
                Assert.True(File.GetUnixFileMode(Path.Combine(folder.FullPath, "rpc.cookie")).HasFlag(UnixFileMode.OtherRead), "the cookie is the node's alone");
        }
        finally
        {
            await StopAsync(node);
        }
    }

    private Dictionary<string, string> Options(params string[] names) =>
        _compose["bitcoind"].BitcoinOptions.Where(it => names.Contains(it.Name)).ToDictionary(it => it.Name, it => it.Value.Replace("0.0.0.0/0", "127.0.0.1", StringComparison.Ordinal));

    /// <summary>The script of a service, with the service's environment but for what is elsewhere here.</summary>
    private Process Start(RegtestNode node, string service, Dictionary<string, string> here)
    {
        var environment = new Dictionary<string, string>(_compose[service].Environment);
        foreach (var (name, value) in here) environment[name] = value;
        return Run(node, "sh", [Path.Combine(ComposeFile.Root, "regtest", $"{service}.sh")], environment);
    }

    /// <summary>bitcoin-cli is looked for beside bitcoind first.</summary>
    private static Process Run(RegtestNode node, string program, IReadOnlyList<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("env", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        string?[] programs = [Path.GetDirectoryName(node.Program), Path.GetDirectoryName(Environment.GetEnvironmentVariable("BITCOIND")), Environment.GetEnvironmentVariable("PATH")];
        start.Environment["PATH"] = string.Join(Path.PathSeparator, programs.Where(it => !string.IsNullOrEmpty(it)));
        return Process.Start(start)!;
    }

    private static async Task WaitForCoinsAsync(RegtestNode node, Process miner)
    {
        const int mature = 102;   // the miner's first hundred and one, and the one that it mines at once
        for (var waited = Stopwatch.StartNew(); await node.Rpc.GetBlockCountAsync() < mature; await Task.Delay(50)) RequireRunning(miner, waited);
    }

    private static void RequireRunning(Process process, Stopwatch waited)
    {
        if (process.HasExited) throw new InvalidOperationException($"It ended with status {process.ExitCode}: {process.StandardError.ReadToEnd()}{process.StandardOutput.ReadToEnd()}");
        if (waited.Elapsed > s_patience) throw new TimeoutException("It has not come to it");
    }

    private static async Task<(int Status, string Said)> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(s_patience);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static async Task StopAsync(Process process)
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    private static string Port(RegtestNode node) => node.RpcUri.Port.ToString(CultureInfo.InvariantCulture);
}

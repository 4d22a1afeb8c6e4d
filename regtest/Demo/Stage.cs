using System.Globalization;
using BtcChannels.Chain;
using BtcChannels.Client;
using BtcChannels.Regtest;
using NBitcoin;

namespace BtcChannels.Demo;

/// <summary>What the acts play on: a node of their own, merchants in processes of their own, and a customer.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public static readonly TimeSpan CloseMargin = TimeSpan.FromHours(1);
    public static readonly TimeSpan Duration = TimeSpan.FromHours(6);

    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["CloseMargin"] = CloseMargin.ToString("c", CultureInfo.InvariantCulture),
        ["MinUse"] = TimeSpan.FromHours(1).ToString("c", CultureInfo.InvariantCulture),
    };

    /// <summary>The merchants', wherever they run.</summary>
    public static MerchantPolicy Policy { get; } = MerchantPolicy.For(Network.RegTest) with { CloseMargin = CloseMargin, MinUse = TimeSpan.FromHours(1) };

    private readonly TemporaryFolder _folder;

    private Stage(RegtestNode node, MerchantProcess merchant, TemporaryFolder folder, Customer customer) => (Node, Merchant, _folder, Customer) = (node, merchant, folder, customer);

    public RegtestNode Node { get; }

    public MerchantProcess Merchant { get; }

    public Customer Customer { get; }

    public static async Task<Stage> SetUpAsync()
    {
        Tell.Line("[bold]Setting up[/]: a bitcoind on a chain of its own, a merchant, a customer");
        var folder = new TemporaryFolder();
        RegtestNode? node = null;
        MerchantProcess? merchant = null;
        try
        {
            node = await RegtestNode.StartAsync();
            merchant = await MerchantProcess.StartAsync(node, s_settings);
            Tell.Line($"  bitcoind at {node.RpcUri}, merchant at {merchant.Origin} (process {merchant.ProcessId})");
            var options = new BitcoindOptions(node.RpcUri, node.CookieFile);
            var customer = await Customer.OpenAsync(new CustomerOptions
            {
                DataFolder = Path.Combine(folder.FullPath, "customer"),
                Chain = new BitcoindChain(options, Network.RegTest, TimeProvider.System),
                Funding = new BitcoindWallet(options, Network.RegTest).Funding,
            });
            return new Stage(node, merchant, folder, customer);
        }
        catch
        {
            if (merchant is not null) await merchant.DisposeAsync();
            if (node is not null) await node.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Another merchant, who is only known here.</summary>
    /// <param name="more">Settings of his own, by name.</param>
    public Task<MerchantProcess> HireMerchantAsync(Dictionary<string, string>? more = null) => MerchantProcess.StartAsync(Node, s_settings.Concat(more ?? []).ToDictionary());

    /// <summary>Opens a channel and mines its deposit.</summary>
    public async Task<CustomerChannel> OpenAsync(Uri merchant, Money capacity)
    {
        var opened = (await Customer.OpenAsync(merchant, capacity, Duration)).OrThrow();
        await Node.MineAsync();
        var channel = (await Customer.WaitUntilOpenAsync(opened.Id, TimeSpan.FromSeconds(30))).OrThrow();
        Tell.Line($"  channel {channel.Id}");
        Tell.Line($"  deposit {Tell.Sat(channel.Deposit.Value)} = capacity {Tell.Sat(channel.Capacity)} + close fee {Tell.Sat(channel.Terms.CloseFee)}, expires {channel.Terms.Expiry}");
        return channel;
    }

    /// <summary>Waits until the mempool holds a spend of the channel's deposit, and mines it.</summary>
    public async Task MineSpendAsync(CustomerChannel channel)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); !await IsSpendInMempoolAsync(channel); await Task.Delay(50))
            if (waited.Elapsed > TimeSpan.FromSeconds(30)) throw new WrongSumException($"Nothing in the mempool spends the deposit of {channel.Id}");
        await Node.MineAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Customer.DisposeAsync();
        await Merchant.DisposeAsync();
        await Node.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<bool> IsSpendInMempoolAsync(CustomerChannel channel)
    {
        foreach (var txid in await Node.Rpc.GetRawMempoolAsync())
            if ((await Node.Rpc.GetRawTransactionAsync(txid)).Inputs.Any(input => input.PrevOut == channel.Deposit.OutPoint)) return true;
        return false;
    }
}

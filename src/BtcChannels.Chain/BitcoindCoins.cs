using System.Text.Json;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.Chain;

/// <summary>
/// Finds coins with a bitcoind by <c>scantxoutset</c>: a look through all unspent outputs there are. The node needs neither wallet nor index, may prune, and keeps
/// nothing of what was looked for; the price is its time, a minute or some on the main network, whatever is looked for. Coins in the mempool are not found.
/// </summary>
public sealed class BitcoindCoins : ICoinFinder
{
    private const string Scan = "scantxoutset";

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    // The connection's own limit is what ends a call.
    private static readonly HttpClient s_patient = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    private readonly BitcoindConnection _node;
    private readonly TimeProvider _time;

    /// <param name="options">As for <see cref="BitcoindChain"/>; a scan has 15 minutes, or the given time where that is more.</param>
    /// <exception cref="ArgumentException">See <see cref="BitcoindOptions.Validate"/>.</exception>
    public BitcoindCoins(BitcoindOptions options, Network network, TimeProvider time)
    {
        options.Validate();
        _time = time;
        _node = new BitcoindConnection(options with { Timeout = options.Timeout > s_timeout ? options.Timeout : s_timeout }, network, time, s_patient);
    }

    public async Task<IReadOnlyList<FoundCoin>> FindAsync(IReadOnlyList<AddressRange> ranges, IReadOnlyList<WantedOutput> outputs, CancellationToken ct)
    {
        var owners = outputs.Select(output => output.Script).Distinct().ToDictionary(script => script, _ => ((WalletPurpose, AddressPath)?)null);
        foreach (var range in ranges)
            foreach (var (index, script) in range.Account.Scripts(range.Chain, range.Count).Index())
                owners[script] = (range.Account.Purpose, new AddressPath(range.Chain, (uint)index));
        if (owners.Count == 0) return [];
        return await _node.RunAsync(call => FindAsync(call, owners, ct), ct);
    }

    private async Task<IReadOnlyList<FoundCoin>> FindAsync(NodeCall call, Dictionary<Script, (WalletPurpose, AddressPath)?> owners, CancellationToken ct)
    {
        // A node that is still downloading would not find what lies above.
        _node.RequireSynced(await NodeStatus.GetAsync(call));
        // As scripts, which any client can send: descriptors with a range are objects. Matching costs the node the same.
        string[] wanted = [.. owners.Keys.Select(script => $"raw({script.ToHex()})")];
        var found = call.Read(Scan, await ScanAsync(call, wanted, ct), json => ReadCoins(json, owners));
        var coins = new List<FoundCoin>(found.Count);
        foreach (var coin in found) coins.Add(coin with { IsBeingSpent = !await NodeOutput.IsUnspentAsync(call, coin.OutPoint) });
        return coins;
    }

    /// <summary>A node scans for one at a time: the others wait.</summary>
    private async Task<RPCResponse> ScanAsync(NodeCall call, string[] wanted, CancellationToken ct)
    {
        while (true)
        {
            RPCResponse response;
            try
            {
                response = await call.SendAsync(Scan, "start", wanted);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                await AbortAsync();
                throw;
            }
            if (response.Error is not { } error || !error.Message.Contains("already in progress", StringComparison.OrdinalIgnoreCase)) return response;
            await Task.Delay(s_pause, _time, ct);
        }
    }

    /// <summary>Else the node would go on for nobody.</summary>
    private async Task AbortAsync()
    {
        try
        {
            await _node.RunAsync(call => call.SendAsync(Scan, "abort"), CancellationToken.None);
        }
        catch (ChainUnavailableException)
        {
            // It scans no more, then.
        }
    }

    private static List<FoundCoin> ReadCoins(JsonElement json, Dictionary<Script, (WalletPurpose, AddressPath)?> owners)
    {
        if (!json.GetProperty("success").GetBoolean()) throw new FormatException("the scan was broken off");
        var tip = json.GetProperty("height").GetInt32();
        return [.. json.GetProperty("unspents").EnumerateArray().Select(it =>
        {
            var script = Script.FromHex(it.GetProperty("scriptPubKey").ReadText());
            var height = it.GetProperty("height").GetInt32();
            var isReward = it.TryGetProperty("coinbase", out var coinbase) && coinbase.GetBoolean();
            return new FoundCoin(
                new OutPoint(it.GetProperty("txid").ReadHash(), it.GetProperty("vout").GetInt32()), new TxOut(it.GetProperty("amount").ReadAmount(), script), owners[script], height,
                !isReward || tip + 1 - height >= NodeOutput.CoinbaseMaturity, IsBeingSpent: false);
        })];
    }
}

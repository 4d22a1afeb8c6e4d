using System.Collections.Concurrent;
using NBitcoin;
using NBXplorer.DerivationStrategy;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>
/// Finds coins with an NBXplorer that tracks the wallet's accounts by their public keys. Which coins there are it says, those that wait in the mempool too; what became of
/// each its node says. An account that is new to it, or of which more is wanted, is looked for in all unspent outputs, which takes a minute or some on the main network.
/// </summary>
public sealed class NBXplorerCoins : ICoinFinder
{
    private const int QuestionsAtOnce = 8;

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(15);

    private readonly NBXplorerConnection _server;
    private readonly NBXplorerAccounts _accounts;

    /// <param name="options">As for <see cref="NBXplorerChain"/>; a look has 15 minutes, or the given time where that is more.</param>
    /// <exception cref="ArgumentException">See <see cref="ChainOptions.Validate"/>.</exception>
    public NBXplorerCoins(NBXplorerOptions options, Network network, TimeProvider time)
    {
        options.Validate();
        _server = new NBXplorerConnection(options with { Timeout = options.Timeout > s_timeout ? options.Timeout : s_timeout }, network, time);
        _accounts = new NBXplorerAccounts(time);
    }

    /// <inheritdoc/>
    /// <remarks>A single output that NBXplorer did not track when its block came is found at its likely place alone.</remarks>
    public Task<IReadOnlyList<FoundCoin>> FindAsync(IReadOnlyList<AddressRange> ranges, IReadOnlyList<WantedOutput> outputs, CancellationToken ct) =>
        _server.RunAsync<IReadOnlyList<FoundCoin>>(async call =>
        {
            var height = await call.RequireCurrentAsync();
            var owners = new Dictionary<OutPoint, (WalletPurpose, AddressPath)?>();
            foreach (var output in outputs) await NoteAsync(call, output, owners);
            foreach (var account in ranges.GroupBy(range => range.Account)) await NoteAsync(call, account.Key, [.. account], height, owners);
            return await LookAsync(call, owners, [.. outputs.Select(output => output.Script)]);
        }, ct);

    private static async Task NoteAsync(NBXplorerCall call, WantedOutput output, Dictionary<OutPoint, (WalletPurpose, AddressPath)?> owners)
    {
        owners.TryAdd(output.LikelyAt, null);
        if (output.Script.GetDestinationAddress(call.Client.Network.NBitcoinNetwork) is not { } address) return;
        var source = new AddressTrackedSource(address);
        await call.Client.TrackAsync(source, null!, call.Token);
        foreach (var utxo in All(await call.Client.GetUTXOsAsync(source, call.Token))) owners.TryAdd(PlaceOf(utxo), null);
    }

    private async Task NoteAsync(NBXplorerCall call, AccountKey account, IReadOnlyList<AddressRange> ranges, int height, Dictionary<OutPoint, (WalletPurpose, AddressPath)?> owners)
    {
        var scheme = NBXplorerAccounts.SchemeOf(call, account);
        await _accounts.TrackAsync(call, scheme, ranges, height);
        foreach (var utxo in All(await call.Client.GetUTXOsAsync(scheme, call.Token)))
        {
            // Its kind is that of a path of one step where somebody else had it track such addresses as well: they are none of the wallet's.
            if (utxo is not { Feature: DerivationFeature.Deposit or DerivationFeature.Change, KeyPath.Indexes: [AddressPath.Receiving or AddressPath.Change, _] steps }) continue;
            var path = new AddressPath(steps[0], steps[1]);
            if (account.ScriptAt(path) != utxo.ScriptPubKey)
                throw new ChainUnavailableException($"NBXplorer at {_server.Address} gives an output to address {path} that does not pay it: see whether its version is known to work");
            owners.TryAdd(PlaceOf(utxo), (account.Purpose, path));
        }
    }

    /// <summary>What the node says of each: NBXplorer may not have heard yet that one is spent.</summary>
    private static async Task<IReadOnlyList<FoundCoin>> LookAsync(NBXplorerCall call, Dictionary<OutPoint, (WalletPurpose, AddressPath)?> owners, HashSet<Script> scripts)
    {
        var found = new ConcurrentBag<FoundCoin>();
        await Parallel.ForEachAsync(owners, new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtOnce, CancellationToken = call.Token }, async (it, _) =>
        {
            var unspent = await NodeOutput.FindAsync(call.Node, it.Key, withMempool: true);
            if ((unspent ?? await NodeOutput.FindAsync(call.Node, it.Key, withMempool: false)) is not var (there, isMature)) return;
            if (it.Value is null && !scripts.Contains(there.Output.ScriptPubKey)) return;   // another output stands at the likely place
            found.Add(new FoundCoin(it.Key, there.Output, it.Value, there.Height, isMature, IsBeingSpent: unspent is null));
        });
        return [.. found];
    }

    private static IEnumerable<UTXO> All(UTXOChanges? changes) => changes is null ? [] : changes.Confirmed.UTXOs.Concat(changes.Unconfirmed.UTXOs);

    private static OutPoint PlaceOf(UTXO utxo) => new(utxo.TransactionHash, utxo.Index);
}

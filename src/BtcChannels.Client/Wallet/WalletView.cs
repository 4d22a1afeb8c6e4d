using BtcChannels.Chain;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Client;

/// <summary>A wallet's coins as one look at the chain found them.</summary>
/// <param name="Mined">Unspent in the best chain.</param>
/// <param name="Incoming">Others in the mempool, as far as the backend tells.</param>
/// <param name="Unmined">Change of own deposits in the mempool.</param>
/// <param name="Taken">Coins that are taken.</param>
internal sealed record WalletView(IReadOnlyList<FoundCoin> Mined, IReadOnlyList<FoundCoin> Incoming, IReadOnlyList<OwnCoin> Unmined, IReadOnlySet<OutPoint> Taken)
{
    public IReadOnlyList<OwnCoin> Spendable => [.. Mined.Where(coin => coin is { IsMature: true, IsBeingSpent: false } && !Taken.Contains(coin.OutPoint)).Select(Own)];

    public IReadOnlyList<OwnCoin> SpendableUnmined => [.. Unmined.Where(coin => !Taken.Contains(coin.OutPoint))];

    public WalletBalance Balance => new(
        Spendable.Select(coin => coin.Value).Sum(), Incoming.Select(coin => coin.Output.Value).Sum(), SpendableUnmined.Select(coin => coin.Value).Sum(),
        Sum(coin => !coin.IsMature),
        Sum(coin => coin is { IsMature: true, IsBeingSpent: false } && Taken.Contains(coin.OutPoint)),
        Sum(coin => coin is { IsMature: true, IsBeingSpent: true }));

    private Money Sum(Func<FoundCoin, bool> which) => Mined.Where(which).Select(coin => coin.Output.Value).Sum();

    private static OwnCoin Own(FoundCoin coin)
    {
        var (purpose, path) = coin.Owner ?? throw new InvalidOperationException("A wallet's coin has no address");
        return new(purpose, path, coin.OutPoint, coin.Output, coin.Height);
    }
}

/// <summary>Looks for a wallet's coins, and notes which addresses were used.</summary>
internal sealed class WalletLook(ChannelBook book, CustomerOptions options, ICoinFinder finder)
{
    /// <summary>
    /// So many addresses beyond those that are known to be given out are looked at. More than the 20 of BIP44, since they cost nothing there, and a look at unspent
    /// outputs does not see addresses that were paid at and emptied.
    /// </summary>
    public const int LookAhead = 1_000;

    // Something found nearer than this to the end of what was looked at asks for a further look.
    private const int LeastAhead = 100;

    /// <exception cref="WalletException">There is no wallet.</exception>
    public async Task<WalletView> LookAsync(CancellationToken ct)
    {
        var branches = await book.UseAsync(store => store.BranchesAsync(ct), ct);
        if (branches.Count == 0) throw new WalletException("There is no wallet yet");
        var counts = branches.ToDictionary(branch => (branch.Purpose, branch.Chain), branch => checked((int)branch.Next + LookAhead));
        while (true)
        {
            var found = await finder.FindAsync([.. counts.Select(it => new AddressRange(book.Wallet.Account(it.Key.Purpose), it.Key.Chain, it.Value))], [], ct);
            var isEnough = true;
            foreach (var branch in branches)
            {
                var seen = found.Select(coin => coin.Owner!.Value).Where(it => it.Purpose == branch.Purpose && it.Path.Chain == branch.Chain).Select(it => it.Path.Index).ToHashSet();
                if (seen.Count == 0) continue;
                var last = seen.Max();
                await NoteAsync(branch, last, seen, ct);
                var key = (branch.Purpose, branch.Chain);
                if (last + LeastAhead < counts[key]) continue;
                (counts[key], isEnough) = (checked((int)last + LookAhead), false);
            }
            if (isEnough) return await ViewAsync(found, ct);
        }
    }

    /// <summary>Which coins are taken now.</summary>
    public async Task<IReadOnlySet<OutPoint>> TakenAsync(CancellationToken ct)
    {
        var now = options.Clock.GetUtcNow().ToUnixTimeSeconds();
        var (locked, channels) = await book.UseAsync(async store => (await store.LockedAsync(now, ct), await store.UnfinishedAsync(ct)), ct);
        return channels.Where(HoldsCoins).SelectMany(channel => channel.DepositTransaction.Inputs.Select(input => input.PrevOut)).Concat(locked).ToHashSet();
    }

    private async Task NoteAsync(WalletBranch branch, uint last, HashSet<uint> seen, CancellationToken ct)
    {
        var isShownUsed = branch.Shown is { } shown && seen.Contains(shown);
        if (last < branch.Used && !isShownUsed) return;
        await book.UseAsync(
            async store =>
            {
                await store.NoteUsedAsync(branch.Purpose, branch.Chain, last, isShownUsed, ct);
                return true;
            }, ct);
    }

    private async Task<WalletView> ViewAsync(IReadOnlyList<FoundCoin> found, CancellationToken ct)
    {
        var change = await UnminedChangeAsync(ct);
        var incoming = found.Where(coin => coin is { Height: null, IsBeingSpent: false } && change.All(own => own.OutPoint != coin.OutPoint));
        return new([.. found.Where(coin => coin.Height is not null)], [.. incoming], change, await TakenAsync(ct));
    }

    /// <summary>A dropped channel's coins are free; of the others, those whose deposit may still be mined.</summary>
    private static bool HoldsCoins(CustomerChannel channel) => channel is { DepositHeight: null, State: not (CustomerState.Dropped or CustomerState.Closed or CustomerState.Refunded) };

    /// <summary>Change of own deposits that are in the mempool. A deposit whose id a third party could change is left out.</summary>
    private async Task<IReadOnlyList<OwnCoin>> UnminedChangeAsync(CancellationToken ct)
    {
        var (channels, branches) = await book.UseAsync(async store => (await store.UnfinishedAsync(ct), await store.BranchesAsync(ct)), ct);
        var deposits = channels
            .Where(channel => channel is { DepositHeight: null, State: CustomerState.Active or CustomerState.Closing })
            .Select(channel => channel.DepositTransaction).Where(deposit => deposit.Inputs.All(input => input.ScriptSig.Length == 0)).ToList();
        if (deposits.Count == 0) return [];
        var count = checked((int)branches.Single(branch => branch is { Purpose: WalletPurpose.Bip84, Chain: AddressPath.Change }).Next);
        var own = book.Wallet.Account(WalletPurpose.Bip84).Scripts(AddressPath.Change, count).Index().ToDictionary(it => it.Item, it => (uint)it.Index);
        var coins = new List<OwnCoin>();
        foreach (var output in deposits.SelectMany(deposit => deposit.Outputs.AsIndexedOutputs()))
        {
            if (!own.TryGetValue(output.TxOut.ScriptPubKey, out var index)) continue;
            var outPoint = new OutPoint(output.Transaction, output.N);
            if (await options.Chain.GetUnspentAsync(outPoint, ct) is { Height: null })
                coins.Add(new OwnCoin(WalletPurpose.Bip84, new AddressPath(AddressPath.Change, index), outPoint, output.TxOut, null));
        }
        return coins;
    }
}

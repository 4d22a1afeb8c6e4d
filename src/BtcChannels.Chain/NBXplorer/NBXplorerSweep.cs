using NBitcoin;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>
/// Looks at outpoints again, some at a time, whatever events said: after an outage and a start at all that are watched, after a reorganisation at those that are watched anew. Safe to
/// use from many threads.
/// </summary>
internal sealed class NBXplorerSweep(WatchList watched, NBXplorerBareCoins bare)
{
    /// <summary>How many are looked at for each poll.</summary>
    public const int AtOnce = 64;

    private const int QuestionsAtOnce = 8;

    private readonly Lock _gate = new();
    private readonly Queue<WatchedOutPoint> _order = new();
    private readonly HashSet<WatchedOutPoint> _queued = [];

    public void Add(OutPoint outPoint) => Add([new WatchedOutPoint(outPoint)]);

    public void AddAll() => Add(watched.OutPoints());

    private void Add(IEnumerable<WatchedOutPoint> outPoints)
    {
        lock (_gate)
        {
            foreach (var each in outPoints)
                if (_queued.Add(each)) _order.Enqueue(each);
        }
    }

    /// <summary>Looks at the next ones.</summary>
    /// <returns>The first one found in a block at most as high as the follower stands, with all that was found in that block; null where there is none.</returns>
    public async Task<(int Height, IReadOnlyList<ChainMatch> Matches)?> LookAsync(NBXplorerCall call, int upTo)
    {
        var some = Take();
        var found = new (int Height, ChainMatch Match)?[some.Count];
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, some.Count), new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtOnce, CancellationToken = call.Token },
                async (i, _) => found[i] = await LookAtAsync(call, some[i].ToOutPoint(), upTo));
        }
        catch
        {
            Add(some);   // an outage: they are due again afterwards
            throw;
        }
        if (found.FirstOrDefault(it => it is not null) is not { } first) return await bare.WalkAsync(call);
        for (var i = 0; i < found.Length; i++)
            if (found[i] is { } other && other.Height != first.Height) Add([some[i]]);
        return (first.Height, [.. found.Where(it => it?.Height == first.Height).Select(it => it!.Value.Match)]);
    }

    private List<WatchedOutPoint> Take()
    {
        var some = new List<WatchedOutPoint>(AtOnce);
        lock (_gate)
        {
            while (some.Count < AtOnce && _order.TryDequeue(out var next))
            {
                _queued.Remove(next);
                if (watched.Contains(next)) some.Add(next);
            }
        }
        return some;
    }

    private async Task<(int Height, ChainMatch Match)?> LookAtAsync(NBXplorerCall call, OutPoint outPoint, int upTo)
    {
        if (await NodeOutput.FindUnspentAsync(call.Node, outPoint, withMempool: false) is { } there)
        {
            if (there.Output.ScriptPubKey.GetDestinationAddress(call.Client.Network.NBitcoinNetwork) is null) bare.Add(outPoint);
            // A deposit whose block was told without it.
            if (!watched.Contains(there.Output.ScriptPubKey) || there.Height is not { } height || height > upTo) return null;
            return (await call.Client.GetTransactionAsync(outPoint.Hash, call.Token))?.Transaction is { } deposit ? (height, new ChainMatch.Paid(outPoint, there.Output, deposit)) : null;
        }
        // Not in a block yet, or spent in one. A coin of a customer that NBXplorer never saw come is told by its spender's event alone.
        if (await call.Client.GetTransactionAsync(outPoint.Hash, call.Token) is not { BlockId: not null, Transaction: { } funding, Height: var createdAt } || outPoint.N >= funding.Outputs.Count) return null;
        if (funding.Outputs[(int)outPoint.N].ScriptPubKey.GetDestinationAddress(call.Client.Network.NBitcoinNetwork) is not { } address)
        {
            bare.LookBack(outPoint, upTo, createdAt);
            return null;
        }
        var history = await call.Client.GetTransactionsAsync(new AddressTrackedSource(address), null, null, call.Token);
        var spend = history.ConfirmedTransactions.Transactions.FirstOrDefault(it => it.Transaction is { } transaction && transaction.Inputs.Any(input => input.PrevOut == outPoint));
        return spend is { Height: { } at } && at <= upTo ? (checked((int)at), new ChainMatch.Spent(outPoint, spend.Transaction)) : null;
    }
}

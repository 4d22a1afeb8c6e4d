using NBitcoin;
using NBXplorer.Models;

namespace BtcChannels.Chain;

/// <summary>
/// Follows the chain block by block. Which blocks there are the node says; what stands in them NBXplorer's events do, by their ids, so that nothing is missed however long
/// nobody listened. What an event tells of a block that was dealt with before is told as found.
/// </summary>
internal sealed class NBXplorerFollower(NBXplorerConnection server, WatchList watched, NBXplorerBareCoins bare, NBXplorerSweep sweep, TimeProvider time)
{
    private const int PageSize = 100;

    // Between a block and its event pass milliseconds. When none comes there was none, and what it would have told is looked for.
    private static readonly TimeSpan s_eventPatience = TimeSpan.FromSeconds(10);

    private (uint256 Block, long EventId)? _skimmed;   // up to this event none concerns a follower who stands on this block
    private (uint256 Block, long Since)? _withoutEvent;
    private int _outagesSeen;

    public async Task<ChainEvent?> NextAsync(NBXplorerCall call, NBXplorerCursor at)
    {
        if (_outagesSeen != server.Outages)
        {
            _outagesSeen = server.Outages;
            sweep.AddAll();
        }
        // One answer tells whether the block is in the best chain and what stands on it, so no reorganisation can come between the two.
        var header = await NodeBlockHeader.FindAsync(call.Node, at.Hash) ?? throw Unknown(at);
        if (header.IsStale && header.Previous is { } parent)
            return new ChainEvent.Disconnected((at with { Height = header.Block.Height - 1, Hash = parent }).ToCursor(), header.Block);
        var next = header.Next is { } above ? (await NodeBlockHeader.FindAsync(call.Node, above) ?? throw call.Node.Contradiction(above)).Block : null;
        return await ReadEventsAsync(call, at, header.Block, next) ?? (next is null ? await SweepAsync(call, at, header.Block) : null);
    }

    private async Task<ChainEvent?> ReadEventsAsync(NBXplorerCall call, NBXplorerCursor at, ChainTip here, ChainTip? next)
    {
        var read = _skimmed is { } skimmed && skimmed.Block == at.Hash ? Math.Max(at.EventId, skimmed.EventId) : at.EventId;
        NewEventBase[] page;
        do
        {
            page = await call.EventsAsync(read, PageSize);
            for (var i = 0; i < page.Length; i++)
            {
                var (block, isNews) = page[i] switch
                {
                    NewBlockEvent it => (it.Hash, true),
                    NewTransactionEvent it => (it.BlockId, false),
                    _ => (null, false),
                };
                if (block is not null && next is not null && block == next.Hash)
                {
                    if (!isNews) return await ConnectAsync(call, at with { EventId = read }, next, []);   // its own event came late or not at all: what it holds is told as found
                    var (transactions, last) = OfBlock(page, i + 1, next.Hash);
                    return await ConnectAsync(call, at with { EventId = last ?? page[i].EventId }, next, transactions);
                }
                if (block is not null && block != at.Hash && await NodeBlockHeader.FindAsync(call.Node, block) is { IsStale: false } other && other.Block.Height > at.Height)
                    return next is null ? null : await WithoutEventAsync(call, at with { EventId = read }, next);   // it is ahead of us: blocks come in their order
                if (block is not null && !isNews && await HeightAsync(call, block) is { } height)
                {
                    var (transactions, last) = OfBlock(page, i, block);
                    if (watched.Search(transactions) is { Count: > 0 } matches) return new ChainEvent.Found((at with { EventId = last!.Value }).ToCursor(), here, height, matches);
                }
                read = page[i].EventId;
            }
        }
        while (page.Length == PageSize);
        _skimmed = (at.Hash, read);
        return next is null || !await IsWithoutEventAsync(call, next) ? null : await WithoutEventAsync(call, at with { EventId = read }, next);
    }

    /// <summary>The block came without the event that tells of it: whatever is watched may stand in it.</summary>
    private Task<ChainEvent.Connected> WithoutEventAsync(NBXplorerCall call, NBXplorerCursor at, ChainTip block)
    {
        sweep.AddAll();
        return ConnectAsync(call, at, block, []);
    }

    /// <param name="told">What NBXplorer tells of the block; all that is needed unless a coin is watched that it cannot track.</param>
    private async Task<ChainEvent.Connected> ConnectAsync(NBXplorerCall call, NBXplorerCursor at, ChainTip block, IReadOnlyList<Transaction> told) =>
        new(at.On(block).ToCursor(), block, watched.Search(bare.Any ? (await call.GetBlockAsync(block.Hash)).Transactions : told));

    /// <summary>The events that follow one another and tell of one block; each transaction comes once for each source that tracks it.</summary>
    private static (IReadOnlyList<Transaction> Transactions, long? Last) OfBlock(NewEventBase[] page, int from, uint256 block)
    {
        var told = page.Skip(from).TakeWhile(it => it is NewTransactionEvent transaction && transaction.BlockId == block).Cast<NewTransactionEvent>().ToList();
        return (InOrder([.. told.Select(it => it.TransactionData.Transaction).OfType<Transaction>().DistinctBy(it => it.GetHash())]), told.LastOrDefault()?.EventId);
    }

    /// <summary>One that spends another stands behind it, as in the block.</summary>
    private static List<Transaction> InOrder(IReadOnlyList<Transaction> transactions)
    {
        var byId = transactions.ToDictionary(it => it.GetHash());
        var ordered = new List<Transaction>(transactions.Count);
        var placed = new HashSet<uint256>();
        var waiting = new Stack<Transaction>(transactions.Reverse());
        while (waiting.TryPeek(out var next))
        {
            var before = placed.Contains(next.GetHash()) ? [] : next.Inputs.Select(it => it.PrevOut.Hash).Where(it => byId.ContainsKey(it) && !placed.Contains(it)).ToList();
            if (before.Count > 0)
            {
                before.ForEach(it => waiting.Push(byId[it]));
                continue;
            }
            waiting.Pop();
            if (placed.Add(next.GetHash())) ordered.Add(next);
        }
        return ordered;
    }

    private static async Task<int?> HeightAsync(NBXplorerCall call, uint256 block) =>
        await NodeBlockHeader.FindAsync(call.Node, block) is { IsStale: false } header ? header.Block.Height : null;

    private async Task<bool> IsWithoutEventAsync(NBXplorerCall call, ChainTip next)
    {
        if (await call.RequireCurrentAsync() < next.Height) return false;
        if (_withoutEvent is { } since && since.Block == next.Hash) return time.GetElapsedTime(since.Since) >= s_eventPatience;
        _withoutEvent = (next.Hash, time.GetTimestamp());
        return false;
    }

    private async Task<ChainEvent?> SweepAsync(NBXplorerCall call, NBXplorerCursor at, ChainTip here) =>
        await sweep.LookAsync(call, at.Height) is var (height, matches) ? new ChainEvent.Found(at.ToCursor(), here, height, matches) : null;

    private ChainUnavailableException Unknown(NBXplorerCursor at) => new(
        $"The bitcoind of NBXplorer at {server.Address} does not know block {at.Hash} at height {at.Height}, which was followed before: wait if it is catching up; "
        + "if its data was replaced, or that block is stale and it never saw it, use the node that was followed before");
}

using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>
/// Watched coins whose script has no address (a bare key or multisignature): NBXplorer cannot track them, so that whole blocks are searched for their spenders, as long as
/// there is such a coin. Safe to use from many threads but for <see cref="WalkAsync"/>.
/// </summary>
internal sealed class NBXplorerBareCoins(WatchList watched)
{
    private const int BlocksAtOnce = 16;

    // Two weeks: what a coin may have been spent in while nobody followed.
    private const int MostBlocksBack = 2_016;

    private readonly Lock _gate = new();
    private readonly HashSet<WatchedOutPoint> _coins = [];
    private readonly HashSet<WatchedOutPoint> _walked = [];
    private readonly Dictionary<WatchedOutPoint, (int Next, int Last)> _walks = [];

    /// <summary>Whether blocks have to be searched.</summary>
    public bool Any
    {
        get
        {
            lock (_gate) return _coins.Any(watched.Contains);   // one is expected before it is watched
        }
    }

    public void Add(OutPoint coin)
    {
        lock (_gate) _coins.Add(new(coin));
    }

    /// <summary>A coin that was spent before anybody knew that it is such a one: its spender is looked for from a block downwards.</summary>
    /// <param name="createdAt">Its own block; null where that is not known.</param>
    public void LookBack(OutPoint coin, int from, long? createdAt)
    {
        var walked = new WatchedOutPoint(coin);
        lock (_gate)
        {
            _coins.Add(walked);
            if (_walked.Add(walked)) _walks[walked] = (from, checked((int)Math.Max(createdAt ?? 0, from - MostBlocksBack)));
        }
    }

    public void Remove(OutPoint coin)
    {
        lock (_gate)
        {
            _coins.Remove(new(coin));
            _walked.Remove(new(coin));
        }
    }

    /// <summary>Goes some blocks further down.</summary>
    /// <returns>The first block that holds spenders, with them; null where none was found yet.</returns>
    public async Task<(int Height, IReadOnlyList<ChainMatch> Matches)?> WalkAsync(NBXplorerCall call)
    {
        for (var i = 0; i < BlocksAtOnce && Next() is var (height, coins); i++)
        {
            var block = await call.GetBlockAsync(await call.Node.AskTextAsync("getblockhash", uint256.Parse, height));
            Done(height, coins);
            var spenders = watched.Search(block).Where(it => it is ChainMatch.Spent spent && coins.Contains(new(spent.OutPoint))).ToList();
            if (spenders.Count == 0) continue;
            lock (_gate)
                foreach (var spent in spenders.Cast<ChainMatch.Spent>()) _walks.Remove(new(spent.OutPoint));
            return (height, spenders);
        }
        return null;
    }

    /// <summary>The highest block that is due, and the coins that it is due for.</summary>
    private (int Height, HashSet<WatchedOutPoint> Coins)? Next()
    {
        lock (_gate)
        {
            if (_walks.Count == 0) return null;
            var height = _walks.Values.Max(it => it.Next);
            return (height, [.. _walks.Where(it => it.Value.Next == height).Select(it => it.Key)]);
        }
    }

    private void Done(int height, HashSet<WatchedOutPoint> coins)
    {
        lock (_gate)
        {
            foreach (var coin in coins)
            {
                if (height <= _walks[coin].Last || !watched.Contains(coin)) _walks.Remove(coin);
                else _walks[coin] = _walks[coin] with { Next = height - 1 };
            }
        }
    }
}

using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>
/// What blocks are searched for. Searching costs by the block's size, not by the list's. Outpoints are as many as there are channels and cost about 100
/// bytes each at most; scripts are those of unmined deposits, and few. Safe to use from many threads.
/// </summary>
internal sealed class WatchList
{
    private readonly Lock _gate = new();
    private readonly HashSet<Script> _scripts = [];
    private readonly HashSet<WatchedOutPoint> _outPoints = [];

    public void Add(Script script)
    {
        lock (_gate) _scripts.Add(script);
    }

    public void Add(OutPoint outPoint)
    {
        lock (_gate) _outPoints.Add(new(outPoint));
    }

    public void Remove(Script script)
    {
        lock (_gate) _scripts.Remove(script);
    }

    public void Remove(OutPoint outPoint)
    {
        lock (_gate) _outPoints.Remove(new(outPoint));
    }

    public bool Contains(Script script)
    {
        lock (_gate) return _scripts.Contains(script);
    }

    public bool Contains(WatchedOutPoint outPoint)
    {
        lock (_gate) return _outPoints.Contains(outPoint);
    }

    /// <summary>All outpoints as of now.</summary>
    public WatchedOutPoint[] OutPoints()
    {
        lock (_gate) return [.. _outPoints];
    }

    /// <summary>
    /// What of the list stands in a block: by transaction, its inputs before its outputs. An output found here is watched for the rest of
    /// the block, since whoever follows the chain cannot ask for that in time.
    /// </summary>
    public IReadOnlyList<ChainMatch> Search(Block block) => Search(block.Transactions);

    /// <summary>The same of some of a block's transactions, in an order in which one stands before what spends it.</summary>
    public IReadOnlyList<ChainMatch> Search(IEnumerable<Transaction> transactions)
    {
        var matches = new List<ChainMatch>();
        var paidHere = new HashSet<WatchedOutPoint>();
        // A block takes milliseconds, so that whoever wants to add something meanwhile can wait.
        lock (_gate)
        {
            foreach (var transaction in transactions) Search(transaction, paidHere, matches);
        }
        return matches;
    }

    private void Search(Transaction transaction, HashSet<WatchedOutPoint> paidHere, List<ChainMatch> matches)
    {
        if (!transaction.IsCoinBase)
        {
            foreach (var input in transaction.Inputs)
            {
                var spent = new WatchedOutPoint(input.PrevOut);
                if (_outPoints.Contains(spent) || paidHere.Contains(spent)) matches.Add(new ChainMatch.Spent(input.PrevOut, transaction));
            }
        }
        if (_scripts.Count == 0) return;
        for (var i = 0; i < transaction.Outputs.Count; i++)
        {
            var output = transaction.Outputs[i];
            if (!_scripts.Contains(output.ScriptPubKey)) continue;
            var outPoint = new OutPoint(transaction.GetHash(), i);
            paidHere.Add(new(outPoint));
            matches.Add(new ChainMatch.Paid(outPoint, output, transaction));
        }
    }
}

using System.Collections.Concurrent;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>What blocks are searched for. Searching costs by the block's size, not by the list's. Safe to use from many threads.</summary>
internal sealed class WatchList
{
    private readonly ConcurrentDictionary<Script, byte> _scripts = new();
    private readonly ConcurrentDictionary<OutPoint, byte> _outPoints = new();

    public void Add(Script script) => _scripts.TryAdd(script, 0);

    // An OutPoint can be changed by whoever holds it, so the list has its own.
    public void Add(OutPoint outPoint) => _outPoints.TryAdd(new OutPoint(outPoint), 0);

    public void Remove(Script script) => _scripts.TryRemove(script, out _);

    public void Remove(OutPoint outPoint) => _outPoints.TryRemove(outPoint, out _);

    /// <summary>
    /// What of the list stands in a block: by transaction, its inputs before its outputs. An output found here is watched for the rest of
    /// the block, since whoever follows the chain cannot ask for that in time.
    /// </summary>
    public IReadOnlyList<ChainMatch> Search(Block block)
    {
        var matches = new List<ChainMatch>();
        var paidHere = new HashSet<OutPoint>();
        foreach (var transaction in block.Transactions)
        {
            if (!transaction.IsCoinBase)
            {
                foreach (var input in transaction.Inputs)
                {
                    if (_outPoints.ContainsKey(input.PrevOut) || paidHere.Contains(input.PrevOut))
                        matches.Add(new ChainMatch.Spent(input.PrevOut, transaction));
                }
            }
            for (var i = 0; i < transaction.Outputs.Count; i++)
            {
                var output = transaction.Outputs[i];
                if (!_scripts.ContainsKey(output.ScriptPubKey)) continue;
                var outPoint = new OutPoint(transaction.GetHash(), i);
                paidHere.Add(outPoint);
                matches.Add(new ChainMatch.Paid(outPoint, output, transaction));
            }
        }
        return matches;
    }
}

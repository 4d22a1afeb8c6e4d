using System.Buffers.Binary;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests;

/// <summary>
/// The blocks of a chain in memory, those that a reorganisation took away included, and what is watched in them. It follows from block to block as
/// <see cref="IChain"/> has it. Not safe for more than one thread.
/// </summary>
internal sealed class FakeBlocks
{
    private readonly int _firstHeight;
    private readonly Dictionary<uint256, Block> _known = [];
    private readonly List<Block> _best = [];
    private readonly HashSet<Script> _scripts = [];
    private readonly HashSet<OutPoint> _outPoints = [];

    public FakeBlocks(int firstHeight, long firstMedianTime)
    {
        _firstHeight = firstHeight;
        Append(firstMedianTime, []);
    }

    public ChainTip Tip => _best[^1].Tip;

    public ChainCursor Cursor => CursorAt(Tip.Hash);

    /// <summary>Those of the best chain, oldest first.</summary>
    public IEnumerable<Transaction> Transactions => _best.SelectMany(block => block.Transactions);

    public void Append(long medianTime, IReadOnlyList<Transaction> transactions)
    {
        var hash = new byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(hash, _known.Count + 1);
        var block = new Block(new ChainTip(_firstHeight + _best.Count, new uint256(hash), medianTime), _best.Count == 0 ? null : _best[^1].Tip.Hash, transactions);
        _best.Add(block);
        _known.Add(block.Tip.Hash, block);
    }

    /// <summary>Takes the newest blocks away.</summary>
    /// <returns>Their transactions.</returns>
    public IReadOnlyList<Transaction> Remove(int count)
    {
        List<Transaction> removed = [.. _best[^count..].SelectMany(block => block.Transactions)];
        _best.RemoveRange(_best.Count - count, count);
        return removed;
    }

    public bool IsWatched(Script script) => _scripts.Contains(script);

    public bool IsWatched(OutPoint outPoint) => _outPoints.Contains(outPoint);

    public bool Watch(Script script) => _scripts.Add(script);

    public bool Watch(OutPoint outPoint) => _outPoints.Add(outPoint);

    public bool Unwatch(Script script) => _scripts.Remove(script);

    public bool Unwatch(OutPoint outPoint) => _outPoints.Remove(outPoint);

    public void UnwatchAll()
    {
        _scripts.Clear();
        _outPoints.Clear();
    }

    public bool Contains(uint256 txid) => Transactions.Any(it => it.GetHash() == txid);

    /// <summary>An output of the best chain, spent or not, and its block's height; null where there is none.</summary>
    public UnspentOutput? Find(OutPoint outPoint) =>
        (from block in _best from it in block.Transactions where it.GetHash() == outPoint.Hash select new UnspentOutput(it.Outputs[(int)outPoint.N], block.Tip.Height)).SingleOrDefault();

    public Transaction? SpendOf(OutPoint outPoint) => Transactions.FirstOrDefault(it => it.Inputs.Any(input => input.PrevOut == outPoint));

    /// <inheritdoc cref="IChain.NextAsync"/>
    public ChainEvent? Next(ChainCursor after)
    {
        var at = _known[uint256.Parse(after.Text)];
        var index = at.Tip.Height - _firstHeight;
        if (index >= _best.Count || _best[index] != at) return new ChainEvent.Disconnected(CursorAt(at.Previous!), at.Tip);
        if (index + 1 == _best.Count) return null;
        var next = _best[index + 1];
        return new ChainEvent.Connected(CursorAt(next.Tip.Hash), next.Tip, [.. next.Transactions.SelectMany(MatchesIn)]);
    }

    private IEnumerable<ChainMatch> MatchesIn(Transaction transaction)
    {
        foreach (var input in transaction.Inputs)
            if (_outPoints.Contains(input.PrevOut)) yield return new ChainMatch.Spent(input.PrevOut, transaction);
        for (var i = 0; i < transaction.Outputs.Count; i++)
            if (_scripts.Contains(transaction.Outputs[i].ScriptPubKey))
                yield return new ChainMatch.Paid(new OutPoint(transaction.GetHash(), i), transaction.Outputs[i], transaction);
    }

    private static ChainCursor CursorAt(uint256 hash) => new(hash.ToString());

    private sealed record Block(ChainTip Tip, uint256? Previous, IReadOnlyList<Transaction> Transactions);
}

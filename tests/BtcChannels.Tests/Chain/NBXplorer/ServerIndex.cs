using System.Globalization;
using NBitcoin;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>
/// What an NBXplorer knows, and how it comes to know it: it matches what is tracked as it comes, from the mempool and from blocks, remembers what it did not match, learns of a
/// reorganisation only by a competing block, and writes events in the order that was recorded. Not safe for more than one thread.
/// </summary>
internal sealed class ServerIndex(SimulatedNode node, Func<long> now)
{
    private readonly Dictionary<Script, HashSet<string>> _sources = [];
    private readonly Dictionary<OutPoint, TxOut> _outputs = [];
    private readonly Dictionary<uint256, Known> _transactions = [];
    private readonly HashSet<uint256> _withoutMatch = [];
    private readonly HashSet<uint256> _seenInMempool = [];
    private readonly List<SimulatedNode.Block> _blocks = [.. node.Best];
    private readonly List<Event> _events = [];

    public IReadOnlyList<Event> Events => _events;

    public HashSet<string> Groups { get; } = [];

    public int SyncHeight => _blocks[^1].Height;

    public Action<Event> Told { get; set; } = _ => { };

    /// <summary>Blocks for which no event is written: a fault that the real server has not been seen to have.</summary>
    public bool IsMute { get; set; }

    public bool IsTracked(Script script, string source) => _sources.TryGetValue(script, out var all) && all.Contains(source);

    public void Track(Script script, string source)
    {
        if (!_sources.TryGetValue(script, out var all)) _sources.Add(script, all = []);
        all.Add(source);
    }

    /// <summary>What it keeps in memory alone.</summary>
    public void Restart()
    {
        _withoutMatch.Clear();
        // What is in the mempool now was not announced to it, and is seen only when it is mined.
        _seenInMempool.UnionWith(node.Mempool.Select(it => it.GetHash()));
    }

    /// <summary>Looks at what the node has.</summary>
    public void CatchUp()
    {
        foreach (var transaction in node.Mempool.Where(it => _seenInMempool.Add(it.GetHash())).ToList())
            if (Match(transaction, null)) Tell(transaction, null);
        if (node.Tip.Hash == _blocks[^1].Hash || node.Tip.Height < _blocks[^1].Height) return;   // shorter: it has not heard of another branch
        while (!node.IsInBest(_blocks[^1]))
        {
            foreach (var gone in _transactions.Values.Where(it => it.Block is { } block && block.Hash == _blocks[^1].Hash)) gone.Block = null;
            _blocks.RemoveAt(_blocks.Count - 1);
        }
        foreach (var block in node.Best.Skip(_blocks.Count).ToList()) Connect(block);
    }

    /// <summary>A transaction that was handed to it is matched whatever it saw before; its event is that of the mempool.</summary>
    public void Submit(Transaction transaction)
    {
        _withoutMatch.Remove(transaction.GetHash());
        Match(transaction, _transactions.GetValueOrDefault(transaction.GetHash())?.Block);
    }

    public void Import(OutPoint outPoint)
    {
        if (node.FindUnspent(outPoint, withMempool: false) is not { Block: { } block } found) return;
        _withoutMatch.Remove(outPoint.Hash);
        if (node.InBlock(outPoint.Hash) is { } mined && _sources.ContainsKey(found.Output.ScriptPubKey)) Match(mined.Transaction, block);
    }

    public Known? Find(uint256 txid) => _transactions.GetValueOrDefault(txid);

    public IEnumerable<Known> Of(Script script) => _transactions.Values.Where(it => Touches(it.Transaction, script));

    /// <summary>What a source owns: outputs of blocks stand there until a block spends them, those of the mempool by whether the mempool spends them.</summary>
    public (IReadOnlyList<(OutPoint OutPoint, TxOut Output, Known Known)> Confirmed, IReadOnlyList<(OutPoint OutPoint, TxOut Output, Known Known)> Unconfirmed) OutputsOf(string source)
    {
        var spentInBlocks = _transactions.Values.Where(it => it.Block is not null).SelectMany(it => it.Transaction.Inputs.Select(input => input.PrevOut)).ToHashSet();
        var owned = _outputs.Where(it => IsOf(source, it.Value.ScriptPubKey) && _transactions.ContainsKey(it.Key.Hash) && !spentInBlocks.Contains(it.Key))
            .Select(it => (it.Key, it.Value, _transactions[it.Key.Hash])).ToList();
        return ([.. owned.Where(it => it.Item3.Block is not null)], [.. owned.Where(it => it.Item3.Block is null)]);
    }

    public bool IsSpentUnconfirmed(OutPoint outPoint) => _transactions.Values.Any(it => it.Block is null && it.Transaction.Inputs.Any(input => input.PrevOut == outPoint));

    public IReadOnlyList<(int Index, OutPoint OutPoint, TxOut Output)> InputsOf(Transaction transaction, Func<Script, bool> isWanted) =>
        [.. transaction.Inputs.Select((it, index) => (index, it.PrevOut, _outputs.GetValueOrDefault(it.PrevOut)!)).Where(it => it.Item3 is not null && isWanted(it.Item3.ScriptPubKey))];

    private bool Touches(Transaction transaction, Script script) => transaction.Outputs.Any(it => it.ScriptPubKey == script) || InputsOf(transaction, it => it == script).Count > 0;

    private void Connect(SimulatedNode.Block block)
    {
        _blocks.Add(block);
        if (!IsMute) Write(new Event.NewBlock(NextId, block));
        foreach (var transaction in block.Transactions)
        {
            if (_withoutMatch.Contains(transaction.GetHash()) || !Match(transaction, block)) continue;
            Tell(transaction, block);
        }
    }

    private bool Match(Transaction transaction, SimulatedNode.Block? block)
    {
        var isMatch = transaction.Outputs.Any(it => _sources.ContainsKey(it.ScriptPubKey)) || transaction.Inputs.Any(it => _outputs.ContainsKey(it.PrevOut));
        if (!isMatch)
        {
            _withoutMatch.Add(transaction.GetHash());
            return false;
        }
        for (var i = 0; i < transaction.Outputs.Count; i++)
            if (_sources.ContainsKey(transaction.Outputs[i].ScriptPubKey)) _outputs[new OutPoint(transaction, i)] = transaction.Outputs[i];
        if (!_transactions.TryGetValue(transaction.GetHash(), out var known)) _transactions.Add(transaction.GetHash(), known = new Known(transaction, now()));
        known.Block = block;
        return true;
    }

    private void Tell(Transaction transaction, SimulatedNode.Block? block)
    {
        if (IsMute) return;
        var sources = transaction.Outputs.Select(it => it.ScriptPubKey).Concat(InputsOf(transaction, _ => true).Select(it => it.Output.ScriptPubKey))
            .SelectMany(it => _sources.GetValueOrDefault(it) ?? []).Distinct().Order(StringComparer.Ordinal);
        foreach (var source in sources) Write(new Event.NewTransaction(NextId, _transactions[transaction.GetHash()], block, source));
    }

    public bool IsOf(string source, Script script) => _sources.GetValueOrDefault(script)?.Contains(source) == true;

    private long NextId => _events.Count + 1;

    private void Write(Event told)
    {
        _events.Add(told);
        Told(told);
    }

    public int Confirmations(SimulatedNode.Block? block) => block is null ? 0 : SyncHeight - block.Height + 1;

    internal sealed class Known(Transaction transaction, long seenAt)
    {
        public Transaction Transaction => transaction;

        public long SeenAt => seenAt;

        public SimulatedNode.Block? Block { get; set; }
    }

    internal abstract record Event(long Id)
    {
        public sealed record NewBlock(long Id, SimulatedNode.Block Block) : Event(Id);

        public sealed record NewTransaction(long Id, Known Known, SimulatedNode.Block? Block, string Source) : Event(Id);

        public override string ToString() => Id.ToString(CultureInfo.InvariantCulture);
    }
}

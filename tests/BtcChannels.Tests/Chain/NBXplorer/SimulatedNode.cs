using System.Buffers.Binary;
using System.Text.Json.Nodes;
using BtcChannels.Chain;
using NBitcoin;
using NBitcoin.Crypto;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>
/// A bitcoind in memory, as far as chain backends see one: blocks, branches, mempool and what it refuses, with the words of the recorded node. Scripts are not run. It has an
/// index of transactions, as the recorded node had. Not safe for more than one thread.
/// </summary>
internal sealed class SimulatedNode : IServedNode
{
    private const int MedianSpan = 11;

    private readonly Dictionary<uint256, Block> _known = [];
    private readonly List<Block> _best = [];
    private readonly Dictionary<uint256, Transaction> _mempool = [];
    private readonly Dictionary<uint256, (Transaction Transaction, Block Block)> _mined = [];
    private readonly HashSet<OutPoint> _spent = [];
    private readonly Func<long> _now;

    /// <param name="now">UNIX time, for the blocks that come.</param>
    public SimulatedNode(Func<long> now)
    {
        _now = now;
        Append([]);
        _known.Remove(_best[0].Hash);
        _best[0] = _best[0] with { Hash = Network.RegTest.GenesisHash };
        _known.Add(_best[0].Hash, _best[0]);
    }

    public bool IsUp { get; set; } = true;

    /// <summary>Satoshi per virtual byte; null where it has too little data.</summary>
    public decimal? Estimate { get; set; }

    public IReadOnlyList<Block> Best => _best;

    public Block Tip => _best[^1];

    public IReadOnlyCollection<Transaction> Mempool => _mempool.Values;

    public Block? Find(uint256 hash) => _known.GetValueOrDefault(hash);

    public bool IsInBest(Block block) => block.Height < _best.Count && _best[block.Height].Hash == block.Hash;

    public long MedianTime(Block block)
    {
        var times = new List<long>(MedianSpan);
        for (var it = block; it is not null && times.Count < MedianSpan; it = it.Previous is { } previous ? _known[previous] : null) times.Add(it.Time);
        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>A coin that nothing tracked has to do with.</summary>
    public OutPoint NewCoin(Money value, Script script)
    {
        var coinbase = Transaction.Create(Network.RegTest);
        coinbase.Inputs.Add(new OutPoint(), new Script(Op.GetPushOp(BitConverter.GetBytes(_known.Count))));
        coinbase.Outputs.Add(value, script);
        Append([coinbase]);
        return new OutPoint(coinbase, 0);
    }

    /// <summary>Mines what the mempool holds.</summary>
    public Block Mine() => Append([.. Ordered(_mempool.Values)]);

    public Block MineExactly(params Transaction[] transactions) => Append(transactions);

    /// <summary>A block that another node has.</summary>
    public void Connect(uint256 hash, long time, IReadOnlyList<Transaction> transactions) => Append(transactions, hash, time);

    /// <summary>The mempool that another node has.</summary>
    public void HoldExactly(IEnumerable<Transaction> transactions)
    {
        _mempool.Clear();
        foreach (var transaction in transactions) _mempool.Add(transaction.GetHash(), transaction);
    }

    public JsonNode? Run(string method, JsonArray parameters) => SimulatedCommands.Run(this, method, parameters);

    /// <summary>Takes the newest blocks away: what stood in them is in the mempool again.</summary>
    public void Invalidate(int depth)
    {
        var gone = _best[^depth..];
        _best.RemoveRange(_best.Count - depth, depth);
        foreach (var transaction in gone.SelectMany(it => it.Transactions))
        {
            _mined.Remove(transaction.GetHash());
            _spent.ExceptWith(transaction.Inputs.Select(it => it.PrevOut));
        }
        foreach (var transaction in gone.SelectMany(it => it.Transactions).Where(it => !it.IsCoinBase && it.Inputs.All(input => !IsSpentInMempool(input.PrevOut)))) _mempool.TryAdd(transaction.GetHash(), transaction);
    }

    /// <summary>Forgets what is not mined, as a restart without saving does.</summary>
    public void DropMempool() => _mempool.Clear();

    public Transaction? InMempool(uint256 txid) => _mempool.GetValueOrDefault(txid);

    public (Transaction Transaction, Block Block)? InBlock(uint256 txid) => _mined.TryGetValue(txid, out var mined) ? mined : null;

    /// <summary>An output that nothing spends; the block is null in the mempool.</summary>
    public (TxOut Output, Block? Block)? FindUnspent(OutPoint outPoint, bool withMempool)
    {
        if (withMempool && IsSpentInMempool(outPoint)) return null;
        if (InBlock(outPoint.Hash) is { } mined)
            return outPoint.N < mined.Transaction.Outputs.Count && !_spent.Contains(outPoint) ? (mined.Transaction.Outputs[(int)outPoint.N], mined.Block) : null;
        return withMempool && InMempool(outPoint.Hash) is { } waiting && outPoint.N < waiting.Outputs.Count ? (waiting.Outputs[(int)outPoint.N], null) : null;
    }

    /// <summary>Whether the mempool would take it; the code and word of the refusal otherwise.</summary>
    public (int Code, string Reason)? Judge(Transaction transaction)
    {
        var txid = transaction.GetHash();
        if (_mempool.ContainsKey(txid)) return (-25, "txn-already-in-mempool");
        if (InBlock(txid) is not null && Enumerable.Range(0, transaction.Outputs.Count).Any(i => FindUnspent(new OutPoint(txid, i), withMempool: false) is not null)) return (-27, "txn-already-known");
        var spent = transaction.Inputs.Select(it => FindUnspent(it.PrevOut, withMempool: false)?.Output ?? (InMempool(it.PrevOut.Hash) is { } parent && it.PrevOut.N < parent.Outputs.Count ? parent.Outputs[(int)it.PrevOut.N] : null)).ToList();
        if (spent.Any(it => it is null)) return (-25, "missing-inputs");
        if (!IsFinal(transaction)) return (-26, "non-final");
        var fee = spent.Sum(it => it!.Value.Satoshi) - transaction.Outputs.Sum(it => it.Value.Satoshi);
        if (fee < 0) return (-26, "bad-txns-in-belowout");
        if (fee < transaction.GetVirtualSize()) return (-26, $"min relay fee not met, {fee} < {transaction.GetVirtualSize()}");
        foreach (var other in Conflicts(transaction))
            if (FeeOf(other) >= fee) return (-26, $"insufficient fee, rejecting replacement {txid}");
        return null;
    }

    /// <summary>Takes it into the mempool if it would, in the place of what it replaces.</summary>
    public (int Code, string Reason)? Send(Transaction transaction)
    {
        if (Judge(transaction) is { } refusal) return refusal;
        foreach (var other in Conflicts(transaction).ToList()) Evict(other);
        _mempool.Add(transaction.GetHash(), transaction);
        return null;
    }

    private IEnumerable<Transaction> Conflicts(Transaction transaction) => _mempool.Values.Where(it => it.Inputs.Any(input => transaction.Inputs.Any(mine => mine.PrevOut == input.PrevOut)));

    /// <summary>What it pays; 0 where a parent is known no more.</summary>
    public long FeeOf(Transaction transaction)
    {
        var spent = transaction.Inputs.Select(it => (InBlock(it.PrevOut.Hash)?.Transaction ?? InMempool(it.PrevOut.Hash))?.Outputs[(int)it.PrevOut.N].Value.Satoshi).ToList();
        return transaction.IsCoinBase || spent.Any(it => it is null) ? 0 : spent.Sum(it => it!.Value) - transaction.Outputs.Sum(it => it.Value.Satoshi);
    }

    private bool IsFinal(Transaction transaction)
    {
        if (transaction.Inputs.All(it => it.Sequence == Sequence.Final) || transaction.LockTime.Value == 0) return true;
        return transaction.LockTime.IsHeightLock ? transaction.LockTime.Value <= Tip.Height : transaction.LockTime.Value < MedianTime(Tip);
    }

    private bool IsSpentInMempool(OutPoint outPoint) => _mempool.Values.Any(it => Spends(it, outPoint));

    private static bool Spends(Transaction transaction, OutPoint outPoint) => transaction.Inputs.Any(it => it.PrevOut == outPoint);

    private void Evict(Transaction transaction)
    {
        if (!_mempool.Remove(transaction.GetHash())) return;
        foreach (var child in _mempool.Values.Where(it => it.Inputs.Any(input => input.PrevOut.Hash == transaction.GetHash())).ToList()) Evict(child);
    }

    private static List<Transaction> Ordered(IEnumerable<Transaction> transactions)
    {
        var ordered = new List<Transaction>();
        var left = transactions.ToList();
        while (left.Count > 0)
        {
            var next = left.First(it => !it.Inputs.Any(input => left.Any(other => other.GetHash() == input.PrevOut.Hash)));
            left.Remove(next);
            ordered.Add(next);
        }
        return ordered;
    }

    private Block Append(IReadOnlyList<Transaction> transactions, uint256? hash = null, long? time = null)
    {
        var seed = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(seed, _known.Count + 1);
        var block = new Block(hash ?? Hashes.DoubleSHA256(seed), _best.Count, _best.Count == 0 ? null : Tip.Hash, time ?? (_best.Count == 0 ? _now() : Math.Max(_now(), MedianTime(Tip) + 1)), transactions);
        _known[block.Hash] = block;   // a block may come back
        _best.Add(block);
        foreach (var mined in transactions)
        {
            _mempool.Remove(mined.GetHash());
            _mined[mined.GetHash()] = (mined, block);
            _spent.UnionWith(mined.Inputs.Select(it => it.PrevOut));
            foreach (var other in Conflicts(mined).ToList()) Evict(other);
        }
        return block;
    }

    public sealed record Block(uint256 Hash, int Height, uint256? Previous, long Time, IReadOnlyList<Transaction> Transactions);
}

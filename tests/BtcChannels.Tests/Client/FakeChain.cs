using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>A chain in memory: a test mines, reorganises, and takes it away. It keeps the contract of <see cref="IChain"/>, watching included.</summary>
internal sealed class FakeChain(Network network) : IChain
{
    public const long GenesisTime = 1_800_000_000;

    private readonly object _gate = new();
    private readonly List<FakeBlock> _best = [new(new ChainTip(0, Hash("genesis"), GenesisTime), [])];
    private readonly Dictionary<string, FakeBlock> _all = [];
    private readonly HashSet<Script> _scripts = [];
    private readonly HashSet<OutPoint> _outPoints = [];
    private int _forks;

    private sealed record FakeBlock(ChainTip Tip, IReadOnlyList<Transaction> Transactions);

    public Network Network => network;

    /// <summary>While it is true every call fails.</summary>
    public bool IsAway { get; set; }

    public FeeRate? Estimate { get; set; }

    /// <summary>What a broadcast answers.</summary>
    public Func<Transaction, BroadcastOutcome> OnBroadcast { get; set; } = _ => new BroadcastOutcome.InMempool();

    public List<Transaction> Broadcasts { get; } = [];

    public ChainTip Tip => _best[^1].Tip;

    public void Mine(params Transaction[] transactions) => MineAt(Tip.MedianTime + 600, transactions);

    public void MineAt(long medianTime, params Transaction[] transactions)
    {
        lock (_gate)
        {
            var height = Tip.Height + 1;
            Add(new(new ChainTip(height, Hash($"{height} of {_forks}"), medianTime), transactions));
        }
    }

    /// <summary>Takes the newest blocks away, and mines empty ones in their place and one more.</summary>
    public void Reorganise(int depth)
    {
        lock (_gate)
        {
            _forks++;
            _best.RemoveRange(_best.Count - depth, depth);
        }
        for (var i = 0; i <= depth; i++) Mine();
    }

    public Task<ChainTip> GetTipAsync(CancellationToken ct) => Task.FromResult(Here(Tip));

    public Task<UnspentOutput?> GetUnspentAsync(OutPoint outPoint, CancellationToken ct)
    {
        Here(true);
        lock (_gate)
        {
            var isSpent = _best.SelectMany(block => block.Transactions).Any(it => it.Inputs.Any(input => input.PrevOut == outPoint));
            var found = from block in _best from it in block.Transactions where it.GetHash() == outPoint.Hash select new UnspentOutput(it.Outputs[(int)outPoint.N], block.Tip.Height);
            return Task.FromResult(isSpent ? null : found.SingleOrDefault());
        }
    }

    public Task WatchAsync(Script script, CancellationToken ct)
    {
        lock (_gate) _scripts.Add(script);
        return Task.CompletedTask;
    }

    public Task WatchAsync(OutPoint outPoint, CancellationToken ct)
    {
        lock (_gate) _outPoints.Add(outPoint);
        return Task.CompletedTask;
    }

    public Task UnwatchAsync(Script script, CancellationToken ct)
    {
        lock (_gate) _scripts.Remove(script);
        return Task.CompletedTask;
    }

    public Task UnwatchAsync(OutPoint outPoint, CancellationToken ct)
    {
        lock (_gate) _outPoints.Remove(outPoint);
        return Task.CompletedTask;
    }

    public Task<ChainCursor> GetCursorAsync(CancellationToken ct) => Task.FromResult(Here(new ChainCursor(Tip.Hash.ToString())));

    public Task<ChainEvent?> NextAsync(ChainCursor after, CancellationToken ct)
    {
        Here(true);
        lock (_gate)
        {
            var at = _best.FindIndex(block => block.Tip.Hash.ToString() == after.Text);
            if (at < 0)
            {
                var stale = _all[after.Text];
                var parent = _all.Values.Concat(_best).First(block => block.Tip.Height == stale.Tip.Height - 1 && (block.Tip.Height == 0 || IsParent(block, stale)));
                return Task.FromResult<ChainEvent?>(new ChainEvent.Disconnected(new ChainCursor(parent.Tip.Hash.ToString()), stale.Tip));
            }
            if (at == _best.Count - 1) return Task.FromResult<ChainEvent?>(null);
            var next = _best[at + 1];
            return Task.FromResult<ChainEvent?>(new ChainEvent.Connected(new ChainCursor(next.Tip.Hash.ToString()), next.Tip, [.. next.Transactions.SelectMany(Search)]));
        }
    }

    public Task WaitAsync(CancellationToken ct) => Task.Delay(1, ct);

    public Task<MempoolVerdict> TestAsync(Transaction transaction, CancellationToken ct) => throw new NotSupportedException();

    public Task<BroadcastOutcome> BroadcastAsync(Transaction transaction, CancellationToken ct)
    {
        Here(true);
        lock (_gate) Broadcasts.Add(transaction);
        return Task.FromResult(OnBroadcast(transaction));
    }

    public Task<FeeRate?> EstimateFeeAsync(int blocks, CancellationToken ct) => Task.FromResult(Here(Estimate));

    private readonly Dictionary<uint256, uint256> _parents = [];

    private bool IsParent(FakeBlock block, FakeBlock child) => _parents[child.Tip.Hash] == block.Tip.Hash;

    private void Add(FakeBlock block)
    {
        _parents[block.Tip.Hash] = Tip.Hash;
        _best.Add(block);
        _all[block.Tip.Hash.ToString()] = block;
    }

    private IEnumerable<ChainMatch> Search(Transaction transaction)
    {
        foreach (var input in transaction.Inputs)
            if (_outPoints.Contains(input.PrevOut)) yield return new ChainMatch.Spent(input.PrevOut, transaction);
        var txid = transaction.GetHash();
        for (var i = 0; i < transaction.Outputs.Count; i++)
            if (_scripts.Contains(transaction.Outputs[i].ScriptPubKey)) yield return new ChainMatch.Paid(new OutPoint(txid, i), transaction.Outputs[i], transaction);
    }

    private T Here<T>(T value) => IsAway ? throw new ChainUnavailableException("The node is away") : value;

    private static uint256 Hash(string name) => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes("block " + name)));
}

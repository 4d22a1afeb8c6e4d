using System.Collections.Concurrent;
using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>A chain in memory that a test writes: blocks, mempool, reorganisations, outages, and a node's opinions.</summary>
public sealed class FakeChain(ManualClock clock) : IChain
{
    private const int FirstHeight = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<uint256, Transaction> _mempool = [];
    private readonly Steps _steps = new();
    private FakeBlocks? _blocks;

    public Network Network => Network.RegTest;

    /// <summary>The node does not answer.</summary>
    public bool IsAway { get; set; }

    /// <summary>What is thrown instead where the node is worse than away.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Median time of the blocks that come; the clock's time where null.</summary>
    public long? MedianTime { get; set; }

    public FeeRate? Estimate { get; set; }

    public Func<Transaction, MempoolVerdict> Verdict { get; set; } = _ => new MempoolVerdict.Acceptable();

    /// <summary>Runs before a broadcast; what it returns is the outcome, unless it is null.</summary>
    public Func<Transaction, CancellationToken, Task<BroadcastOutcome?>>? OnBroadcast { get; set; }

    public Func<Task>? OnWatch { get; set; }

    /// <summary>Runs as a transaction is tested.</summary>
    public Func<Task>? OnTest { get; set; }

    public Func<OutPoint, Task>? OnGetUnspent { get; set; }

    /// <summary>The deposits that were announced.</summary>
    public HashSet<uint256> Expected { get; } = [];

    public ConcurrentQueue<Transaction> Broadcasts { get; } = new();

    public ChainTip Tip
    {
        get
        {
            lock (_gate) return Blocks.Tip;
        }
    }

    public bool IsWatched(OutPoint outPoint)
    {
        lock (_gate) return Blocks.IsWatched(outPoint);
    }

    public bool IsWatched(Script script)
    {
        lock (_gate) return Blocks.IsWatched(script);
    }

    /// <summary>As a restart of the program forgets it.</summary>
    public void ForgetWatches()
    {
        lock (_gate) Blocks.UnwatchAll();
    }

    public int BroadcastsOf(uint256 txid) => Broadcasts.Count(it => it.GetHash() == txid);

    public void Mine(params Transaction[] transactions)
    {
        lock (_gate) Append(transactions);
    }

    public void MineEmpty(int count)
    {
        for (var i = 0; i < count; i++) Mine();
    }

    /// <summary>Mines what was broadcast.</summary>
    public void MineMempool()
    {
        lock (_gate) Append([.. _mempool.Values]);
    }

    /// <summary>The node hears of a transaction, from whomever.</summary>
    public void Relay(Transaction transaction)
    {
        lock (_gate) _mempool[transaction.GetHash()] = transaction;
    }

    /// <summary>The node forgets what is not mined.</summary>
    public void DropMempool()
    {
        lock (_gate) _mempool.Clear();
    }

    /// <summary>Replaces the newest blocks by as many and one more; the first of them holds these transactions, the others none.</summary>
    public void Reorganise(int depth, params Transaction[] inFirst)
    {
        lock (_gate)
        {
            foreach (var transaction in Blocks.Remove(depth)) _mempool.TryAdd(transaction.GetHash(), transaction);
            Append(inFirst);
            for (var i = 0; i < depth; i++) Append([]);
        }
    }

    /// <summary>Lets the watcher look, and ends once it has dealt with everything that is there now.</summary>
    public Task SettleAsync() => _steps.SettleAsync().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>The node goes away, and the watcher has noticed.</summary>
    public async Task GoAwayAsync()
    {
        IsAway = true;
        _steps.Wake();
        await clock.UntilSomeoneWaitsAsync();
    }

    /// <summary>The node is back, and the watcher has dealt with what it tells. The clock moves by the watcher's longest pause.</summary>
    public async Task ComeBackAsync()
    {
        await clock.UntilSomeoneWaitsAsync();
        IsAway = false;
        var settled = SettleAsync();
        clock.Advance(TimeSpan.FromSeconds(10));
        await settled;
    }

    public Task<ChainTip> GetTipAsync(CancellationToken ct) => AnswerAsync(() => Blocks.Tip);

    public async Task<UnspentOutput?> GetUnspentAsync(OutPoint outPoint, CancellationToken ct)
    {
        if (OnGetUnspent is { } hook) await hook(outPoint);
        return await AnswerAsync<UnspentOutput?>(() =>
        {
            if (SpentBy(outPoint) is not null) return null;
            if (Blocks.Find(outPoint) is { } mined) return mined;
            return _mempool.TryGetValue(outPoint.Hash, out var unmined) ? new(unmined.Outputs[(int)outPoint.N], null) : null;
        });
    }

    public Task ResumeAsync(ChainCursor stored, CancellationToken ct) => AnswerAsync(() => true);

    public Task ExpectAsync(Transaction deposit, Script script, CancellationToken ct) => AnswerAsync(() => Expected.Add(deposit.GetHash()));

    public async Task WatchAsync(Script script, CancellationToken ct)
    {
        if (OnWatch is { } hook) await hook();
        await AnswerAsync(() => Blocks.Watch(script));
    }

    public async Task WatchAsync(OutPoint outPoint, CancellationToken ct)
    {
        if (OnWatch is { } hook) await hook();
        await AnswerAsync(() => Blocks.Watch(outPoint));
    }

    public Task UnwatchAsync(Script script, CancellationToken ct) => AnswerAsync(() => Blocks.Unwatch(script));

    public Task UnwatchAsync(OutPoint outPoint, CancellationToken ct) => AnswerAsync(() => Blocks.Unwatch(outPoint));

    public Task<ChainCursor> GetCursorAsync(CancellationToken ct) => AnswerAsync(() => Blocks.Cursor);

    public Task<ChainEvent?> NextAsync(ChainCursor after, CancellationToken ct) => AnswerAsync(() => Blocks.Next(after));

    /// <summary>Until a test says <see cref="SettleAsync"/>.</summary>
    public Task WaitAsync(CancellationToken ct) => _steps.WaitAsync(ct);

    public async Task<MempoolVerdict> TestAsync(Transaction transaction, CancellationToken ct)
    {
        if (OnTest is { } hook) await hook();
        return await AnswerAsync(() => Verdict(transaction));
    }

    public async Task<BroadcastOutcome> BroadcastAsync(Transaction transaction, CancellationToken ct)
    {
        Broadcasts.Enqueue(transaction);
        var scripted = OnBroadcast is { } hook ? await hook(transaction, ct) : null;
        return await AnswerAsync<BroadcastOutcome>(() =>
        {
            if (scripted is not null) return scripted;
            var txid = transaction.GetHash();
            if (Blocks.Contains(txid)) return new BroadcastOutcome.InChain();
            if (transaction.Inputs.Any(it => !Blocks.Contains(it.PrevOut.Hash) && !_mempool.ContainsKey(it.PrevOut.Hash))) return new BroadcastOutcome.InputsMissing();
            if (transaction.Inputs.Any(it => SpentBy(it.PrevOut) is { } other && other.GetHash() != txid)) return new BroadcastOutcome.Conflicts("txn-mempool-conflict");
            _mempool[txid] = transaction;
            return new BroadcastOutcome.InMempool();
        });
    }

    public Task<FeeRate?> EstimateFeeAsync(int blocks, CancellationToken ct) => AnswerAsync(() => Estimate);

    // Not before a test has set the time of the first block.
    private FakeBlocks Blocks => _blocks ??= new(FirstHeight, BlockTime);

    private long BlockTime => MedianTime ?? clock.Now;

    private void Append(Transaction[] transactions)
    {
        Blocks.Append(BlockTime, transactions);
        var spent = transactions.SelectMany(it => it.Inputs).Select(it => it.PrevOut).ToHashSet();
        foreach (var gone in _mempool.Where(it => it.Value.Inputs.Any(input => spent.Contains(input.PrevOut))).ToList()) _mempool.Remove(gone.Key);
    }

    private Transaction? SpentBy(OutPoint outPoint) => Blocks.SpendOf(outPoint) ?? _mempool.Values.FirstOrDefault(it => it.Inputs.Any(input => input.PrevOut == outPoint));

    private Task<T> AnswerAsync<T>(Func<T> answer)
    {
        lock (_gate)
        {
            return Fault is { } fault ? Task.FromException<T>(fault)
                : IsAway ? Task.FromException<T>(new ChainUnavailableException("The node is away"))
                : Task.FromResult(answer());
        }
    }
}

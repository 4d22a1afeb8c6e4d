using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>A chain in memory: a test mines, reorganises, and takes it away. It keeps the contract of <see cref="IChain"/>, watching included.</summary>
internal sealed class FakeChain(Network network) : IChain
{
    public const long GenesisTime = 1_800_000_000;

    private readonly object _gate = new();
    private readonly FakeBlocks _blocks = new(0, GenesisTime);

    public Network Network => network;

    /// <summary>While it is true every call fails.</summary>
    public bool IsAway { get; set; }

    public FeeRate? Estimate { get; set; }

    /// <summary>What a broadcast answers.</summary>
    public Func<Transaction, BroadcastOutcome> OnBroadcast { get; set; } = _ => new BroadcastOutcome.InMempool();

    public List<Transaction> Broadcasts { get; } = [];

    public ChainTip Tip => _blocks.Tip;

    public void Mine(params Transaction[] transactions) => MineAt(Tip.MedianTime + 600, transactions);

    public void MineAt(long medianTime, params Transaction[] transactions)
    {
        lock (_gate) _blocks.Append(medianTime, transactions);
    }

    /// <summary>Takes the newest blocks away, and mines empty ones in their place and one more.</summary>
    public void Reorganise(int depth)
    {
        lock (_gate) _blocks.Remove(depth);
        for (var i = 0; i <= depth; i++) Mine();
    }

    public Task<ChainTip> GetTipAsync(CancellationToken ct) => Task.FromResult(Here(Tip));

    public Task<UnspentOutput?> GetUnspentAsync(OutPoint outPoint, CancellationToken ct)
    {
        Here(true);
        lock (_gate) return Task.FromResult(_blocks.SpendOf(outPoint) is null ? _blocks.Find(outPoint) : null);
    }

    public Task ResumeAsync(ChainCursor stored, CancellationToken ct) => Task.CompletedTask;

    public Task ExpectAsync(Transaction deposit, Script script, CancellationToken ct) => Task.CompletedTask;

    public Task WatchAsync(Script script, CancellationToken ct)
    {
        lock (_gate) _blocks.Watch(script);
        return Task.CompletedTask;
    }

    public Task WatchAsync(OutPoint outPoint, CancellationToken ct)
    {
        lock (_gate) _blocks.Watch(outPoint);
        return Task.CompletedTask;
    }

    public Task UnwatchAsync(Script script, CancellationToken ct)
    {
        lock (_gate) _blocks.Unwatch(script);
        return Task.CompletedTask;
    }

    public Task UnwatchAsync(OutPoint outPoint, CancellationToken ct)
    {
        lock (_gate) _blocks.Unwatch(outPoint);
        return Task.CompletedTask;
    }

    public Task<ChainCursor> GetCursorAsync(CancellationToken ct) => Task.FromResult(Here(_blocks.Cursor));

    public Task<ChainEvent?> NextAsync(ChainCursor after, CancellationToken ct)
    {
        Here(true);
        lock (_gate) return Task.FromResult(_blocks.Next(after));
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

    private T Here<T>(T value) => IsAway ? throw new ChainUnavailableException("The node is away") : value;
}

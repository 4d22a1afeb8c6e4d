using BtcChannels.Chain;
using NBitcoin;

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>A chain whose follower looks when a test tells him to, and says when he has dealt with what there is.</summary>
internal sealed class SteppedChain(IChain inner) : IChain
{
    private readonly Steps _steps = new();

    public Network Network => inner.Network;

    public Task SettleAsync() => _steps.SettleAsync();

    public Task WaitAsync(CancellationToken ct) => _steps.WaitAsync(ct);

    public Task<ChainTip> GetTipAsync(CancellationToken ct) => inner.GetTipAsync(ct);

    public Task<UnspentOutput?> GetUnspentAsync(OutPoint outPoint, CancellationToken ct) => inner.GetUnspentAsync(outPoint, ct);

    public Task ResumeAsync(ChainCursor stored, CancellationToken ct) => inner.ResumeAsync(stored, ct);

    public Task ExpectAsync(Transaction deposit, Script script, CancellationToken ct) => inner.ExpectAsync(deposit, script, ct);

    public Task WatchAsync(Script script, CancellationToken ct) => inner.WatchAsync(script, ct);

    public Task WatchAsync(OutPoint outPoint, CancellationToken ct) => inner.WatchAsync(outPoint, ct);

    public Task UnwatchAsync(Script script, CancellationToken ct) => inner.UnwatchAsync(script, ct);

    public Task UnwatchAsync(OutPoint outPoint, CancellationToken ct) => inner.UnwatchAsync(outPoint, ct);

    public Task<ChainCursor> GetCursorAsync(CancellationToken ct) => inner.GetCursorAsync(ct);

    public Task<ChainEvent?> NextAsync(ChainCursor after, CancellationToken ct) => inner.NextAsync(after, ct);

    public Task<MempoolVerdict> TestAsync(Transaction transaction, CancellationToken ct) => inner.TestAsync(transaction, ct);

    public Task<BroadcastOutcome> BroadcastAsync(Transaction transaction, CancellationToken ct) => inner.BroadcastAsync(transaction, ct);

    public Task<FeeRate?> EstimateFeeAsync(int blocks, CancellationToken ct) => inner.EstimateFeeAsync(blocks, ct);
}

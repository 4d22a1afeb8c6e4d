using BtcChannels.Two1;

namespace BtcChannels.Storage.Postgres;

/// <summary>
/// Payments that one statement can write. A statement sees each row once, so those of one channel that build on each other count as one, which writes what the last
/// of them says; one that builds on something else has to wait for the next statement.
/// </summary>
internal sealed class PaymentBatch
{
    private readonly SortedDictionary<uint, List<QueuedPayment>> _chains = [];   // instances that write many channels at once take them in one order

    /// <summary>How many channels it writes.</summary>
    public int Count => _chains.Count;

    /// <summary>By channel, in their order.</summary>
    public IEnumerable<IReadOnlyList<QueuedPayment>> Chains => _chains.Values;

    public IEnumerable<QueuedPayment> Payments => _chains.Values.SelectMany(it => it);

    /// <returns>False where it has to wait, and everything that comes after it.</returns>
    public bool TryAdd(QueuedPayment next)
    {
        if (!_chains.TryGetValue(next.Paid.PayoutIndex, out var chain))
        {
            _chains.Add(next.Paid.PayoutIndex, [next]);
            return true;
        }
        if (!next.Paid.BuildsOn(chain[^1].Paid)) return false;
        chain.Add(next);
        return true;
    }

    /// <summary>A batch of each chain.</summary>
    public IEnumerable<PaymentBatch> Split()
    {
        foreach (var (channel, chain) in _chains)
        {
            var single = new PaymentBatch();
            single._chains.Add(channel, chain);
            yield return single;
        }
    }
}

/// <summary>A payment that waits to be written, and who waits for that.</summary>
internal sealed class QueuedPayment(PayableChannel paid, KeptAnswer? answer, PaymentToken? token)
{
    // Whoever waits must not run in the writer's stead.
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PayableChannel Paid => paid;

    public KeptAnswer? Answer => answer;

    public PaymentToken? Token => token;

    public Task<bool> Done => _done.Task;

    public void Tell(bool isWritten) => _done.TrySetResult(isWritten);

    public void Fail(Exception fault) => _done.TrySetException(fault);
}

using BtcChannels.Storage;
using BtcChannels.Two1;

namespace BtcChannels.Tests.AspNetCore.Concurrency;

/// <summary>
/// Stands before a store, and does nothing until it is told to: writes wait in their order for a commit that may fail, reads are answered late, and with what was
/// there when they were asked.
/// </summary>
internal sealed class FickleStore(IMerchantStore inner) : PartialStore
{
    private readonly List<Waiting> _writes = [];
    private readonly List<Action> _reads = [];

    /// <summary>Every write that came to be, in the order in which it did.</summary>
    public List<MerchantChannel> Committed { get; } = [];

    public bool IsBusy { get; set; }

    public int Writes => _writes.Count;

    public int Reads => _reads.Count;

    public override Task<MerchantChannel?> FindAsync(ChannelId id, CancellationToken ct)
    {
        var answer = new TaskCompletionSource<MerchantChannel?>();
        var found = Now(inner.FindAsync(id, ct));
        _reads.Add(() => answer.SetResult(found));
        return answer.Task;
    }

    public override Task<bool> TryWriteAsync(MerchantChannel changed, long fromVersion, IReadOnlyList<HistoryNote> notes, CancellationToken ct, PaymentToken? token = null) =>
        Enqueue(changed.Id, () => inner.TryWriteAsync(changed, fromVersion, notes, ct, token));

    public override Task<bool> TryWritePaymentAsync(PayableChannel paid, CancellationToken ct) =>
        IsBusy ? throw new StoreBusyException("The store") : Enqueue(paid.Id, () => inner.TryWritePaymentAsync(paid, ct));

    public override Task<bool> TryWriteAnsweredAsync(PayableChannel paid, KeptAnswer answer, CancellationToken ct) =>
        IsBusy ? throw new StoreBusyException("The store") : Enqueue(paid.Id, () => inner.TryWriteAnsweredAsync(paid, answer, ct));

    public void AnswerRead(int which)
    {
        var answer = _reads[which];
        _reads.RemoveAt(which);
        answer();
    }

    /// <summary>Writes the oldest, and only then tells: what follows from an answer finds all of them done.</summary>
    public void Commit(int count)
    {
        var batch = Take(count);
        var results = new List<bool>();
        foreach (var write in batch)
        {
            results.Add(Now(write.Do()));
            if (results[^1]) Committed.Add(Now(inner.FindAsync(write.Channel, CancellationToken.None))!);
        }
        for (var i = 0; i < batch.Count; i++) batch[i].Answer.SetResult(results[i]);
    }

    /// <summary>The disk refuses the oldest.</summary>
    public void Fail(int count)
    {
        foreach (var write in Take(count)) write.Answer.SetException(new StoreUnavailableException("The disk is full", null));
    }

    /// <summary>Somebody else changes a channel, if nobody was faster.</summary>
    public void WriteElsewhere(ChannelId id, Func<MerchantChannel, MerchantChannel?> change)
    {
        var row = Now(inner.FindAsync(id, CancellationToken.None))!;
        if (change(row) is { } changed && Now(inner.TryWriteAsync(changed, row.Version, CancellationToken.None))) Committed.Add(changed with { Version = row.Version + 1 });
    }

    public MerchantChannel Row(ChannelId id) => Now(inner.FindAsync(id, CancellationToken.None))!;

    private Task<bool> Enqueue(ChannelId channel, Func<Task<bool>> write)
    {
        var waiting = new Waiting(channel, write, new());
        _writes.Add(waiting);
        return waiting.Answer.Task;
    }

    private List<Waiting> Take(int count)
    {
        var batch = _writes[..count];
        _writes.RemoveRange(0, count);
        return batch;
    }

    private static T Now<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private sealed record Waiting(ChannelId Channel, Func<Task<bool>> Do, TaskCompletionSource<bool> Answer);
}

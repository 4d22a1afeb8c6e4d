using BtcChannels.Two1;
using Npgsql;

namespace BtcChannels.Storage.Postgres;

/// <summary>
/// Writes payments, in the order in which they come. What comes while a batch is being committed shares the next one, and nobody is told anything before the
/// commit; a payment that comes alone is not held back. A stale payment takes nothing of its neighbours with it, a batch that fails takes all of them.
/// </summary>
/// <remarks>
/// A batch whose connection is lost may have been committed all the same, or be committed yet. It is told as a failure, and the channels are read again before
/// anything else is made of them: a payment that is repeated is found there, since it repeats to the byte, or is judged anew; one that
/// comes to be only then finds its version gone, or was the customer's word to pay and is it still.
/// </remarks>
internal sealed class PaymentWriter : IAsyncDisposable
{
    /// <summary>With more than that waiting, the server does not keep up, and whoever comes is told so.</summary>
    public const int MaxWaiting = 10_000;

    // So that a long queue is answered bit by bit.
    private const int MaxBatch = 1_000;

    private readonly PostgresDatabase _database;
    private readonly Lock _gate = new();
    private readonly Queue<QueuedPayment> _waiting = new();
    private PaymentStatement? _statement;
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;
    private bool _ended;

    public PaymentWriter(PostgresDatabase database)
    {
        _database = database;
        Backlog = new StoreBacklog(() =>
        {
            lock (_gate) return _waiting.Count;
        });
    }

    public StoreBacklog Backlog { get; }

    /// <exception cref="StoreBusyException">Too much is waiting.</exception>
    public Task<bool> WriteAsync(PayableChannel paid, KeptAnswer? answer = null, PaymentToken? token = null)
    {
        if (paid.Balance.Newest is null) throw new ArgumentException("There is no payment to write", nameof(paid));
        var next = new QueuedPayment(paid, answer, token);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (_waiting.Count >= MaxWaiting) throw new StoreBusyException(_database.Name);
            _waiting.Enqueue(next);
            if (!_isWriting)
            {
                _isWriting = true;
                _writing = Task.Run(RunAsync);
            }
        }
        return next.Done;
    }

    /// <summary>Writes what waits, and takes no more.</summary>
    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_gate)
        {
            _ended = true;
            writing = _writing;
        }
        await writing;
        if (_statement is { } statement) await statement.DisposeAsync();
        _statement = null;
    }

    private async Task RunAsync()
    {
        while (Take() is { } batch) await WriteAsync(batch);
    }

    // Null once nothing waits.
    private PaymentBatch? Take()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _isWriting = false;
                return null;
            }
            var batch = new PaymentBatch();
            while (batch.Count < MaxBatch && _waiting.TryPeek(out var next) && batch.TryAdd(next)) _waiting.Dequeue();
            return batch;
        }
    }

    private async Task WriteAsync(PaymentBatch batch)
    {
        try
        {
            var written = await PostgresErrors.TranslateAsync(_database.Name, async () =>
            {
                _statement ??= await PaymentStatement.PrepareAsync(_database);
                return await _statement.WriteAsync(batch);
            });
            foreach (var payment in batch.Payments) payment.Tell(written.Contains(payment.Paid.PayoutIndex));
            Backlog.Tell(batch.Payments.Count());
        }
        catch (PostgresException) when (batch.Count > 1)
        {
            // Not the server's failure but that of one of them, which the statement does not tell: then each for itself.
            foreach (var single in batch.Split()) await WriteAsync(single);
        }
        catch (Exception fault)
        {
            foreach (var payment in batch.Payments) payment.Fail(fault);
            await LetGoAsync();
        }
    }

    // Not to be trusted with the next batch.
    private async Task LetGoAsync()
    {
        var (statement, _) = (_statement, _statement = null);
        if (statement is null) return;
        try
        {
            await statement.DisposeAsync();
        }
        catch (NpgsqlException)
        {
            // It is broken already, which is why it goes.
        }
    }
}

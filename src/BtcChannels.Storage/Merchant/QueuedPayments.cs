using Microsoft.Data.Sqlite;

namespace BtcChannels.Storage;

/// <summary>
/// Payments on their way to the writer. Those of one channel that wait for the same commit, each built on the one before it, are one write: the row as the last of them says,
/// upon what the first follows. It stands or fails for all, as they would one by one.
/// </summary>
/// <param name="file">Where they are written.</param>
/// <param name="write">Writes the first to the last of them; false where the channel is not what the first follows.</param>
internal sealed class QueuedPayments(SqliteFile file, Func<SqliteConnection, SqliteTransaction, PayableChannel, PayableChannel, bool> write)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, PaymentWrite> _waiting = [];

    /// <inheritdoc cref="IMerchantStore.TryWritePaymentAsync"/>
    public Task<bool> WriteAsync(PayableChannel paid, CancellationToken ct)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(paid.PayoutIndex, out var earlier) && earlier.TryJoin(paid, ct)) return earlier.Done;
            var next = new PaymentWrite(this, paid, write, ct);
            var done = file.WriteAsync(next);
            _waiting[paid.PayoutIndex] = next;
            return done;
        }
    }

    private sealed class PaymentWrite(QueuedPayments queue, PayableChannel first, Func<SqliteConnection, SqliteTransaction, PayableChannel, PayableChannel, bool> write, CancellationToken ct)
        : SqliteWork<bool>
    {
        private PayableChannel? _joined;   // the last of those that did

        public override bool IsOneStatement => first.Note is null;

        /// <summary>Under the queue's lock, and not once it is closed. What may be given up stays for itself.</summary>
        public bool TryJoin(PayableChannel next, CancellationToken nexts)
        {
            if (ct.CanBeCanceled || nexts.CanBeCanceled || !next.BuildsOn(_joined ?? first)) return false;
            _joined = next;
            return true;
        }

        public override void Close()
        {
            lock (queue._gate)
            {
                if (queue._waiting.TryGetValue(first.PayoutIndex, out var newest) && newest == this) queue._waiting.Remove(first.PayoutIndex);
            }
        }

        protected override bool Run(SqliteConnection db, SqliteTransaction transaction)
        {
            ct.ThrowIfCancellationRequested();
            return write(db, transaction, first, _joined ?? first);
        }
    }
}

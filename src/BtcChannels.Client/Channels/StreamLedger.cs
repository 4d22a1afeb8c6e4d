using BtcChannels.Wire;

namespace BtcChannels.Client;

/// <summary>What was sent in a stream and has no answer yet. One adds, another settles.</summary>
internal sealed class StreamLedger
{
    private readonly Lock _gate = new();
    private readonly Queue<(ulong Number, WantedPayment Payment)> _sent = [];
    private readonly List<WantedPayment> _refused = [];
    private TaskCompletionSource _changed = New();

    /// <summary>How many are without an acknowledgement.</summary>
    public int Count { get { lock (_gate) return _sent.Count + _refused.Count; } }

    /// <summary>Something is refused, and nothing after it is acknowledged yet: until that is known, nothing more is to be sent.</summary>
    public bool IsHalted { get { lock (_gate) return _refused.Count > 0; } }

    /// <summary>Whether every payment has an answer.</summary>
    public bool IsAnswered { get { lock (_gate) return _sent.Count == 0; } }

    /// <summary>Ends at the next change.</summary>
    public Task ChangeAsync() { lock (_gate) return _changed.Task; }

    public void Add(ulong first, IEnumerable<WantedPayment> payments)
    {
        lock (_gate)
            foreach (var payment in payments) _sent.Enqueue((first++, payment));
    }

    /// <returns>What this answer acknowledges, in order; null where it is none to what was sent.</returns>
    public IReadOnlyList<WantedPayment>? Settle(StreamAnswer answer)
    {
        lock (_gate)
        {
            if (!_sent.TryPeek(out var oldest) || answer.Number < oldest.Number || answer.Number >= oldest.Number + (ulong)_sent.Count) return null;
            if (!answer.IsAcknowledgement && answer.Number != oldest.Number) return null;
            var answered = new List<WantedPayment>();
            while (_sent.TryPeek(out var next) && next.Number <= answer.Number) answered.Add(_sent.Dequeue().Payment);
            var isTrue = answered[^1].Signed!.Authorized.Satoshi == (long)Math.Min(answer.Receipt.TotalSat, long.MaxValue);
            // A total holds those before it: what is acknowledged now was refused in vain.
            if (answer.IsAcknowledgement && isTrue)
            {
                answered.InsertRange(0, _refused);
                _refused.Clear();
            }
            else
            {
                _refused.AddRange(answered);
                answered.Clear();
            }
            var changed = _changed;
            _changed = New();
            changed.SetResult();
            return isTrue ? answered : null;
        }
    }

    /// <summary>What is left without an acknowledgement. Nothing is afterwards.</summary>
    public IReadOnlyList<WantedPayment> TakeRest()
    {
        lock (_gate)
        {
            List<WantedPayment> rest = [.. _refused, .. _sent.Select(it => it.Payment)];
            _refused.Clear();
            _sent.Clear();
            return rest;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

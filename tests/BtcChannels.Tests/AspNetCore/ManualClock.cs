namespace BtcChannels.Tests.AspNetCore;

/// <summary>A clock that stands still until it is moved. Timers due by then fire in the moving thread.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = DateTimeOffset.FromUnixTimeSeconds(1_763_720_000);
    private TaskCompletionSource _someoneWaits = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How long things have taken beyond what they really took: timestamps, which else go on as they do, are so much later.</summary>
    public TimeSpan Delay { get; set; }

    public long Now => GetUtcNow().ToUnixTimeSeconds();

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Delay.TotalSeconds * TimestampFrequency);

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (_gate)
        {
            _now += by;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            foreach (var timer in due) Remove(timer);
        }
        foreach (var timer in due) timer.Fire();
    }

    public void AdvanceTo(long unixSeconds) => Advance(DateTimeOffset.FromUnixTimeSeconds(unixSeconds) - GetUtcNow());

    /// <summary>Ends once somebody waits for this clock to move.</summary>
    public Task UntilSomeoneWaitsAsync()
    {
        lock (_gate) return _someoneWaits.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Remove(Timer timer)
    {
        _timers.Remove(timer);
        if (_timers.Count == 0 && _someoneWaits.Task.IsCompleted) _someoneWaits = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Timer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero) throw new NotSupportedException("Nobody here waits periodically");
            lock (clock._gate)
            {
                clock.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = clock._now + dueTime;
                clock._timers.Add(this);
                clock._someoneWaits.TrySetResult();
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._gate) clock.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

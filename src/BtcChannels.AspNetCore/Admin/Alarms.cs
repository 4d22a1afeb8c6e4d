using Microsoft.Extensions.Logging;

namespace BtcChannels.AspNetCore.Admin;

/// <summary>What the merchant has shouted since the start: the last of what his log holds as errors, for whoever looks at the dashboard.</summary>
internal sealed class Alarms(TimeProvider clock) : ILoggerProvider
{
    private const int Most = 200;

    private readonly Queue<AlarmAnswer> _last = new();
    private readonly Lock _gate = new();
    private long _count;

    /// <summary>How many there were, those forgotten too.</summary>
    public long Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>The last ones, newest first.</summary>
    public IReadOnlyList<AlarmAnswer> Last
    {
        get
        {
            lock (_gate) return [.. _last.Reverse()];
        }
    }

    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("BtcChannels.", StringComparison.Ordinal) ? new Listener(this) : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Dispose()
    {
    }

    private void Add(LogLevel level, EventId id, string text)
    {
        lock (_gate)
        {
            _count++;
            _last.Enqueue(new(clock.GetUtcNow().ToUnixTimeSeconds(), level == LogLevel.Critical ? "critical" : "error", id.Id, text));
            if (_last.Count > Most) _last.Dequeue();
        }
    }

    private sealed class Listener(Alarms alarms) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) alarms.Add(logLevel, eventId, formatter(state, exception));
        }
    }
}

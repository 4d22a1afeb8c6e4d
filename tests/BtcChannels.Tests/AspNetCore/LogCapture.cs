using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Keeps whatever is logged.</summary>
public sealed class LogCapture(LogLevel finest) : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public LogLevel Finest => finest;

    public IReadOnlyList<LogLine> Lines => [.. _lines];

    /// <summary>Runs as a line is written: between two steps of whoever writes it.</summary>
    public Action<LogLine>? OnLine { get; set; }

    public IEnumerable<LogLine> Of(LogLevel level) => Lines.Where(line => line.Level == level);

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose() { }

    private sealed class Logger(LogCapture capture) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= capture.Finest;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // A template need not name every value that a structured log keeps.
            var values = state is IReadOnlyList<KeyValuePair<string, object?>> named ? string.Join(' ', named.Select(it => it.Value)) : "";
            var line = new LogLine(logLevel, eventId.Id, $"{formatter(state, exception)} {exception}", values);
            capture._lines.Enqueue(line);
            capture.OnLine?.Invoke(line);
        }
    }
}

public sealed record LogLine(LogLevel Level, int Id, string Text, string Values);

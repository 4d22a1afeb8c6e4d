using System.Diagnostics;
using System.Text.Json;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>What a load came to.</summary>
/// <param name="Accepted">Payments acknowledged.</param>
/// <param name="Refused">Payments answered otherwise.</param>
/// <param name="PerSecond">Acknowledged a second.</param>
/// <param name="P50">Latency, milliseconds.</param>
/// <param name="P99">The same.</param>
/// <param name="P999">The same.</param>
internal sealed record LoadResult(int Accepted, int Refused, double PerSecond, double P50, double P99, double P999)
{
    /// <summary>Counts the middle four fifths of them: at first the load's own program is compiled, and at last its connections end one by one.</summary>
    public static LoadResult OfMiddle(IReadOnlyList<LoadPart> parts)
    {
        var times = parts.SelectMany(it => it.Times).Order().ToArray();
        var (first, last) = (times.Length / 10, times.Length - 1 - (times.Length / 10));
        return Of(parts, (last - first) / Stopwatch.GetElapsedTime(times[first], times[last]).TotalSeconds);
    }

    /// <summary>Counts them all, as they have to be where many are acknowledged at once.</summary>
    public static LoadResult Of(IReadOnlyList<LoadPart> parts, TimeSpan time) => Of(parts, parts.Sum(it => it.Accepted) / time.TotalSeconds);

    private static LoadResult Of(IReadOnlyList<LoadPart> parts, double perSecond)
    {
        var latencies = parts.SelectMany(it => it.Latencies).Order().ToArray();
        double At(double share) => latencies[Math.Min(latencies.Length - 1, (int)(share * latencies.Length))];
        return new(parts.Sum(it => it.Accepted), parts.Sum(it => it.Refused), perSecond, At(0.5), At(0.99), At(0.999));
    }

    public string ToJson() => JsonSerializer.Serialize(this);

    public static LoadResult FromJson(string json) => JsonSerializer.Deserialize<LoadResult>(json)!;
}

/// <summary>What one connection has seen.</summary>
internal sealed class LoadPart
{
    public int Accepted => Times.Count;

    public int Refused { get; private set; }

    public List<double> Latencies { get; } = [];

    /// <summary>The time stamps at which payments were acknowledged.</summary>
    public List<long> Times { get; } = [];

    /// <param name="isAccepted">Whether it was acknowledged.</param>
    /// <param name="from">The time stamp at which it was due.</param>
    /// <param name="isTimed">Whether its latency counts.</param>
    public void Add(bool isAccepted, long from, bool isTimed = true)
    {
        var now = Stopwatch.GetTimestamp();
        if (isTimed) Latencies.Add(Stopwatch.GetElapsedTime(from, now).TotalMilliseconds);
        if (isAccepted) Times.Add(now);
        else Refused++;
    }
}

/// <summary>When a connection's next payment is due, so that all of them together come at even intervals. One that is late counts from when it was due.</summary>
internal sealed class Pace(long start, double perSecond, int number, int connections)
{
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(1);

    private long _sent;

    /// <returns>The time stamp at which it was due.</returns>
    public async ValueTask<long> NextAsync()
    {
        var due = start + (long)((number + (_sent++ * connections)) / perSecond * Stopwatch.Frequency);
        var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (early >= s_least) await Task.Delay(early);
        return due;
    }
}

using System.Collections.Concurrent;

namespace BtcChannels.AspNetCore;

/// <summary>
/// So many a second for each key, with a second's worth at once. Of a key one time is kept: until when what it has taken is paid back, at its rate (the generic cell rate algorithm). Nothing
/// has to be done for those who do not come, so that a million of them cost nothing but memory, and that for <see cref="SweepAfter"/> at the most.
/// </summary>
internal sealed class Allowances<TKey> where TKey : notnull
{
    /// <summary>How often those are forgotten who have their whole allowance again.</summary>
    public static readonly TimeSpan SweepAfter = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly long _burst;   // in the clock's ticks, as all times here
    private readonly long _each;
    private readonly ConcurrentDictionary<TKey, long> _until = new();
    private long _sweptAt;

    /// <param name="perSecond">1 or more.</param>
    /// <param name="clock">Whose time stamps count.</param>
    public Allowances(int perSecond, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        (_clock, _burst, _each) = (clock, clock.TimestampFrequency, Math.Max(1, clock.TimestampFrequency / perSecond));
        _sweptAt = clock.GetTimestamp();
    }

    /// <summary>How many keys are remembered.</summary>
    public int Count => _until.Count;

    /// <returns>False where its allowance is used up: nothing is taken.</returns>
    public bool TryTake(TKey key, out TimeSpan retryAfter)
    {
        var now = _clock.GetTimestamp();
        Sweep(now);
        while (true)
        {
            var isKnown = _until.TryGetValue(key, out var until);
            var next = Math.Max(now, until) + _each;
            var early = next - now - _burst;
            retryAfter = early > 0 ? TimeSpan.FromSeconds((double)early / _clock.TimestampFrequency) : TimeSpan.Zero;
            if (early > 0) return false;
            if (isKnown ? _until.TryUpdate(key, next, until) : _until.TryAdd(key, next)) return true;
        }
    }

    // By whoever comes when it is time.
    private void Sweep(long now)
    {
        var swept = Interlocked.Read(ref _sweptAt);
        if (_clock.GetElapsedTime(swept, now) < SweepAfter || Interlocked.CompareExchange(ref _sweptAt, now, swept) != swept) return;
        foreach (var it in _until)
            if (it.Value <= now) _until.TryRemove(it);
    }
}

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>The machine's clock, which leaps forward when it is told to; timers do not notice.</summary>
internal sealed class LeapingClock : TimeProvider
{
    private long _ahead;

    public void Leap(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;
}

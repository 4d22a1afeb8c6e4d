namespace BtcChannels.Storage;

/// <summary>
/// <see cref="Expiry.IsWithin"/> as questions to a database ask it: the expiries, as times and as heights, up to which a channel is within the margin now, and will be a
/// while later. The questions name these members.
/// </summary>
/// <param name="Time">UNIX seconds: due now, this one included.</param>
/// <param name="UntilTime">Due by then.</param>
/// <param name="Height">The same for expiries that are heights.</param>
/// <param name="UntilHeight">The same, and below every time.</param>
/// <param name="TimeThreshold">From here up an expiry is a time.</param>
internal sealed record DueWindow(long Time, long UntilTime, long Height, long UntilHeight, long TimeThreshold = Expiry.TimeThreshold)
{
    public static DueWindow Of(Moment now, TimeSpan margin, TimeSpan ahead = default)
    {
        var (time, height) = (now.Latest + (long)margin.TotalSeconds, now.Tip.Height + (long)Math.Ceiling(margin / Expiry.BlockSpacing));
        return new(time, time + (long)ahead.TotalSeconds, height, Math.Min(height + (long)(ahead / Expiry.BlockSpacing), Expiry.TimeThreshold - 1));
    }

    /// <summary>The seconds until a channel of that expiry is due.</summary>
    public long SecondsUntil(long expiry) => expiry >= TimeThreshold ? expiry - Time : (expiry - Height) * (long)Expiry.BlockSpacing.TotalSeconds;
}

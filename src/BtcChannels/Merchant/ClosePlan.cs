namespace BtcChannels;

/// <summary>
/// When closing has to begin before the margin, because more channels reach it together than are closed in one round; pure. With it the last of a crowd is closed at
/// its margin, as one that comes alone is; without a crowd nothing is closed early.
/// </summary>
public static class ClosePlan
{
    /// <summary>How far it looks, and so how much earlier than at its margin a channel may be closed at most.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromHours(1);

    /// <param name="secondsLeft">Of the channels to be closed that are not due yet: how long until their margin, ascending.</param>
    /// <param name="perRound">How many are closed in one round, at least 1.</param>
    /// <param name="round">From one round to the next.</param>
    /// <returns>Channels whose margin is no farther than this are to be closed from now on; null where there is time.</returns>
    public static TimeSpan? Ahead(IReadOnlyList<long> secondsLeft, int perRound, TimeSpan round)
    {
        for (var last = secondsLeft.Count - 1; last >= perRound; last--)
        {
            // Begun with the next round, it would be this one's turn after so many rounds more.
            var wait = last / perRound * round.TotalSeconds;
            if (wait > secondsLeft[last]) return TimeSpan.FromSeconds(secondsLeft[last]);
        }
        return null;
    }
}

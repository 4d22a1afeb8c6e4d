using NBitcoin;

namespace BtcChannels;

/// <summary>A block at the end of the best chain, or of what of it has been looked at.</summary>
/// <param name="Height">0 is genesis.</param>
/// <param name="Hash">The block's hash.</param>
/// <param name="MedianTime">Median of the last eleven block stamps (BIP113), UNIX seconds: what time locks are judged by.</param>
public sealed record ChainTip(int Height, uint256 Hash, long MedianTime)
{
    /// <summary>How deep a block at <paramref name="height"/> lies: 1 for the tip itself, 0 or less above it.</summary>
    public int ConfirmationsOf(int height) => Height - height + 1;
}

/// <summary>What time it is, as far as channels care.</summary>
/// <param name="Clock">The wall clock, UNIX seconds.</param>
/// <param name="Tip">The chain's end, as last heard of.</param>
/// <param name="TipSeenAt">When the node last answered, UNIX seconds of the same clock.</param>
public sealed record Moment(long Clock, ChainTip Tip, long TipSeenAt)
{
    /// <summary>
    /// The later of the clock and the chain's median time, UNIX seconds. A block's stamp may run two hours ahead and median time
    /// runs about one behind, so whichever says first that it is late is believed.
    /// </summary>
    public long Latest => Math.Max(Clock, Tip.MedianTime);

    /// <summary>For how long the node has not answered.</summary>
    public TimeSpan ChainSilence => TimeSpan.FromSeconds(Math.Max(0, Clock - TipSeenAt));

    /// <summary>How old the tip is by its median time: about an hour where all is well, and more and more where the node answers but hears nothing of the network.</summary>
    public TimeSpan TipAge => TimeSpan.FromSeconds(Math.Max(0, Clock - Tip.MedianTime));
}

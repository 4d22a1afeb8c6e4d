using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>The tip that transactions are to follow.</summary>
internal sealed record JudgedChain(int Height, long MedianTime)
{
    private const int RelativeTimeShift = 9;

    public bool IsFinal(Transaction transaction) => transaction.IsFinal(DateTimeOffset.FromUnixTimeSeconds(MedianTime), Height + 1);

    /// <summary>Whether the relative locks (BIP68) are over, of the inputs whose coins are known.</summary>
    public bool IsUnlocked(Transaction transaction, IReadOnlyDictionary<OutPoint, JudgeCoin> coins) =>
        transaction.Version < 2 || transaction.Inputs.All(input => !coins.TryGetValue(input.PrevOut, out var coin) || IsUnlocked(input.Sequence, coin));

    private bool IsUnlocked(Sequence sequence, JudgeCoin coin)
    {
        if (!sequence.IsRelativeLock) return true;
        var units = sequence.Value & Sequence.SEQUENCE_LOCKTIME_MASK;
        return (sequence.Value & Sequence.SEQUENCE_LOCKTIME_TYPE_FLAG) != 0
            ? coin.MedianTimeBefore + ((long)units << RelativeTimeShift) <= MedianTime
            : coin.Height + units <= Height + 1;
    }
}

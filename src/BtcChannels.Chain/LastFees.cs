using System.Collections.Concurrent;
using NBitcoin;

namespace BtcChannels.Chain;

/// <summary>What was estimated last, for the time in which nobody can be asked.</summary>
internal sealed class LastFees(TimeProvider time)
{
    private const int MostBlocks = 1_008;

    private static readonly TimeSpan s_goodFor = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<int, (FeeRate? Estimate, long At)> _byTarget = new();

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="blocks"/> is not from 1 to 1,008.</exception>
    /// <exception cref="ChainUnavailableException">Nobody answers, and within the last hour nobody did.</exception>
    public async Task<FeeRate?> AskAsync(int blocks, Func<Task<FeeRate?>> ask)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, MostBlocks);
        try
        {
            var estimate = await ask();
            _byTarget[blocks] = (estimate, time.GetTimestamp());
            return estimate;
        }
        catch (ChainUnavailableException)
        {
            if (!_byTarget.TryGetValue(blocks, out var last) || time.GetElapsedTime(last.At) >= s_goodFor) throw;
            return last.Estimate;
        }
    }
}

namespace BtcChannels.Tests.Chain.Replay;

/// <summary>Numbers that follow from a seed alone (SplitMix64).</summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>From 0 to below the bound.</summary>
    public int Next(int bound)
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)((z ^ (z >> 31)) % (ulong)bound);
        }
    }

    public bool Chance(int percent) => Next(100) < percent;
}

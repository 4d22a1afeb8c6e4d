namespace BtcChannels.Regtest.Chaos;

/// <summary>Numbers that a seed decides (SplitMix64), for whoever asks, from any thread.</summary>
internal sealed class ChaosDice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int Between(int least, int most) => least + (int)(Next() % (ulong)(most - least + 1));

    public bool OneIn(int count) => Between(1, count) == 1;

    private ulong Next()
    {
        unchecked
        {
            var value = Interlocked.Add(ref _state, 0x9e3779b97f4a7c15);
            value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
            value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
            return value ^ (value >> 31);
        }
    }
}

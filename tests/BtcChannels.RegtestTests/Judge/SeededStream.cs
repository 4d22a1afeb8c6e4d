namespace BtcChannels.RegtestTests.Judge;

/// <summary>Numbers that follow from a seed alone (SplitMix64): same seed, same numbers, on every machine.</summary>
internal sealed class SeededStream(ulong seed)
{
    private ulong _state = seed;

    /// <summary>From 0 to <paramref name="bound"/> less 1.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    public bool OneIn(int chances) => Below(chances) == 0;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)(Next() & 0xff);
        return bytes;
    }

    private ulong Next()
    {
        unchecked
        {
            _state += 0x9e3779b97f4a7c15;
            var mixed = (_state ^ (_state >> 30)) * 0xbf58476d1ce4e5b9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
            return mixed ^ (mixed >> 31);
        }
    }
}

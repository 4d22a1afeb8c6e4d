namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>A stream of numbers that its seed decides, the same everywhere: xorshift64*.</summary>
internal sealed class FuzzStream
{
    private ulong _state;

    public FuzzStream(ulong seed) => _state = Scatter(seed) | 1;   // zero is the one state that it never leaves

    /// <summary>The stream of one input: any of them can be made again without those before it.</summary>
    public static FuzzStream Of(ulong seed, string target, long input)
    {
        var state = Scatter(seed);
        foreach (var letter in target) state = Scatter(state ^ letter);
        return new(unchecked(state + (ulong)input));
    }

    public ulong Next()
    {
        unchecked
        {
            _state ^= _state >> 12;
            _state ^= _state << 25;
            _state ^= _state >> 27;
            return _state * 0x2545f4914f6cdd1d;
        }
    }

    /// <summary>0 to <paramref name="bound"/> less 1; 0 where there is nothing to choose from.</summary>
    public int Below(int bound) => bound <= 1 ? 0 : (int)((Next() >> 33) % (ulong)bound);

    public bool OneIn(int count) => Below(count) == 0;

    public byte Byte() => (byte)(Next() >> 56);

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = Byte();
        return bytes;
    }

    public T Of<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    // SplitMix64's: neighbouring seeds come out far apart.
    private static ulong Scatter(ulong value)
    {
        unchecked
        {
            value += 0x9e3779b97f4a7c15;
            value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
            value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
            return value ^ (value >> 31);
        }
    }
}

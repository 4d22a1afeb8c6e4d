namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Something that hostile bytes reach.</summary>
/// <param name="name">Names it in reports; part of what decides its inputs.</param>
/// <param name="corpus">Inputs that it takes.</param>
/// <param name="feed">Whether it took the input. May throw what <paramref name="refusals"/> lists, and <see cref="FuzzFinding"/> where what came out is wrong.</param>
/// <param name="refusals">The exceptions that its contract names.</param>
internal sealed class FuzzTarget(string name, IReadOnlyList<byte[]> corpus, Func<byte[], bool> feed, params Type[] refusals)
{
    private const int BytesToStartWith = 64 * 1024;

    public string Name => name;

    public IReadOnlyList<byte[]> Corpus => corpus;

    /// <summary>How many inputs it gets, against the others.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The longest input, bytes.</summary>
    public int MaxLength { get; init; } = 4_096;

    public IReadOnlyList<byte[]> Tokens { get; init; } = Mutator.Lies;

    /// <summary>Makes of every other input one whose checksum holds, so that what stands behind it is reached.</summary>
    public Func<byte[], byte[]>? Repair { get; init; }

    /// <summary>False for what takes any bytes.</summary>
    public bool Refuses { get; init; } = true;

    /// <summary>What it may allocate for each byte of an input, besides 64 KiB.</summary>
    public int BytesPerByte { get; init; } = 64;

    /// <summary>What it may allocate for an input of so many bytes.</summary>
    public long MayAllocate(int length) => ((long)BytesPerByte * length) + BytesToStartWith;

    /// <exception cref="FuzzFinding">What came out is wrong.</exception>
    public bool Takes(byte[] input) => feed(input);

    public bool IsRefusal(Exception exception) => refusals.Contains(exception.GetType());
}

/// <summary>A property that did not hold.</summary>
internal sealed class FuzzFinding(string what) : Exception(what)
{
    public static void Unless(bool holds, string property)
    {
        if (!holds) throw new FuzzFinding($"Not so: {property}");
    }
}

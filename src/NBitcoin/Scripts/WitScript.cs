namespace NBitcoin;

/// <summary>The witness of an input: the stack that it starts with (BIP141). Immutable.</summary>
public class WitScript : IEquatable<WitScript>
{
    private readonly byte[][] _pushes;

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text holds anything else.</exception>
    public WitScript(string script)
        : this(script.Split((char[])null, StringSplitOptions.RemoveEmptyEntries).Select(Parse), true) { }

    /// <param name="script">The stack, its bottom first.</param>
    /// <param name="unsafe">Takes the arrays themselves: the caller must not change them any more.</param>
    public WitScript(byte[][] script, bool @unsafe = false) : this((IEnumerable<byte[]>)script, @unsafe) { }

    /// <inheritdoc cref="WitScript(byte[][], bool)"/>
    public WitScript(IEnumerable<byte[]> script, bool @unsafe = false) =>
        _pushes = [.. @unsafe ? script : script.Select(push => push.ToArray())];

    /// <exception cref="ArgumentException">There is something else than pushes.</exception>
    public WitScript(params Op[] ops) : this(ops.Select(Push), true) { }

    /// <summary>Reads what <see cref="ToBytes"/> writes.</summary>
    /// <exception cref="EndOfStreamException">The bytes end too early.</exception>
    /// <exception cref="FormatException">The bytes are no witness.</exception>
    public WitScript(byte[] script) : this(ReadPushes(new BitcoinStream(script)), true) { }

    /// <exception cref="ArgumentException">There is something else than pushes.</exception>
    public WitScript(Script scriptSig) : this([.. scriptSig.ToOps()]) { }

    public static WitScript Empty { get; } = new(Array.Empty<byte[]>(), true);

    /// <summary>The stack, its bottom first.</summary>
    public IEnumerable<byte[]> Pushes => _pushes.Select(push => push.ToArray());

    public int PushCount => _pushes.Length;

    public byte[] this[int index] => [.. _pushes[index]];

    public static bool IsNullOrEmpty(WitScript witScript) => witScript is null || witScript.PushCount == 0;

    public static WitScript Load(BitcoinStream stream) => new(ReadPushes(stream), true);

    public void WriteToStream(BitcoinStream stream)
    {
        stream.ReadWriteCount(_pushes.Length);
        foreach (var push in _pushes)
        {
            var bytes = push;
            stream.ReadWriteAsVarString(ref bytes);
        }
    }

    /// <summary>The element's own array, which the caller must not change.</summary>
    public byte[] GetUnsafePush(int i) => _pushes[i];

    /// <summary>As on the wire: the count, then each element with its length before it.</summary>
    public byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        WriteToStream(new BitcoinStream(memory, true));
        return memory.ToArray();
    }

    public int GetSerializedSize() => ToBytes().Length;

    /// <summary>The elements as shortest pushes.</summary>
    public Script ToScript() => new(_pushes.Select(Op.GetPushOp));

    /// <summary>The elements in hex, an empty one as "0", with spaces between them.</summary>
    public override string ToString() =>
        string.Join(' ', _pushes.Select(push => push.Length == 0 ? "0" : Convert.ToHexStringLower(push)));

    public WitScript Clone() => this;

    public bool Equals(WitScript item) =>
        item is not null && _pushes.Length == item._pushes.Length
        && _pushes.Zip(item._pushes).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    public override bool Equals(object obj) => Equals(obj as WitScript);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var push in _pushes) hash.AddBytes(push);
        return hash.ToHashCode();
    }

    public static bool operator ==(WitScript a, WitScript b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(WitScript a, WitScript b) => !(a == b);

    public static WitScript operator +(WitScript a, WitScript b) => new(a._pushes.Concat(b._pushes), true);

    /// <inheritdoc cref="ToScript"/>
    public static implicit operator Script(WitScript witScript) => witScript?.ToScript();

    private static byte[] Parse(string token) => token == "0" ? [] : Convert.FromHexString(token);

    private static byte[] Push(Op op) =>
        op is { IsInvalid: false, PushData: { } data } ? data : throw new ArgumentException("A witness holds nothing but pushes");

    private static List<byte[]> ReadPushes(BitcoinStream stream)
    {
        var count = stream.ReadWriteCount(0);
        var pushes = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            byte[] push = [];
            stream.ReadWriteAsVarString(ref push);
            pushes.Add(push);
        }
        return pushes;
    }
}

namespace NBitcoin;

/// <summary>A script: bytes that are read as operations. Immutable. Any bytes are a script, also ones that end within a push.</summary>
public class Script : IEquatable<Script>
{
    private readonly byte[] _bytes;

    public Script() => _bytes = [];

    public Script(params Op[] ops) : this((IEnumerable<Op>)ops) { }

    public Script(IEnumerable<Op> ops)
    {
        using var memory = new MemoryStream();
        foreach (var op in ops) op.WriteTo(memory);
        _bytes = memory.ToArray();
    }

    /// <summary>Reads what <see cref="ToString"/> writes: names of operations, and pushes in hex, with spaces between them.</summary>
    /// <exception cref="FormatException">The text holds anything else.</exception>
    public Script(string script)
        : this(script.Split((char[])null, StringSplitOptions.RemoveEmptyEntries).Select(Op.Parse)) { }

    public Script(byte[] data) => _bytes = [.. data];

    public Script(IEnumerable<byte> data) => _bytes = [.. data];

    private Script(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => _bytes = [.. a, .. b];

    // Only for FromBytesUnsafe: the second parameter tells it from the copying ones.
    private Script(byte[] bytes, ValueTuple _) => _bytes = bytes;

    public static Script Empty { get; } = new();

    /// <summary>In bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>The script hash that P2SH pays to.</summary>
    public ScriptId Hash => new(this);

    /// <summary>The script hash that P2WSH pays to.</summary>
    public WitScriptId WitHash => new(this);

    /// <summary>The scriptPubKey that pays to this script by its hash, P2SH.</summary>
    public Script PaymentScript => Hash.ScriptPubKey;

    /// <summary>Nothing but pushes, all of them complete.</summary>
    public bool IsPushOnly => ToOps().All(op => !op.IsInvalid && op.Code <= OpcodeType.OP_16);

    /// <summary>Every push is the shortest of its bytes.</summary>
    public bool HasCanonicalPushes =>
        ToOps().All(op => !op.IsInvalid && (op.PushData is not { } data || Op.GetPushOp(data).Code == op.Code));

    /// <summary>No input can spend it: it starts with OP_RETURN, or is longer than 10,000 bytes.</summary>
    public bool IsUnspendable => _bytes is [(byte)OpcodeType.OP_RETURN, ..] || Length > Limits.ScriptSize;

    /// <summary>It can be read to its end.</summary>
    public bool IsValid => ToOps().All(op => !op.IsInvalid);

    /// <summary>Takes the array itself: the caller must not change it any more.</summary>
    public static Script FromBytesUnsafe(byte[] data) => new(data, default(ValueTuple));

    /// <exception cref="FormatException">The text is no hex.</exception>
    public static Script FromHex(string hex) => FromBytesUnsafe(Convert.FromHexString(hex));

    public static bool IsNullOrEmpty(Script script) => script is null || script.Length == 0;

    public ScriptReader CreateReader() => new(_bytes);

    /// <summary>The operations. Where the script ends within a push, the last one is that, marked invalid.</summary>
    public IEnumerable<Op> ToOps() => CreateReader().ToEnumerable();

    public byte[] ToBytes() => ToBytes(false);

    /// <summary>The bytes; if <paramref name="unsafe"/>, the script's own, which the caller must not change.</summary>
    public byte[] ToBytes(bool @unsafe) => @unsafe ? _bytes : [.. _bytes];

    public string ToHex() => Convert.ToHexStringLower(_bytes);

    public override string ToString() => string.Join(' ', ToOps());

    /// <summary>The pushes as a witness.</summary>
    /// <exception cref="ArgumentException">There is something else than pushes.</exception>
    public WitScript ToWitScript() => new(this);

    public Script Clone() => this;

    public bool IsScriptType(ScriptType type) => type switch
    {
        ScriptType.P2PKH => _bytes is
            [(byte)OpcodeType.OP_DUP, (byte)OpcodeType.OP_HASH160, 20, .., (byte)OpcodeType.OP_EQUALVERIFY, (byte)OpcodeType.OP_CHECKSIG] and { Length: 25 },
        ScriptType.P2SH => _bytes is [(byte)OpcodeType.OP_HASH160, 20, .., (byte)OpcodeType.OP_EQUAL] and { Length: 23 },
        ScriptType.P2WPKH => _bytes is [(byte)OpcodeType.OP_0, 20, ..] and { Length: 22 },
        ScriptType.P2WSH => _bytes is [(byte)OpcodeType.OP_0, 32, ..] and { Length: 34 },
        ScriptType.Taproot => _bytes is [(byte)OpcodeType.OP_1, 32, ..] and { Length: 34 },
        ScriptType.Witness => _bytes is [(byte)OpcodeType.OP_0 or (>= (byte)OpcodeType.OP_1 and <= (byte)OpcodeType.OP_16), var size, ..]
            and { Length: >= 4 and <= 42 } && size == Length - 2,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Whom this scriptPubKey pays, if it has a form that an address can say; else null.</summary>
    public IAddressableDestination GetDestination() =>
        IsScriptType(ScriptType.P2PKH) ? new KeyId(_bytes[3..23])
        : IsScriptType(ScriptType.P2SH) ? new ScriptId(_bytes[2..22])
        : IsScriptType(ScriptType.P2WPKH) ? new WitKeyId(_bytes[2..])
        : IsScriptType(ScriptType.P2WSH) ? new WitScriptId(_bytes[2..])
        : IsScriptType(ScriptType.Taproot) && TaprootPubKey.TryCreate(_bytes[2..], out var key) ? key
        : null;

    /// <summary>The address of <see cref="GetDestination"/>; null where there is none.</summary>
    public BitcoinAddress GetDestinationAddress(Network network) => GetDestination()?.GetAddress(network);

    /// <summary>How many signatures the script checks at most, by the count that blocks are bounded by.</summary>
    /// <param name="fAccurate">A multisig counts the keys that it has, if a small number says how many; else always 20.</param>
    public uint GetSigOpCount(bool fAccurate)
    {
        var count = 0u;
        var last = OpcodeType.OP_0;
        var cursor = new ScriptCursor(_bytes);
        while (cursor.TryRead(out var code, out _))
        {
            count += code switch
            {
                OpcodeType.OP_CHECKSIG or OpcodeType.OP_CHECKSIGVERIFY => 1u,
                OpcodeType.OP_CHECKMULTISIG or OpcodeType.OP_CHECKMULTISIGVERIFY when fAccurate && last is >= OpcodeType.OP_1 and <= OpcodeType.OP_16 =>
                    (uint)(last - OpcodeType.OP_1 + 1),
                OpcodeType.OP_CHECKMULTISIG or OpcodeType.OP_CHECKMULTISIGVERIFY => Limits.MultisigKeys,
                _ => 0u,
            };
            last = code;
        }
        return count;
    }

    /// <summary>Of a P2SH output, the accurate count of the script that <paramref name="scriptSig"/> reveals, 0 if it does anything but push; of others, of this script.</summary>
    public uint GetSigOpCount(Script scriptSig) =>
        !IsScriptType(ScriptType.P2SH) ? GetSigOpCount(true)
        : scriptSig.TryGetLastPush(out var redeem) ? FromBytesUnsafe(redeem).GetSigOpCount(true)
        : 0;

    public bool Equals(Script item) => item is not null && _bytes.AsSpan().SequenceEqual(item._bytes);

    public override bool Equals(object obj) => Equals(obj as Script);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    public static Script operator +(Script a, IEnumerable<byte> bytes) => new(a._bytes, [.. bytes]);

    public static Script operator +(Script a, Op op) => new(a._bytes, op.ToBytes());

    public static Script operator +(Script a, IEnumerable<Op> ops) => new(a._bytes, new Script(ops)._bytes);

    public static bool operator ==(Script a, Script b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(Script a, Script b) => !(a == b);

    /// <summary>What a script that does nothing but push leaves on top of the stack: no bytes if that is nothing.</summary>
    internal bool TryGetLastPush(out byte[] pushed)
    {
        pushed = [];
        if (!IsPushOnly) return false;
        var cursor = new ScriptCursor(_bytes);
        while (cursor.TryRead(out var code, out var bytes)) pushed = Op.SmallNumber(code) ?? bytes.ToArray();
        return true;
    }

    /// <inheritdoc cref="ToWitScript"/>
    public static implicit operator WitScript(Script script) => script?.ToWitScript();
}

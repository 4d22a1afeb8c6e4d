using System.Buffers.Binary;

namespace NBitcoin;

/// <summary>Goes over the operations of a script without copying what they push.</summary>
internal ref struct ScriptCursor(ReadOnlySpan<byte> script)
{
    private readonly ReadOnlySpan<byte> _script = script;

    /// <summary>Where the next operation starts.</summary>
    public int Position { get; private set; }

    public readonly bool AtEnd => Position >= _script.Length;

    /// <summary>Reads an operation and the bytes that follow its code: none, but of pushes.</summary>
    /// <returns>False at the end, or if the script ends within a push. Then there is nothing more to read.</returns>
    public bool TryRead(out OpcodeType code, out ReadOnlySpan<byte> pushed)
    {
        code = default;
        pushed = default;
        if (!TryTake(1, out var first)) return false;
        code = (OpcodeType)first[0];
        if (code > OpcodeType.OP_PUSHDATA4) return true;
        var length = (uint)code;
        if (code >= OpcodeType.OP_PUSHDATA1 && !TryReadLength(Op.LengthSize(code), out length)) return false;
        return TryTake(length, out pushed);
    }

    /// <summary>Moves on by so many bytes, which must be there.</summary>
    public void Skip(int count) => Position += count;

    private bool TryReadLength(int size, out uint length)
    {
        Span<byte> padded = stackalloc byte[sizeof(uint)];
        padded.Clear();
        var there = TryTake((uint)size, out var bytes);
        bytes.CopyTo(padded);
        length = BinaryPrimitives.ReadUInt32LittleEndian(padded);
        return there;
    }

    private bool TryTake(uint count, out ReadOnlySpan<byte> bytes)
    {
        var there = count <= _script.Length - Position;
        bytes = there ? _script.Slice(Position, (int)count) : default;
        Position = there ? Position + (int)count : _script.Length;
        return there;
    }
}

using System.Buffers.Binary;

namespace NBitcoin;

/// <summary>Reads the operations of a script one by one.</summary>
public class ScriptReader
{
    private readonly byte[] _data;
    private int _position;

    public ScriptReader(byte[] data) => _data = data;

    /// <summary>The script ended within a push.</summary>
    public bool HasError { get; private set; }

    /// <summary>Where the next operation starts.</summary>
    internal int Position => _position;

    /// <summary>
    /// The next operation; null at the end. Of a push that the script's end cuts off, an invalid one that holds what is left of it,
    /// and nothing after it.
    /// </summary>
    public Op Read()
    {
        if (!TryReadOpCode(out var code)) return null;
        if (code is OpcodeType.OP_0 or > OpcodeType.OP_PUSHDATA4) return new Op(code, Op.SmallNumber(code));
        var lengthSize = Op.LengthSize(code);
        if (!TryTake((uint)lengthSize, out var lengthBytes)) return CutOff(code);
        Span<byte> padded = stackalloc byte[sizeof(uint)];
        padded.Clear();
        lengthBytes.CopyTo(padded);
        var length = lengthSize == 0 ? (uint)code : BinaryPrimitives.ReadUInt32LittleEndian(padded);
        return TryTake(length, out var data) ? new Op(code, data.ToArray()) : CutOff(code);
    }

    /// <summary>The next byte as a code, without what it pushes; false at the end.</summary>
    public bool TryReadOpCode(out OpcodeType opcode)
    {
        var more = !HasError && _position < _data.Length;
        opcode = more ? (OpcodeType)_data[_position++] : default;
        return more;
    }

    public IEnumerable<Op> ToEnumerable()
    {
        while (Read() is { } op) yield return op;
    }

    private bool TryTake(uint length, out ReadOnlySpan<byte> bytes)
    {
        var fits = length <= _data.Length - _position;
        bytes = fits ? _data.AsSpan(_position, (int)length) : default;
        if (fits) _position += (int)length;
        return fits;
    }

    private Op CutOff(OpcodeType code)
    {
        HasError = true;
        return new Op(code, _data[_position..], isInvalid: true);
    }
}

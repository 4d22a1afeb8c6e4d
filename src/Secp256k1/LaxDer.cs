namespace Secp256k1;

/// <summary>
/// The encodings that Bitcoin took as signatures before BIP66, as its nodes still read them in old blocks: lengths may be in the long form,
/// the outer one means nothing, numbers may be padded and count as positive, and what follows is ignored.
/// </summary>
internal static class LaxDer
{
    private const byte SequenceTag = 0x30;
    private const byte IntegerTag = 0x02;
    private const byte LongForm = 0x80;

    // A number's length takes at most so many bytes without the zeros before it.
    private const int MaxLengthBytes = 3;

    /// <returns>False for what is no signature, or a number of more than 32 bytes. Zero and what is above the group order are still read.</returns>
    public static bool TryRead(ReadOnlySpan<byte> der, Span<byte> r32, Span<byte> s32)
    {
        var rest = der;
        return TrySkipHeader(ref rest) && TryTakeInteger(ref rest, out var r) && TryTakeInteger(ref rest, out var s)
            && TryWrite(r, r32) && TryWrite(s, s32);
    }

    private static bool TrySkipHeader(scoped ref ReadOnlySpan<byte> rest)
    {
        if (rest is not [SequenceTag, var length, ..]) return false;
        rest = rest[2..];
        if (length < LongForm) return true;
        var lengthBytes = length - LongForm;
        if (lengthBytes > rest.Length) return false;
        rest = rest[lengthBytes..];
        return true;
    }

    private static bool TryTakeInteger(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> number)
    {
        number = default;
        if (rest is not [IntegerTag, var first, ..]) return false;
        rest = rest[2..];
        var length = (int)first;
        if (first >= LongForm && !TryTakeLength(ref rest, first - LongForm, out length)) return false;
        if (length > rest.Length) return false;
        number = rest[..length];
        rest = rest[length..];
        return true;
    }

    private static bool TryTakeLength(scoped ref ReadOnlySpan<byte> rest, int count, out int length)
    {
        length = 0;
        if (count > rest.Length) return false;
        var bytes = rest[..count].TrimStart((byte)0);
        rest = rest[count..];
        if (bytes.Length > MaxLengthBytes) return false;
        foreach (var digit in bytes) length = (length << 8) | digit;
        return true;
    }

    private static bool TryWrite(ReadOnlySpan<byte> number, Span<byte> number32)
    {
        number = number.TrimStart((byte)0);
        if (number.Length > number32.Length) return false;
        number32.Clear();
        number.CopyTo(number32[^number.Length..]);
        return true;
    }
}

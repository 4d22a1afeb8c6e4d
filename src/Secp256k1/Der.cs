namespace Secp256k1;

/// <summary>The strict DER of BIP66: 30 length 02 length r 02 length s, each number minimal and not negative.</summary>
internal static class Der
{
    /// <returns>False for any other encoding, or a number of more than 32 bytes. Zero and what is above the group order are still read.</returns>
    public static bool TryRead(ReadOnlySpan<byte> der, Span<byte> r32, Span<byte> s32)
    {
        if (!TrySplit(der, out var r, out var s) || r.Length > 32 || s.Length > 32) return false;
        r32.Clear();
        r.CopyTo(r32[^r.Length..]);
        s32.Clear();
        s.CopyTo(s32[^s.Length..]);
        return true;
    }

    /// <summary>The two numbers, big-endian, without the zero byte that keeps them positive. BIP66 bounds the whole, not each number.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> der, out ReadOnlySpan<byte> r, out ReadOnlySpan<byte> s)
    {
        r = s = default;
        if (der.Length is < 8 or > Signature.MaxDerLength || der[0] != 0x30 || der[1] != der.Length - 2) return false;
        var rest = der[2..];
        return TryTakeInteger(ref rest, out r) && TryTakeInteger(ref rest, out s) && rest.IsEmpty;
    }

    /// <returns>How many bytes were written, at most 72.</returns>
    public static int Write(ReadOnlySpan<byte> r32, ReadOnlySpan<byte> s32, Span<byte> der)
    {
        var length = 2;
        length += WriteInteger(r32, der[length..]);
        length += WriteInteger(s32, der[length..]);
        der[0] = 0x30;
        der[1] = (byte)(length - 2);
        return length;
    }

    private static bool TryTakeInteger(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> number)
    {
        number = default;
        if (rest.Length < 2 || rest[0] != 0x02 || rest[1] == 0 || rest[1] > rest.Length - 2) return false;
        number = rest.Slice(2, rest[1]);
        rest = rest[(2 + number.Length)..];
        if (number[0] >= 0x80) return false;
        if (number is not [0, _, ..]) return true;
        if (number[1] < 0x80) return false;
        number = number[1..];
        return true;
    }

    private static int WriteInteger(ReadOnlySpan<byte> number32, Span<byte> output)
    {
        var number = number32.TrimStart((byte)0);
        var padding = number.IsEmpty || number[0] >= 0x80 ? 1 : 0;
        output[0] = 0x02;
        output[1] = (byte)(number.Length + padding);
        output[2] = 0;
        number.CopyTo(output[(2 + padding)..]);
        return 2 + padding + number.Length;
    }
}

using System.Buffers.Binary;
using System.Text;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Makes hostile bytes of good ones.</summary>
/// <param name="corpus">Inputs that are right in every way.</param>
/// <param name="tokens">What is worth putting in anywhere.</param>
/// <param name="maxLength">The longest input, bytes.</param>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> tokens, int maxLength)
{
    private const int MaxChanges = 6;
    private const int MaxNoise = 200;

    /// <summary>Bytes that formats here give a meaning to.</summary>
    private static readonly byte[] s_edges = [0x00, 0x01, 0x02, 0x03, 0x20, 0x21, 0x30, 0x40, 0x41, 0x4b, 0x4c, 0x4d, 0x4e, 0x51, 0x60, 0x7f, 0x80, 0x81, 0xac, 0xae, 0xfc, 0xfd, 0xfe, 0xff];

    /// <summary>Of binary formats: lengths that lie, written in each of the ways that there are, and bounds of numbers.</summary>
    public static IReadOnlyList<byte[]> Lies { get; } =
    [
        [0xfd, 0xff, 0xff], [0xfd, 0x01, 0x00], [0xfd, 0xfd, 0x00], [0xfe, 0x00, 0x00, 0x00, 0x02], [0xfe, 0x01, 0x00, 0x00, 0x02], [0xfe, 0xff, 0xff, 0xff, 0x7f],
        [0xfe, 0xff, 0xff, 0xff, 0xff], [0xfe, 0x05, 0x00, 0x00, 0x00], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xff, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00],
        [0x4c, 0xff], [0x4d, 0x08, 0x02], [0x4d, 0xff, 0xff], [0x4e, 0xff, 0xff, 0xff, 0xff], [0x4e, 0x00, 0x00, 0x00, 0x80], [0x4e, 0x01, 0x00, 0x00, 0x00],
        [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0x00, 0x00, 0x00, 0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0, 0, 0, 0, 0x80],
    ];

    /// <summary>Of texts: what passes for a digit or letter elsewhere, signs, and numbers past every bound.</summary>
    public static IReadOnlyList<byte[]> Words { get; } =
    [
        .. ((string[])[
            "\uff11", "\u0663", "\u212a", "\u0131", "\ufeff", "\u200b", "\U0001d7d9", "\0", " ", "\t", "\n", "+", "-", "--", "0x", "0X", "1", "0", "l", "O", "b", "B", "h", "H", "'",
            "/", "//", "m/", ":", ",", ".", "e9", "E-9", "1e400", "2147483647", "2147483648", "4294967295", "4294967296", "18446744073709551616", "92233720368.54775807",
            "92233720368.54775808", "79228162514264337593543950335", "99999999999999999999999999999999", "NaN", "null", "true", "\\u0000", "\\ud800", "\"", "{", "}", "[", "]", "{\"a\":", "[[[[[[[[",
        ]).Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
    ];

    public byte[] Make(FuzzStream random)
    {
        if (random.OneIn(24)) return random.Bytes(random.Below(Math.Min(MaxNoise, maxLength) + 1));
        List<byte> bytes = [.. random.Of(corpus)];
        for (var changes = random.OneIn(2) ? 1 : 2 + random.Below(MaxChanges - 1); changes > 0; changes--) Change(bytes, random);
        if (bytes.Count > maxLength) bytes.RemoveRange(maxLength, bytes.Count - maxLength);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, FuzzStream random)
    {
        var at = random.Below(bytes.Count + 1);
        var some = random.Below(Math.Min(40, bytes.Count - at) + 1);
        switch (random.Below(14))
        {
            case 0 or 1 or 2 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Below(8)); break;
            case 3 when at < bytes.Count: bytes[at] = random.Byte(); break;
            case 4 when at < bytes.Count: bytes[at] = random.Of(s_edges); break;
            case 5 when at < bytes.Count: bytes[at] = unchecked((byte)(bytes[at] + (random.OneIn(2) ? 1 : -1))); break;
            case 6: bytes.RemoveRange(at, random.OneIn(3) ? bytes.Count - at : some); break;
            case 7: bytes.InsertRange(at, random.Bytes(1 + random.Below(8))); break;
            case 8: Splice(bytes, at, random.Of(corpus), random); break;
            case 9: bytes.InsertRange(at, random.Of(tokens)); break;
            case 10: Overwrite(bytes, at, random.Of(tokens)); break;
            case 11: OverwriteNumber(bytes, at, random); break;
            case 12: Repeat(bytes, at, some, random); break;
            default: Move(bytes, at, some, random); break;
        }
    }

    // The beginning of one and the end of another, or a piece of the other in between.
    private static void Splice(List<byte> bytes, int at, byte[] other, FuzzStream random)
    {
        var from = random.Below(other.Length + 1);
        if (random.OneIn(2)) bytes.RemoveRange(at, bytes.Count - at);
        bytes.InsertRange(at, other[from..(from + random.Below(other.Length - from + 1))]);
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] token)
    {
        for (var i = 0; i < token.Length && at + i < bytes.Count; i++) bytes[at + i] = token[i];
    }

    private static void OverwriteNumber(List<byte> bytes, int at, FuzzStream random)
    {
        var number = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, random.Next() >> random.Below(64));
        Overwrite(bytes, at, number[..(1 << random.Below(4))]);
    }

    // Mostly a few times; sometimes until the input is as long as it may be.
    private void Repeat(List<byte> bytes, int at, int count, FuzzStream random)
    {
        if (count == 0) return;
        var piece = bytes.GetRange(at, count);
        var times = random.OneIn(12) ? maxLength / count : 1 + random.Below(5);
        for (; times > 0 && bytes.Count < maxLength; times--) bytes.InsertRange(at, piece);
    }

    private static void Move(List<byte> bytes, int at, int count, FuzzStream random)
    {
        var piece = bytes.GetRange(at, count);
        bytes.RemoveRange(at, count);
        bytes.InsertRange(random.Below(bytes.Count + 1), piece);
    }
}

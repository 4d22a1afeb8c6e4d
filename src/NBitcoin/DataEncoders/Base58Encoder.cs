namespace NBitcoin.DataEncoders;

/// <summary>Bitcoin's base 58: a big-endian number in an alphabet without 0, O, I and l; each leading zero byte is a leading 1.</summary>
/// <remarks>Strict: white space is no part of it. The time taken grows with the square of the length, so callers bound it first.</remarks>
public class Base58Encoder : DataEncoder
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    public override string EncodeData(ReadOnlySpan<byte> data)
    {
        var zeros = data.IndexOfAnyExcept((byte)0) is var first and >= 0 ? first : data.Length;
        // log(256) / log(58) is below 1.38
        Span<byte> digits = new byte[(data.Length - zeros) * 138 / 100 + 1];
        var used = 0;
        foreach (var value in data[zeros..])
        {
            var carry = (int)value;
            var i = 0;
            for (; i < used || carry != 0; i++)
            {
                carry += digits[i] << 8;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
            }
            used = i;
        }
        var text = new char[zeros + used];
        text.AsSpan(0, zeros).Fill('1');
        for (var i = 0; i < used; i++) text[^(i + 1)] = Alphabet[digits[i]];
        return new(text);
    }

    public override byte[] DecodeData(string encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return TryDecode(encoded, out var data) ? data : throw new FormatException("Invalid base 58 text");
    }

    internal static bool TryDecode(string encoded, out byte[] data)
    {
        data = [];
        var zeros = encoded.AsSpan().IndexOfAnyExcept('1') is var first and >= 0 ? first : encoded.Length;
        Span<byte> bytes = new byte[(encoded.Length - zeros) * 733 / 1000 + 1];
        var used = 0;
        foreach (var letter in encoded.AsSpan(zeros))
        {
            var carry = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (carry < 0) return false;
            var i = 0;
            for (; i < used || carry != 0; i++)
            {
                carry += bytes[i] * 58;
                bytes[i] = (byte)(carry & 0xff);
                carry >>= 8;
            }
            used = i;
        }
        data = new byte[zeros + used];
        for (var i = 0; i < used; i++) data[^(i + 1)] = bytes[i];
        return true;
    }
}

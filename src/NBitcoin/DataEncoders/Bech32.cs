namespace NBitcoin.DataEncoders;

/// <summary>The checksummed base 32 of BIP173 and BIP350, and the segwit addresses written in it.</summary>
internal static class Bech32
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int MaxLength = 90;
    private const int ChecksumLength = 6;
    private const uint Bech32Constant = 1;
    private const uint Bech32mConstant = 0x2bc830a3;

    /// <summary>The address of a witness program: bech32 for version 0, bech32m above (BIP350).</summary>
    public static string EncodeAddress(string prefix, byte version, ReadOnlySpan<byte> program)
    {
        Span<byte> words = stackalloc byte[1 + (program.Length * 8 + 4) / 5 + ChecksumLength];
        words[0] = version;
        var data = words[..^ChecksumLength];
        Regroup(program, 8, data[1..], 5);
        var checksum = Polymod(prefix, words) ^ ConstantOf(version);
        for (var i = 0; i < ChecksumLength; i++) words[data.Length + i] = (byte)((checksum >> 5 * (5 - i)) & 31);
        return string.Create(prefix.Length + 1 + words.Length, (prefix, words: words.ToArray()), static (text, parts) =>
        {
            parts.prefix.CopyTo(text);
            text[parts.prefix.Length] = '1';
            for (var i = 0; i < parts.words.Length; i++) text[parts.prefix.Length + 1 + i] = Alphabet[parts.words[i]];
        });
    }

    /// <summary>Reads a segwit address with exactly the checks of BIP173 and BIP350.</summary>
    /// <returns>False for whatever those call invalid, or another prefix.</returns>
    public static bool TryDecodeAddress(string prefix, string address, out byte version, out byte[] program)
    {
        (version, program) = (0, []);
        if (!TryDecode(address, out var foundPrefix, out var words, out var constant) || foundPrefix != prefix || words is not [<= 16, ..]) return false;
        if (constant != ConstantOf(words[0])) return false;
        var bits = (words.Length - 1) * 5;
        var bytes = new byte[bits / 8];
        if (bits % 8 >= 5 || bytes.Length is < 2 or > 40 || (words[0] == 0 && bytes.Length is not (20 or 32))) return false;
        if (Regroup(words.AsSpan(1), 5, bytes, 8) != 0) return false;
        (version, program) = (words[0], bytes);
        return true;
    }

    private static uint ConstantOf(byte version) => version == 0 ? Bech32Constant : Bech32mConstant;

    private static bool TryDecode(string text, out string prefix, out byte[] words, out uint constant)
    {
        (prefix, words, constant) = ("", [], 0);
        var separator = text.LastIndexOf('1');
        if (text.Length > MaxLength || separator < 1 || text.Length - separator - 1 < ChecksumLength) return false;
        if (text.Any(c => c is < '!' or > '~') || (text.Any(char.IsAsciiLetterLower) && text.Any(char.IsAsciiLetterUpper))) return false;
        var lower = text.ToLowerInvariant();
        var all = new byte[text.Length - separator - 1];
        for (var i = 0; i < all.Length; i++)
        {
            var word = Alphabet.IndexOf(lower[separator + 1 + i], StringComparison.Ordinal);
            if (word < 0) return false;
            all[i] = (byte)word;
        }
        prefix = lower[..separator];
        constant = Polymod(prefix, all);
        words = all[..^ChecksumLength];
        return true;
    }

    private static uint Polymod(string prefix, ReadOnlySpan<byte> words)
    {
        var sum = 1u;
        foreach (var letter in prefix) sum = Step(sum) ^ (uint)(letter >> 5);
        sum = Step(sum);
        foreach (var letter in prefix) sum = Step(sum) ^ (uint)(letter & 31);
        foreach (var word in words) sum = Step(sum) ^ word;
        return sum;
    }

    private static uint Step(uint sum)
    {
        ReadOnlySpan<uint> generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
        var top = sum >> 25;
        sum = (sum & 0x1ffffff) << 5;
        for (var i = 0; i < 5; i++)
            if (((top >> i) & 1) != 0) sum ^= generator[i];
        return sum;
    }

    /// <returns>The bits left over at the end, which for a decoder must be zero.</returns>
    private static uint Regroup(ReadOnlySpan<byte> input, int inputBits, Span<byte> output, int outputBits)
    {
        var (pending, bits, written) = (0u, 0, 0);
        foreach (var value in input)
        {
            pending = ((pending << inputBits) | value) & 0xfff;
            bits += inputBits;
            for (; bits >= outputBits; bits -= outputBits) output[written++] = (byte)((pending >> (bits - outputBits)) & ((1u << outputBits) - 1));
        }
        var rest = pending & ((1u << bits) - 1);
        if (written < output.Length) output[written] = (byte)(rest << (outputBits - bits));
        return rest;
    }
}

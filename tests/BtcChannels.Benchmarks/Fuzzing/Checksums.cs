using NBitcoin.DataEncoders;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Gives a mutated text the checksum that it would need: else nothing gets past that.</summary>
internal static class Checksums
{
    private const string Base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const string Bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int Base58Length = 4;
    private const int Bech32Length = 6;
    private const uint Bech32Constant = 1;
    private const uint Bech32mConstant = 0x2bc830a3;

    public static byte[] Base58(byte[] input)
    {
        var text = Texts.Of(input);
        if (text.Any(it => !Base58Alphabet.Contains(it, StringComparison.Ordinal))) return input;
        var data = Encoders.Base58.DecodeData(text);
        return data.Length < Base58Length ? input : Texts.Utf8(Encoders.Base58Check.EncodeData(data[..^Base58Length]));
    }

    /// <summary>BIP173's for version 0, BIP350's for others.</summary>
    public static byte[] Bech32(byte[] input)
    {
        var text = Texts.Of(input);
        var separator = text.LastIndexOf('1');
        if (separator < 1 || text.Length - separator - 1 < Bech32Length) return input;
        var (prefix, body) = (text[..separator], text[(separator + 1)..^Bech32Length]);
        if (body.Any(it => !Bech32Alphabet.Contains(it, StringComparison.Ordinal))) return input;
        uint[] words = [.. body.Select(it => (uint)Bech32Alphabet.IndexOf(it, StringComparison.Ordinal)), .. Enumerable.Repeat(0u, Bech32Length)];
        uint[] expanded = [.. prefix.Select(it => (uint)(it >> 5)), 0, .. prefix.Select(it => (uint)it & 31), .. words];
        var checksum = expanded.Aggregate(1u, Step) ^ (words[0] == 0 ? Bech32Constant : Bech32mConstant);
        var letters = Enumerable.Range(0, Bech32Length).Select(it => Bech32Alphabet[(int)(checksum >> (5 * (Bech32Length - 1 - it)) & 31)]);
        return Texts.Utf8($"{prefix}1{body}{string.Concat(letters)}");
    }

    private static uint Step(uint sum, uint word)
    {
        uint[] generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
        var top = sum >> 25;
        sum = ((sum & 0x1ffffff) << 5) ^ word;
        for (var bit = 0; bit < generator.Length; bit++)
            if ((top >> bit & 1) != 0) sum ^= generator[bit];
        return sum;
    }
}

namespace BtcChannels;

/// <summary>The eight characters that guard an output descriptor against typing errors (BIP380).</summary>
public static class DescriptorChecksum
{
    private const string Input = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
    private const string Output = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int Length = 8;

    private static readonly ulong[] s_generator = [0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a, 0x644d626ffd];

    /// <exception cref="ArgumentException">The text has a character that no descriptor has.</exception>
    public static string AppendTo(string descriptor)
    {
        var (sum, group, count) = (1ul, 0ul, 0);
        foreach (var letter in descriptor)
        {
            var position = Input.IndexOf(letter, StringComparison.Ordinal);
            if (position < 0) throw new ArgumentException($"'{letter}' stands in no descriptor", nameof(descriptor));
            sum = Step(sum, (ulong)position & 31);
            group = (group * 3) + ((ulong)position >> 5);
            if (++count < 3) continue;
            sum = Step(sum, group);
            (group, count) = (0, 0);
        }
        if (count > 0) sum = Step(sum, group);
        for (var i = 0; i < Length; i++) sum = Step(sum, 0);
        sum ^= 1;
        return descriptor + "#" + string.Concat(Enumerable.Range(0, Length).Select(i => Output[(int)((sum >> (5 * (Length - 1 - i))) & 31)]));
    }

    private static ulong Step(ulong sum, ulong value)
    {
        var top = sum >> 35;
        sum = ((sum & 0x7ffffffff) << 5) ^ value;
        for (var i = 0; i < s_generator.Length; i++)
            if (((top >> i) & 1) == 1) sum ^= s_generator[i];
        return sum;
    }
}

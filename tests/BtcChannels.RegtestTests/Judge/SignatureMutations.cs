using NBitcoin;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>Signatures that are wrong, or wrongly written, and what they commit to.</summary>
internal static class SignatureMutations
{
    // With its hash type, as a key makes them.
    private const int Shortest = 60;
    private const int Longest = 73;

    private static readonly byte[] s_hashTypes = [0, 1, 2, 3, 4, 5, 0x1f, 0x20, 0x21, 0x40, 0x41, 0x80, 0x81, 0x82, 0x83, 0x84, 0xc1, 0xff];

    public static IEnumerable<Mutation> All()
    {
        foreach (var type in s_hashTypes)
        {
            yield return new($"hash type {type:x2}", (draft, stream) => stream.Pick(draft.Inputs).HashType = type);
            yield return Changed($"hash type {type:x2} written for another", (signature, _) => [.. signature[..^1], type]);
        }
        yield return new("another key", (draft, stream) => stream.Pick(draft.Inputs).Impostor = new Key(stream.Bytes(32)));
        yield return new("another value signed", (draft, stream) => stream.Pick(draft.Inputs).SignedExtra = 1);
        yield return Changed("no signature", (_, _) => []);
        yield return Changed("one byte", (_, _) => [1]);
        yield return Changed("one zero", (_, _) => [0]);
        yield return Changed("a flipped bit", Flipped);
        yield return Changed("a flipped bit in the numbers", (signature, stream) => Flipped(signature, 10 + stream.Below(20), stream));
        yield return Changed("no hash type", (signature, _) => signature[..^1]);
        yield return Changed("truncated", (signature, stream) => signature[..stream.Below(signature.Length + 1)]);
        yield return Changed("a byte more", (signature, stream) => [.. signature, (byte)stream.Below(256)]);
        yield return Changed("a byte more before the hash type", (signature, stream) => [.. signature[..^1], (byte)stream.Below(256), signature[^1]]);
        yield return Changed("of 520 bytes", (signature, _) => [.. signature, .. new byte[520 - signature.Length]]);
        yield return Changed("of 521 bytes", (signature, _) => [.. signature, .. new byte[521 - signature.Length]]);
        yield return Changed("random bytes", (_, stream) => stream.Bytes(71));
        yield return Changed("with the length in two bytes", (signature, _) => [0x30, 0x81, .. signature[1..]]);
        yield return Changed("with a wrong length", (signature, stream) => [signature[0], (byte)((signature[1] + 1 + stream.Below(254)) & 0xff), .. signature[2..]]);
        yield return Changed("of another tag", (signature, stream) => [(byte)stream.Pick([0x31, 0x02, 0x10, 0x00]), .. signature[1..]]);
        yield return Numbers("high S", der => der.Negated());
        yield return Numbers("padded R", der => der with { R = [0, .. der.R] });
        yield return Numbers("padded S", der => der with { S = [0, .. der.S] });
        yield return Numbers("negative R", der => der with { R = [(byte)(der.R[0] | 0x80), .. der.R[1..]] });
        yield return Numbers("negative S", der => der with { S = [(byte)(der.S[0] | 0x80), .. der.S[1..]] });
        yield return Numbers("R of zero", der => der with { R = [0] });
        yield return Numbers("S of zero", der => der with { S = [0] });
        yield return Numbers("R of no bytes", der => der with { R = [] });
        yield return Numbers("S of no bytes", der => der with { S = [] });
        yield return Numbers("R of one", der => der with { R = [1] });
        yield return Numbers("R of the order", der => der with { R = DerText.Order(0) });
        yield return Numbers("R of the order less one", der => der with { R = DerText.Order(-1) });
        yield return Numbers("S of the order", der => der with { S = DerText.Order(0) });
        yield return Numbers("S above the order", der => der with { S = DerText.Order(1) });
        yield return Numbers("R of 34 bytes", der => der with { R = [1, .. Enumerable.Repeat((byte)2, 33)] });
        yield return Numbers("R and S swapped", der => der with { R = der.S, S = der.R });
        yield return new("signatures swapped", (draft, stream) => draft.OnceSigned(_ =>
        {
            var elements = stream.Pick(draft.Inputs).Elements;
            int[] signed = [.. Enumerable.Range(0, elements.Count).Where(i => elements[i].Signer is not null)];
            if (signed.Length > 1) (elements[signed[0]], elements[signed[1]]) = (elements[signed[1]], elements[signed[0]]);
        }));
        yield return new("all signatures empty", (draft, _) => draft.OnceSigned(_ =>
        {
            foreach (var elements in draft.Inputs.Select(input => input.Elements))
                for (var i = 0; i < elements.Count; i++)
                    if (elements[i].Signer is not null) elements[i] = elements[i] with { Data = [] };
        }));
    }

    private static Mutation Numbers(string name, Func<DerText, DerText> change) =>
        Changed(name, (signature, _) => DerText.Read(signature) is { } der ? change(der).Write() : signature);

    /// <summary>Changes one signature of one input.</summary>
    private static Mutation Changed(string name, Func<byte[], SeededStream, byte[]> change) => new($"a signature: {name}", (draft, stream) => draft.OnceSigned(_ =>
    {
        var chosen = stream.Below(draft.Inputs.Count);
        var elements = draft.Inputs[chosen].Elements;
        int[] signed = [.. Enumerable.Range(0, elements.Count).Where(i => elements[i].Signer is not null)];
        if (signed.Length == 0) return;
        var at = stream.Pick(signed);
        // What another change has spoiled already stays as it is.
        if (elements[at].Data.Length is < Shortest or > Longest) return;
        elements[at] = elements[at] with { Data = change(elements[at].Data, stream) };
    }));

    private static byte[] Flipped(byte[] signature, SeededStream stream) => Flipped(signature, stream.Below(signature.Length), stream);

    private static byte[] Flipped(byte[] signature, int at, SeededStream stream)
    {
        byte[] flipped = [.. signature];
        flipped[at] ^= (byte)(1 << stream.Below(8));
        return flipped;
    }
}

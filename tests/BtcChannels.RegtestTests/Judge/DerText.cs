using System.Numerics;

namespace BtcChannels.RegtestTests.Judge;

/// <summary>The encoding of a signature, part by part, so that each can be written wrongly.</summary>
internal sealed record DerText(byte[] R, byte[] S, byte HashType)
{
    private static readonly BigInteger s_order = BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber, null);

    /// <summary>Takes strict DER and a hash type; null for anything else.</summary>
    public static DerText? Read(byte[] signature)
    {
        if (signature is not [0x30, _, 0x02, var r, ..] || signature.Length < r + 7) return null;
        var s = signature[5 + r];
        return signature.Length == r + s + 7 ? new(signature[4..(4 + r)], signature[(6 + r)..^1], signature[^1]) : null;
    }

    public byte[] Write() => [0x30, (byte)(R.Length + S.Length + 4), 0x02, (byte)R.Length, .. R, 0x02, (byte)S.Length, .. S, HashType];

    /// <summary>The other s that verifies.</summary>
    public DerText Negated() => this with { S = Number(s_order - new BigInteger(S, isUnsigned: true, isBigEndian: true)) };

    /// <summary>A value at an edge of the group's order.</summary>
    public static byte[] Order(int difference) => Number(s_order + difference);

    private static byte[] Number(BigInteger value) => value.ToByteArray(isUnsigned: false, isBigEndian: true);
}

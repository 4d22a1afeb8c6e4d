using System.Globalization;
using System.Numerics;
using Secp256k1;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.Curve;

/// <summary>Verification at the edges of s: with key and nonce 1, s is the hash plus the generator's x, so that the hash can be chosen for it.</summary>
public class EdgeTests
{
    private const string GeneratorX = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private const string OddY = "b7c52588d95c3b9aa25b0403f1eef75702e84bb7597aabe663b82f6f04ef2777";
    private const string EvenY = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    private const string FieldSize = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";

    [Theory]
    [InlineData(One, true)]
    [InlineData(HalfOrder, true)]
    [InlineData(HalfOrderPlus1, false)]
    [InlineData(OrderLess1, false)]
    public void A_signature_verifies_with_s_up_to_half_the_order_and_above_it_only_normalized(string s, bool verifies)
    {
        Assert.True(PublicKey.TryParse(Bytes("02" + GeneratorX), out var key));
        Assert.True(Signature.TryParseCompact(Bytes(GeneratorX + s), out var signature));
        var hash = Bytes(Less(s, GeneratorX));
        Assert.Equal(verifies, key.Verify(hash, signature));
        Assert.True(key.Verify(hash, signature.Normalize()));
    }

    [Theory]
    [InlineData("06" + GeneratorX + EvenY, true)]
    [InlineData("07" + GeneratorX + OddY, true)]
    [InlineData("07" + GeneratorX + EvenY, false)]
    [InlineData("06" + GeneratorX + OddY, false)]
    [InlineData("06" + GeneratorX + GeneratorX, false)]
    [InlineData("06" + GeneratorX, false)]
    [InlineData("04" + GeneratorX + EvenY, true)]
    [InlineData("02" + GeneratorX, true)]
    [InlineData("05" + GeneratorX + EvenY, false)]
    [InlineData("", false)]
    public void Consensus_reads_hybrid_keys_whose_prefix_tells_y(string hex, bool valid)
    {
        Assert.Equal(valid, PublicKey.TryParseHybridToo(Bytes(hex), out var key));
        Assert.Equal(valid, key is not null);
        if (hex is ['0', '6' or '7', ..]) Assert.False(PublicKey.TryParse(Bytes(hex), out _));
    }

    [Theory]
    [InlineData("00")]                                       // infinity
    [InlineData("04" + Zero + Zero)]
    [InlineData("06" + Zero + Zero)]
    [InlineData("02" + Zero)]
    [InlineData("02" + FieldSize)]
    [InlineData("04" + FieldSize + EvenY)]
    [InlineData("04" + GeneratorX + FieldSize)]
    public void Infinity_and_numbers_outside_the_field_are_no_keys(string hex) => Assert.False(PublicKey.TryParseHybridToo(Bytes(hex), out _));

    [Fact]
    public void The_size_of_the_field_is_no_secret_key() => Assert.False(SecretKey.TryCreate(Bytes(FieldSize), out _));

    private static string Less(string a, string b)
    {
        static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var order = Number(Order);
        var difference = ((Number(a) - Number(b)) % order + order) % order;
        return Convert.ToHexStringLower(difference.ToByteArray(isUnsigned: true, isBigEndian: true)).PadLeft(64, '0');
    }
}

using System.Globalization;
using System.Numerics;
using Secp256k1;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.Curve;

public class SignatureTests
{
    [Theory]
    [InlineData(One, One, true)]
    [InlineData(OrderLess1, OrderLess1, true)]
    [InlineData(Zero, One, false)]
    [InlineData(One, Zero, false)]
    [InlineData(Order, One, false)]
    [InlineData(One, Order, false)]
    [InlineData(OrderPlus1, One, false)]
    [InlineData(One, OrderPlus1, false)]
    [InlineData(One, "", false)]
    [InlineData(One, One + "00", false)]
    public void Compact_takes_two_numbers_from_1_to_the_order_less_1(string r, string s, bool valid)
    {
        Assert.Equal(valid, Signature.TryParseCompact(Bytes(r + s), out var signature));
        Assert.Equal(valid ? r + s : Zero + Zero, Convert.ToHexStringLower(signature.ToCompact()));
    }

    [Theory]
    [InlineData(One, true)]
    [InlineData(HalfOrder, true)]
    [InlineData(HalfOrderPlus1, false)]
    [InlineData(OrderLess1, false)]
    public void S_is_low_up_to_half_the_order(string s, bool low)
    {
        var signature = Compact(One + s);
        Assert.Equal(low, signature.IsLowS);
        Assert.True(signature.Normalize().IsLowS);
        Assert.Equal(low ? signature : Negate(signature), signature.Normalize());
    }

    [Theory]
    [InlineData("30060201010201" + "01", One, One)]
    [InlineData("3008020200ff020200ff", "00000000000000000000000000000000000000000000000000000000000000ff", "00000000000000000000000000000000000000000000000000000000000000ff")]
    [InlineData("3007020200800201" + "7f", "0000000000000000000000000000000000000000000000000000000000000080", "000000000000000000000000000000000000000000000000000000000000007f")]
    [InlineData("3046022100" + OrderLess1 + "022100" + OrderLess1, OrderLess1, OrderLess1)]
    [InlineData("30440220" + HalfOrder + "0220" + HalfOrder, HalfOrder, HalfOrder)]
    public void Strict_DER_is_read_and_written(string der, string r, string s)
    {
        Assert.True(Signature.IsStrictDer(Bytes(der)));
        Assert.True(Signature.TryParseDer(Bytes(der), out var signature));
        Assert.Equal(Compact(r + s), signature);
        Assert.Equal(der, Convert.ToHexStringLower(signature.ToDer()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("3006020101020101" + "01")]       // a byte too many, such as the hash type
    [InlineData("3005020101020101")]
    [InlineData("3007020101020101")]
    [InlineData("3106020101020101")]
    [InlineData("3006030101020101")]
    [InlineData("3006020101030101")]
    [InlineData("30050200020101")]                // r of no length
    [InlineData("30050201010200")]                // s of no length
    [InlineData("3006020181020101")]              // r negative
    [InlineData("3006020101020181")]              // s negative
    [InlineData("300702020001020101")]            // r padded
    [InlineData("300702010102020001")]            // s padded
    [InlineData("30810602010102010" + "1")]       // the length in long form
    [InlineData("300702810101020101")]
    [InlineData("3006020501020101")]              // r longer than what is there
    [InlineData("3006020101020501")]
    [InlineData("300b020101020101020101020100")]
    public void What_is_not_strict_DER_is_refused(string hex)
    {
        Assert.False(Signature.IsStrictDer(Bytes(hex)));
        Assert.False(Signature.TryParseDer(Bytes(hex), out _));
    }

    [Theory]
    [InlineData("3006020100020101")]
    [InlineData("3006020101020100")]
    [InlineData("3026022100" + Order + "020101")]
    [InlineData("3026020101022100" + Order)]
    [InlineData("30270222010000000000000000000000000000000000000000000000000000000000000000000201" + "01")]
    public void Well_encoded_numbers_out_of_range_are_no_signature(string der)
    {
        Assert.True(Signature.IsStrictDer(Bytes(der)));
        Assert.False(Signature.TryParseDer(Bytes(der), out _));
    }

    [Fact]
    public void Every_truncation_and_every_changed_byte_of_a_signature_reads_as_itself_or_not_at_all()
    {
        using var key = SecretKey.Generate();
        var der = key.Sign(Bytes(One)).ToDer();
        for (var length = 0; length < der.Length; length++) Assert.False(Signature.TryParseDer(der.AsSpan(0, length), out _));
        for (var at = 0; at < der.Length; at++)
            for (var value = 0; value < 256; value++)
            {
                var changed = der.ToArray();
                changed[at] = (byte)value;
                if (Signature.TryParseDer(changed, out var signature)) Assert.Equal(changed, signature.ToDer());
            }
    }

    [Fact]
    public void Signatures_are_equal_by_value()
    {
        Assert.True(Compact(One + Two) == Compact(One + Two));
        Assert.True(Compact(One + Two) != Compact(Two + One));
        Assert.Equal(Compact(One + Two).GetHashCode(), Compact(One + Two).GetHashCode());
        Assert.False(Compact(One + Two).Equals(new object()));
    }

    [Fact]
    public void Writing_needs_room_for_64_bytes()
    {
        var buffer = new byte[65];
        Compact(One + Two).WriteCompact(buffer);
        Assert.Equal(Bytes(One + Two + "00"), buffer);
        Assert.Throws<ArgumentException>(() => Compact(One + Two).WriteCompact(new byte[63]));
    }

    /// <summary>The signature's other form, with s taken from the order.</summary>
    internal static Signature Negate(Signature signature)
    {
        var compact = signature.ToCompact();
        var order = BigInteger.Parse("0" + Order, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var negated = (order - new BigInteger(compact.AsSpan(32), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        compact.AsSpan(32).Clear();
        negated.CopyTo(compact, 64 - negated.Length);
        return Compact(Convert.ToHexStringLower(compact));
    }

    private static Signature Compact(string hex) => Signature.TryParseCompact(Bytes(hex), out var signature) ? signature : throw new ArgumentException(hex);
}

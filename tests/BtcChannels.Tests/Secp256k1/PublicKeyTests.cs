using Secp256k1;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.Curve;

public class PublicKeyTests
{
    private const string X = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private const string EvenY = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

    [Theory]
    [InlineData("02" + X, true)]
    [InlineData("03" + X, true)]
    [InlineData("04" + X + EvenY, true)]
    [InlineData("06" + X + EvenY, false)]
    [InlineData("07" + X + EvenY, false)]
    [InlineData("04" + X, false)]
    [InlineData("02" + X + EvenY, false)]
    [InlineData("05" + X, false)]
    [InlineData("00" + X, false)]
    [InlineData("02" + X + "00", false)]
    [InlineData("0279be66", false)]
    [InlineData("", false)]
    [InlineData("020000000000000000000000000000000000000000000000000000000000000005", false)]   // no point has this x
    [InlineData("02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", false)]   // x is the field's size
    [InlineData("02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false)]
    [InlineData("04" + X + X, false)]
    public void A_public_key_is_a_point_of_the_curve_in_a_plain_form(string hex, bool valid)
    {
        Assert.Equal(valid, PublicKey.TryParse(Bytes(hex), out var key));
        Assert.Equal(valid, key is not null);
    }

    [Fact]
    public void Both_forms_are_written_as_they_are_read()
    {
        Assert.True(PublicKey.TryParse(Bytes("04" + X + EvenY), out var key));
        Assert.Equal("02" + X, Convert.ToHexStringLower(key.ToBytes()));
        Assert.Equal("04" + X + EvenY, Convert.ToHexStringLower(key.ToBytes(compressed: false)));
        var buffer = new byte[34];
        key.WriteTo(buffer);
        Assert.Equal([.. key.ToBytes(), 0], buffer);
        Assert.Throws<ArgumentException>(() => key.WriteTo(new byte[32]));
    }

    [Fact]
    public void Keys_are_equal_by_their_point()
    {
        Assert.True(PublicKey.TryParse(Bytes("04" + X + EvenY), out var one));
        Assert.True(PublicKey.TryParse(Bytes("02" + X), out var same));
        Assert.True(PublicKey.TryParse(Bytes("03" + X), out var other));
        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, other);
        Assert.False(one.Equals(null));
    }

    [Fact]
    public void A_signature_verifies_for_its_key_and_hash_alone()
    {
        Assert.True(SecretKey.TryCreate(Bytes(One), out var key));
        Assert.True(SecretKey.TryCreate(Bytes(Two), out var other));
        var signature = key.Sign(Bytes(HalfOrder));
        Assert.True(key.PublicKey.Verify(Bytes(HalfOrder), signature));
        Assert.False(other.PublicKey.Verify(Bytes(HalfOrder), signature));
        Assert.False(key.PublicKey.Verify(Bytes(HalfOrderPlus1), signature));
    }

    [Fact]
    public void High_S_is_refused_though_it_is_the_same_signature()
    {
        using var key = SecretKey.Generate();
        var signature = key.Sign(Bytes(One));
        var high = SignatureTests.Negate(signature);
        Assert.False(high.IsLowS);
        Assert.False(key.PublicKey.Verify(Bytes(One), high));
        Assert.True(key.PublicKey.Verify(Bytes(One), high.Normalize()));
    }

    [Fact]
    public void The_default_signature_verifies_nothing()
    {
        using var key = SecretKey.Generate();
        Assert.False(key.PublicKey.Verify(Bytes(One), default));
        Assert.False(key.PublicKey.Verify(Bytes(Zero), default));
    }
}

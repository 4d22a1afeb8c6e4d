using System.Security.Cryptography;
using System.Text;
using Secp256k1;
using static BtcChannels.Tests.Curve.Hex;

namespace BtcChannels.Tests.Curve;

public class SecretKeyTests
{
    private const string GeneratorX = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    [Theory]
    [InlineData(Zero, false)]
    [InlineData(One, true)]
    [InlineData(OrderLess1, true)]
    [InlineData(Order, false)]
    [InlineData(OrderPlus1, false)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false)]
    [InlineData("", false)]
    [InlineData("01", false)]
    [InlineData("00" + One, false)]
    public void A_secret_key_is_from_1_to_the_order_less_1(string hex, bool valid)
    {
        Assert.Equal(valid, SecretKey.TryCreate(Bytes(hex), out var key));
        Assert.Equal(valid, key is not null);
    }

    [Theory]
    [InlineData(One, "02" + GeneratorX)]
    [InlineData(OrderLess1, "03" + GeneratorX)]
    [InlineData(Two, "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5")]
    public void A_secret_key_has_the_known_public_key(string secret, string expected) => Assert.Equal(expected, Key(secret).PublicKey.ToString());

    // Published with trezor-crypto, python-ecdsa and CoreBitcoin: RFC 6979 over SHA-256 of the text.
    [Theory]
    [InlineData(One, "Satoshi Nakamoto", "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")]
    [InlineData(One, "All those moments will be lost in time, like tears in rain. Time to die...", "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21")]
    [InlineData(OrderLess1, "Satoshi Nakamoto", "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d06b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5")]
    [InlineData("f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing", "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea")]
    [InlineData("e91671c46231f833a6406ccbea0e3e392c76c167bac1cb013f6f1013980455c2", "There is a computer disease that anybody who works with computers knows about. It's a very serious disease and it interferes completely with the work. The trouble with computers is that you 'play' with them!", "b552edd27580141f3b2a5463048cb7cd3e047b97c9f98076c32dbdf85a68718b279fa72dd19bfae05577e06c7c0c1900c371fcd5893f7e1d56a37d30174671f6")]
    public void A_signature_has_the_published_RFC_6979_bytes(string secret, string message, string expected)
    {
        using var key = Key(secret);
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(message));
        var signature = key.Sign(hash);
        Assert.Equal(expected, signature.ToString());
        Assert.True(key.PublicKey.Verify(hash, signature));
    }

    [Fact]
    public void Every_signature_has_low_S_and_high_R_is_left_as_it_comes()
    {
        using var key = Key(One);
        var signatures = Enumerable.Range(0, 64).Select(i => key.Sign(SHA256.HashData([(byte)i]))).ToArray();
        Assert.All(signatures, signature => Assert.True(signature.IsLowS));
        Assert.Contains(signatures, signature => !signature.IsLowR);
    }

    [Fact]
    public void Extra_entropy_makes_another_valid_signature()
    {
        using var key = Key(Two);
        var hash = Bytes(One);
        var signature = key.Sign(hash, Bytes(Zero));
        Assert.NotEqual(key.Sign(hash), signature);
        Assert.True(key.PublicKey.Verify(hash, signature));
        Assert.Equal(signature, key.Sign(hash, Bytes(Zero)));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(0)]
    public void Hash_entropy_and_tweak_are_32_bytes(int length)
    {
        using var key = Key(One);
        Assert.Throws<ArgumentException>(() => key.Sign(new byte[length]));
        Assert.Throws<ArgumentException>(() => key.Sign(new byte[32], new byte[length]));
        Assert.Throws<ArgumentException>(() => key.TryTweakAdd(new byte[length], out _));
        Assert.Throws<ArgumentException>(() => key.PublicKey.TryTweakAdd(new byte[length], out _));
        Assert.Throws<ArgumentException>(() => key.PublicKey.Verify(new byte[length], key.Sign(new byte[32])));
    }

    [Fact]
    public void Fresh_keys_differ()
    {
        using SecretKey one = SecretKey.Generate(), other = SecretKey.Generate();
        Assert.NotEqual(one.PublicKey, other.PublicKey);
    }

    [Theory]
    [InlineData(One, One, Two)]
    [InlineData(One, Zero, One)]
    [InlineData(Two, OrderLess1, One)]
    [InlineData(One, OrderLess1, null)]
    [InlineData(One, Order, null)]
    public void A_tweak_is_added_modulo_the_order_to_both_halves_of_a_key(string secret, string tweak, string? sum)
    {
        using var key = Key(secret);
        Assert.Equal(sum is not null, key.TryTweakAdd(Bytes(tweak), out var tweaked));
        Assert.Equal(sum is not null, key.PublicKey.TryTweakAdd(Bytes(tweak), out var tweakedPublic));
        Assert.Equal(sum, tweaked is null ? null : Read(tweaked));
        Assert.Equal(tweaked?.PublicKey, tweakedPublic);
        Assert.Equal(secret, Read(key));
    }

    [Fact]
    public void Dispose_wipes_the_key()
    {
        var key = Key(OrderLess1);
        Assert.Equal(Bytes(OrderLess1), key.Memory.ToArray());
        key.Dispose();
        Assert.Equal(new byte[32], key.Memory.ToArray());
    }

    [Fact]
    public void A_wiped_key_does_nothing_more()
    {
        var key = Key(One);
        key.Dispose();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.PublicKey);
        Assert.Throws<ObjectDisposedException>(() => key.Sign(new byte[32]));
        Assert.Throws<ObjectDisposedException>(() => key.TryTweakAdd(new byte[32], out _));
        Assert.Throws<ObjectDisposedException>(() => key.CopyTo(new byte[32]));
    }

    [Fact]
    public void A_key_that_is_wiped_while_threads_sign_with_it_makes_whole_signatures_or_none()
    {
        var hash = Bytes(Two);
        using var reference = Key(One);
        var expected = reference.Sign(hash);
        for (var round = 0; round < 50; round++)
        {
            var key = Key(One);
            Parallel.For(0, 4, i =>
            {
                if (i == 3)
                {
                    key.Dispose();
                    return;
                }
                try
                {
                    Assert.Equal(expected, key.Sign(hash));
                }
                catch (ObjectDisposedException)
                {
                    Assert.Throws<ObjectDisposedException>(() => key.Sign(hash));
                }
            });
        }
    }

    private static SecretKey Key(string hex) => SecretKey.TryCreate(Bytes(hex), out var key) ? key : throw new ArgumentException(hex);

    private static string Read(SecretKey key)
    {
        var bytes = new byte[32];
        key.CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}

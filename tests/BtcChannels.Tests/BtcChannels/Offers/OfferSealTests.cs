using System.Buffers.Text;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class OfferSealTests
{
    private static readonly byte[] s_secret = [.. Enumerable.Repeat((byte)0x5a, 32)];
    private static readonly OfferSeal s_seal = new(s_secret);
    private static readonly string s_token = s_seal.Write(OfferSample.Make());

    [Fact]
    public void Any_offer_is_read_back_as_it_was_written()
    {
        var numbers = ArbMap.Default.ArbFor<long>().Generator;
        var offers =
            from high in ArbMap.Default.ArbFor<ulong>().Generator
            from low in ArbMap.Default.ArbFor<ulong>().Generator
            from key in Gen.Elements(Sample.Stranger.PubKey, Sample.Customer.PubKey, Sample.Keys.KeyFor(Sample.OfferId))
            from it in numbers.ArrayOf(6)
            from confirmations in ArbMap.Default.ArbFor<int>().Generator
            select new Offer(
                new OfferId(new UInt128(high, low)), ChannelKind.P2sh, key, Money.Satoshis(it[0]), Money.Satoshis(it[1]), Money.Satoshis(it[2]), it[3], it[4], confirmations, it[5]);
        Prop.ForAll(offers.ToArbitrary(), offer =>
        {
            var token = s_seal.Write(offer);
            Assert.Equal(OfferSeal.TokenLength, token.Length);
            Assert.True(s_seal.TryRead(token, out var read));
            Assert.Equal(offer, read);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_same_offer_has_the_same_token() => Assert.Equal(s_token, new OfferSeal([.. s_secret]).Write(OfferSample.Make()));

    [Fact]
    public void Any_bit_that_is_flipped_is_noticed()
    {
        var bytes = Base64Url.DecodeFromChars(s_token);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = (byte[])[.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(s_seal.TryRead(Base64Url.EncodeToString(changed), out var offer), $"bit {bit}");
            Assert.Null(offer);
        }
    }

    [Fact]
    public void The_token_of_another_secret_is_foreign()
    {
        var other = (byte[])[.. s_secret];
        other[31] ^= 1;
        Assert.False(new OfferSeal(other).TryRead(s_token, out _));
    }

    [Fact]
    public void Any_other_length_is_refused()
    {
        for (var length = 0; length < s_token.Length; length++) Assert.False(s_seal.TryRead(s_token[..length], out _));
        Assert.False(s_seal.TryRead(s_token + "A", out _));
        Assert.False(s_seal.TryRead(s_token + s_token, out _));
        Assert.False(s_seal.TryRead(null, out _));
    }

    [Theory]
    [InlineData('=')]
    [InlineData('+')]
    [InlineData('/')]
    [InlineData(' ')]
    [InlineData('\n')]
    [InlineData('é')]
    public void Characters_that_are_not_base64url_are_refused(char character)
    {
        Assert.False(s_seal.TryRead(s_token[..^1] + character, out _));
        Assert.False(s_seal.TryRead(character + s_token[1..], out _));
        Assert.False(s_seal.TryRead(character + s_token, out _));
    }

    [Fact]
    public void A_token_of_another_format_is_refused_though_it_is_sealed()
    {
        var bytes = Base64Url.DecodeFromChars(s_token);
        bytes[0]++;
        HMACSHA256.HashData(s_secret, bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        Assert.False(s_seal.TryRead(Base64Url.EncodeToString(bytes), out _));
    }
}

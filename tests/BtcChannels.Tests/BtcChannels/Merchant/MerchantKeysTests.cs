using System.Text.Json;
using NBitcoin;

namespace BtcChannels.Tests.Domain;

public class MerchantKeysTests
{
    private static readonly JsonElement s_vectors = Vectors.Read("merchant-keys.json");

    private static byte[] Seed => Convert.FromHexString(s_vectors.Text("seed"));

    private static OfferId IdOf(string hex) => OfferId.FromBytes(Convert.FromHexString(hex));

    public static TheoryData<string> Networks => [.. s_vectors.GetProperty("networks").EnumerateArray().Select(it => it.Text("network"))];

    private static (JsonElement Vector, MerchantKeys Keys) Of(string network) =>
        (s_vectors.GetProperty("networks").EnumerateArray().Single(it => it.Text("network") == network), new MerchantKeys(Seed, Network.GetNetwork(network)));

    [Theory, MemberData(nameof(Networks))]
    public void A_seed_has_the_published_channel_keys(string network)
    {
        var (vector, keys) = Of(network);
        foreach (var it in vector.GetProperty("channelKeys").EnumerateArray()) Assert.Equal(it.Text("key"), keys.KeyFor(IdOf(it.Text("offer"))).ToHex());
    }

    [Theory, MemberData(nameof(Networks))]
    public void A_seed_has_the_published_payout_scripts(string network)
    {
        var (vector, keys) = Of(network);
        foreach (var it in vector.GetProperty("payoutScripts").EnumerateArray()) Assert.Equal(it.Text("script"), keys.PayoutScript((uint)it.Number("index")).ToHex());
    }

    [Theory, MemberData(nameof(Networks))]
    public void A_seed_seals_offers_with_the_published_secret(string network)
    {
        var (vector, keys) = Of(network);
        Assert.True(new OfferSeal(Convert.FromHexString(vector.Text("sealSecret"))).TryRead(keys.Seal.Write(OfferSample.Make()), out _));
    }

    [Fact]
    public void A_seed_has_the_published_fingerprint() => Assert.Equal(s_vectors.Text("fingerprint"), new MerchantKeys(Seed, Network.Main).Fingerprint);

    /// <summary>Told as a path: 21', the coin, 0', then the offer's bits, 31 and 31 and 31 and 31 and the last 4 above 27 zeros.</summary>
    [Theory]
    [InlineData("00000000000000000000000000000000", "21'/1'/0'/0'/0'/0'/0'/0'")]
    [InlineData("00000000000000000000000000000001", "21'/1'/0'/0'/0'/0'/0'/134217728'")]
    [InlineData("0000000000000000000000000000000f", "21'/1'/0'/0'/0'/0'/0'/2013265920'")]
    [InlineData("00000000000000000000000000000010", "21'/1'/0'/0'/0'/0'/1'/0'")]
    [InlineData("80000000000000000000000000000000", "21'/1'/0'/1073741824'/0'/0'/0'/0'")]
    [InlineData("ffffffffffffffffffffffffffffffff", "21'/1'/0'/2147483647'/2147483647'/2147483647'/2147483647'/2013265920'")]
    public void A_channel_key_stands_on_the_path_of_its_offer(string offer, string path) => Assert.Equal(
        ExtKey.CreateFromSeed(Seed).Derive(KeyPath.Parse(path)).PrivateKey.PubKey, new MerchantKeys(Seed, Network.RegTest).KeyFor(IdOf(offer)));

    [Fact]
    public void Offers_that_differ_in_one_bit_have_other_keys()
    {
        var id = Sample.OfferId.Value;
        var keys = Enumerable.Range(0, 128).Select(bit => Sample.Keys.KeyFor(new OfferId(id ^ (UInt128.One << bit)))).Append(Sample.Keys.KeyFor(new OfferId(id)));
        Assert.Equal(129, keys.Distinct().Count());
    }

    [Fact]
    public void Keys_of_mainnet_are_none_of_a_test_network()
    {
        var (main, regtest) = (new MerchantKeys(Seed, Network.Main), new MerchantKeys(Seed, Network.RegTest));
        Assert.NotEqual(main.KeyFor(Sample.OfferId), regtest.KeyFor(Sample.OfferId));
        Assert.NotEqual(main.PayoutScript(0), regtest.PayoutScript(0));
        Assert.False(main.Seal.TryRead(regtest.Seal.Write(OfferSample.Make()), out _));
    }

    [Fact]
    public void Payouts_are_the_addresses_of_BIP84()
    {
        var vector = Vectors.Read("bip84.json");
        var keys = new MerchantKeys(Convert.FromHexString(vector.Text("seed")), Network.Main);
        var addresses = vector.GetProperty("receiving").EnumerateArray().Select(it => it.GetString()).ToList();
        Assert.Equal(addresses, addresses.Select((_, index) => keys.PayoutScript((uint)index).GetDestinationAddress(Network.Main).ToString()));
    }

    [Fact]
    public void There_are_2_to_the_31_payouts() => Assert.ThrowsAny<Exception>(() => Sample.Keys.PayoutScript(0x8000_0000));

    [Theory]
    [InlineData(28_000)]
    [InlineData(0)]
    [InlineData(Sample.Capacity)]
    public void A_payment_is_completed_with_the_key_of_its_offer(long total)
    {
        var channel = Sample.Channel(offer: new OfferId(7));
        var payment = Sample.Pay(channel, total);
        var close = new MerchantKeys(Sample.Seed, Network.RegTest).Countersign(channel, payment);
        SignedInput.HoldsAllSignatures(close);
        Assert.Equal(payment.Signature, SignedInput.SignatureOf(SignedInput.Elements(close)[0]));
        Assert.Equal(channel.PaymentOf(Money.Satoshis(total)).Outputs.Select(it => (it.Value, it.ScriptPubKey)), close.Outputs.Select(it => (it.Value, it.ScriptPubKey)));
    }
}

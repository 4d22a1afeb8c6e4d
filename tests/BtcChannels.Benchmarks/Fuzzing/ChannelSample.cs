using NBitcoin;
using Secp256k1;

namespace BtcChannels.Benchmarks.Fuzzing;

/// <summary>Values of a channel that are right in every way.</summary>
internal static class ChannelSample
{
    private const long Now = 1_800_000_000;

    public static Key Customer { get; } = new([.. Enumerable.Repeat((byte)0x22, 32)]);

    public static MerchantKeys Merchant { get; } = new([.. Enumerable.Range(1, 32).Select(it => (byte)it)], Network.RegTest);

    public static OfferId OfferId { get; } = new(new UInt128(3, 4));

    public static Offer Offer { get; } = Offer.Make(
        OfferId, Merchant.KeyFor(OfferId), new FeeRate(Money.Satoshis(2_000L)), new Moment(Now, new ChainTip(1, uint256.One, Now), Now), new MerchantPolicy());

    public static ChannelTerms Terms { get; } = new(ChannelKind.P2sh, Merchant.KeyFor(OfferId), Customer.PubKey, new Expiry((uint)(Now + 864_000)), Money.Satoshis(1_038L));

    public static ChannelId Id { get; } = new(new OutPoint(new uint256((byte[])[.. Enumerable.Repeat((byte)0xa5, 32)]), 1));

    public static Signature Signature { get; } = ChannelSigning.Sign(Customer, uint256.One);

    public static string Token { get; } = Merchant.Seal.Write(Offer);
}

using NBitcoin;

namespace BtcChannels.Tests.Domain;

internal static class OfferSample
{
    /// <summary>An offer of the sample merchant, made now.</summary>
    public static Offer Make(FeeRate? estimate = null, Moment? now = null, MerchantPolicy? policy = null) =>
        Offer.Make(Sample.OfferId, Sample.Keys.KeyFor(Sample.OfferId), estimate ?? FeeRate.Zero, now ?? Sample.At(), policy ?? Sample.Policy);
}

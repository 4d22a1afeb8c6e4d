using NBitcoin;

namespace BtcChannels;

/// <summary>What the merchant promises for a channel that does not exist yet. It costs him no row: he knows it again by its seal.</summary>
/// <param name="Id">Names the offer; the merchant's key follows from it.</param>
/// <param name="Kind">What the channel will be made of.</param>
/// <param name="MerchantKey">The merchant's key in the redeem script.</param>
/// <param name="CloseFee">What the close will pay the miners, satoshi.</param>
/// <param name="MinDeposit">The least value of the deposit's output, satoshi.</param>
/// <param name="MaxDeposit">The most, satoshi.</param>
/// <param name="MinExpiry">The earliest expiry by time, UNIX seconds.</param>
/// <param name="MaxExpiry">The latest, UNIX seconds.</param>
/// <param name="Confirmations">How deep the deposit has to lie before payments are taken.</param>
/// <param name="Deadline">Until when the channel may be opened, UNIX seconds.</param>
public sealed record Offer(
    OfferId Id, ChannelKind Kind, PubKey MerchantKey, Money CloseFee, Money MinDeposit, Money MaxDeposit, long MinExpiry, long MaxExpiry, int Confirmations, long Deadline)
{
    /// <summary>Satoshi. Two dust thresholds fit in: however it is split, one share is an output, and no close is a transaction without any.</summary>
    private const long LeastCapacity = 1_000;

    /// <summary>Makes terms from today's fees and the later of clock and chain.</summary>
    /// <param name="estimate">The fee rate for a close soon; safety factor and floor are the policy's.</param>
    public static Offer Make(OfferId id, PubKey merchantKey, FeeRate estimate, Moment now, MerchantPolicy policy)
    {
        var fee = policy.CloseFee(estimate);
        return new(
            id, ChannelKind.P2sh, merchantKey, fee,
            new[] { policy.MinDeposit, fee * 2, fee + LeastCapacity }.Max()!,   // a channel that mostly pays miners serves nobody
            policy.MaxDeposit,
            now.Latest + (long)policy.MinDuration.TotalSeconds,
            now.Latest + (long)policy.MaxDuration.TotalSeconds,
            policy.Confirmations,
            now.Latest + (long)policy.OfferLifetime.TotalSeconds);
    }
}

using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels;

/// <summary>What a merchant asks of channels. Each value has a default; <see cref="Validate"/> says which do not go together.</summary>
public sealed record MerchantPolicy
{
    private const int HighestCloseFeeRate = 5_000;

    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(3650);

    /// <summary>The least fee rate that every node relays a transaction with: 1 sat/vB. Since Bitcoin Core 29.1 a tenth is the default.</summary>
    public static FeeRate MinRelayFeeRate { get; } = new(Money.Satoshis(1_000L));

    /// <summary>The fee rate above which something has to be wrong: 10,000 sat/vB, Bitcoin Core's own limit for what its users send.</summary>
    public static FeeRate MaxSaneFeeRate { get; } = new(Money.Satoshis(10_000_000L));

    /// <summary>
    /// How deep a deposit has to lie before payments are taken. Default 3; 1 on regtest. With 0 they are taken as soon as the node has the deposit in its mempool,
    /// where anybody who signed it may still replace it: at most <see cref="MaxUnminedExposure"/> in all.
    /// </summary>
    public int Confirmations { get; init; } = 3;

    /// <summary>
    /// The most that may be authorized, over all channels together, while their deposits stand in no block, satoshi. Above zero exactly where <see cref="Confirmations"/>
    /// is 0. Default 0. What is lost to a double spend counts until that channel's expiry.
    /// </summary>
    public Money MaxUnminedExposure { get; init; } = Money.Zero;

    /// <summary>How deep a close has to lie before it is left alone, at least 1. Default 6.</summary>
    public int BuriedAt { get; init; } = 6;

    /// <summary>
    /// How long before expiry payments stop and the channel is closed. Default a day: it has to outlast a fee spike and an outage of the
    /// merchant, since after expiry it is a race that the customer can win.
    /// </summary>
    public TimeSpan CloseMargin { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The least that a channel has to last beyond the margin. Default a day.</summary>
    public TimeSpan MinUse { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The most that a channel may last. Default 60 days.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromDays(60);

    /// <summary>The least value of a deposit, satoshi. Default 20,000.</summary>
    public Money MinDeposit { get; init; } = Money.Satoshis(20_000);

    /// <summary>The most, satoshi. Default 10,000,000.</summary>
    public Money MaxDeposit { get; init; } = Money.Satoshis(10_000_000);

    /// <summary>Within how many blocks a close should be mined: what the fee is estimated for, 1 to 1,008. Default 6.</summary>
    public int FeeTarget { get; init; } = 6;

    /// <summary>The estimate is multiplied by this, since the fee is fixed long before the close. At least 1, default 2.</summary>
    public int FeeFactor { get; init; } = 2;

    /// <summary>The least fee rate of a close, sat/vB, 1 to 5,000. Default 3.</summary>
    public int MinFeeRate { get; init; } = 3;

    /// <summary>How long an offer may be taken up. Default 10 minutes.</summary>
    public TimeSpan OfferLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a deposit may stay unmined before its channel is given up. Default 2 hours.</summary>
    public TimeSpan PendingLifetime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Whether an expiry may be a height instead of a time. Default no.</summary>
    public bool AllowHeightExpiry { get; init; }

    /// <summary>
    /// How long payments go on while the node does not answer. Default 10 minutes: what is known of the deposits is that old at most.
    /// No channel opens meanwhile.
    /// </summary>
    public TimeSpan MaxChainSilence { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How old the tip may be by its median time, which is an hour behind even where all is well. Default 4 hours, which come by chance less than once in ten years; without bound on regtest. A tip
    /// that is older is shouted, and no channel opens: the node may not hear of the network any more.
    /// </summary>
    public TimeSpan MaxTipAge { get; init; } = TimeSpan.FromHours(4);

    /// <summary>
    /// Whether a payment made directly is for something delivered elsewhere, and so spent at once. Default yes. Where not, the application
    /// counts what is spent, and a close may go down to it.
    /// </summary>
    public bool PaymentsAreSpent { get; init; } = true;

    /// <summary>What is asked of channels of the two1 door.</summary>
    public Two1Policy Two1 { get; init; } = new();

    public TimeSpan MinDuration => CloseMargin + MinUse;

    /// <summary>The defaults for a network.</summary>
    public static MerchantPolicy For(Network network) => network.ChainName == ChainName.Regtest ? new() { Confirmations = 1, MaxTipAge = TimeSpan.MaxValue } : new();

    /// <summary>
    /// What a close has to pay at this estimate, satoshi: with safety factor and floor, never so little that the largest close would not be relayed,
    /// and never above 5,000 sat/vB, so that even the smallest is far from <see cref="MaxSaneFeeRate"/>.
    /// </summary>
    public Money CloseFee(FeeRate estimate)
    {
        var wanted = FeeRate.Max(new FeeRate(estimate.FeePerK * FeeFactor), new FeeRate(Money.Satoshis(MinFeeRate * 1000L)));
        var rate = FeeRate.Min(wanted, new FeeRate(Money.Satoshis(HighestCloseFeeRate * 1000L)));
        return Money.Max(rate.GetFee(ChannelTransactions.CloseVirtualSize), MinRelayFeeRate.GetFee(ChannelTransactions.LargestCloseVirtualSize));
    }

    /// <exception cref="ArgumentException">A value is outside its range, or two contradict each other.</exception>
    public void Validate()
    {
        Require(Confirmations >= 0, "Confirmations are not negative");
        Require(MaxUnminedExposure >= Money.Zero && (Confirmations == 0) == (MaxUnminedExposure > Money.Zero), "MaxUnminedExposure is above zero where Confirmations are 0, and zero elsewhere");
        Require(BuriedAt >= 1, "BuriedAt is at least 1");
        Require(CloseMargin > TimeSpan.Zero && CloseMargin <= LongestDuration, "CloseMargin is above zero and at most ten years");
        Require(MinUse >= TimeSpan.Zero && MinUse <= LongestDuration, "MinUse is not negative and at most ten years");
        Require(MaxDuration > MinDuration, "MaxDuration is above CloseMargin + MinUse");
        Require(MaxDuration <= LongestDuration, "MaxDuration is at most ten years");
        Require(MinDeposit > Money.Zero && MaxDeposit >= MinDeposit && MaxDeposit <= Money.Coins(21_000_000), "0 < MinDeposit <= MaxDeposit <= 21 million bitcoin");
        Require(FeeTarget is >= 1 and <= 1008, "FeeTarget is 1 to 1008 blocks");
        Require(FeeFactor is >= 1 and <= 100, "FeeFactor is 1 to 100");
        Require(MinFeeRate is >= 1 and <= HighestCloseFeeRate, "MinFeeRate is 1 to 5,000 sat/vB");
        Require(OfferLifetime > TimeSpan.Zero, "OfferLifetime is above zero");
        Require(PendingLifetime > TimeSpan.Zero, "PendingLifetime is above zero");
        Two1.Validate(Require);
        Require(MaxTipAge > TimeSpan.FromHours(1), "MaxTipAge is above an hour, by which median time is behind");
        Require(MaxChainSilence > TimeSpan.Zero && MaxChainSilence < CloseMargin, "MaxChainSilence is above zero and below CloseMargin");
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds) throw new ArgumentException($"Merchant policy: {rule}");
    }
}

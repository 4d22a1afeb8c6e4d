using NBitcoin;

namespace BtcChannels.Two1;

/// <summary>
/// What a merchant asks of channels of the two1 door, besides what he asks of all. The defaults take what 21's client sends by itself: a fee of 125,000 satoshi, outputs of 3,000,
/// eight days.
/// </summary>
public sealed record Two1Policy
{
    /// <summary>The least that a payment leaves the miners, satoshi. Default 5,000: 14 sat/vB. Customers choose it when they open and cannot change it later; more is their choice.</summary>
    public Money MinFee { get; init; } = Money.Satoshis(5_000L);

    /// <summary>The most, satoshi: above it nodes take a close for a mistake. Default 1,000,000.</summary>
    public Money MaxFee { get; init; } = Money.Satoshis(1_000_000L);

    /// <summary>The least that each output of a payment is worth, satoshi. Default 3,000, which is what 21's customers leave for themselves.</summary>
    public Money MinOutput { get; init; } = Two1Protocol.MinOutput;

    /// <summary>The least that a channel lasts from its opening; a second less is taken. Default 4 days. Where <see cref="MerchantPolicy.MinDuration"/> is more, that counts.</summary>
    public TimeSpan MinDuration { get; init; } = Two1Protocol.MinDuration;

    /// <summary>How many tokens of a channel may wait to be redeemed. Default 1,000.</summary>
    public int MaxUnredeemed { get; init; } = 1_000;

    /// <summary>How long a token is known, redeemed or not. Default 90 days. Where a channel may last longer, that counts.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The least value of a deposit, satoshi: a first payment and the rest of it are outputs, and the fee comes on top.</summary>
    public Money MinDeposit(MerchantPolicy policy) => Money.Max(policy.MinDeposit, MinFee + (MinOutput * 2));

    /// <inheritdoc cref="MinDuration"/>
    public TimeSpan LeastDuration(MerchantPolicy policy) => MinDuration > policy.MinDuration ? MinDuration : policy.MinDuration;

    /// <inheritdoc cref="TokenLifetime"/>
    public TimeSpan KeepsTokens(MerchantPolicy policy) => TokenLifetime > policy.MaxDuration ? TokenLifetime : policy.MaxDuration;

    internal void Validate(Action<bool, string> require)
    {
        require(MinFee >= MerchantPolicy.MinRelayFeeRate.GetFee(ChannelTransactions.LargestCloseVirtualSize), "Two1.MinFee is at least 355 sat");
        require(MaxFee >= MinFee && MaxFee <= MerchantPolicy.MaxSaneFeeRate.GetFee(ChannelTransactions.CloseVirtualSize), "Two1.MaxFee is at least MinFee and at most 3,460,000 sat");
        require(MinOutput >= Money.Satoshis(546L) && MinOutput <= Money.Coins(1), "Two1.MinOutput is 546 to 100,000,000 sat");
        require(MinDuration >= TimeSpan.Zero, "Two1.MinDuration is not negative");
        require(MaxUnredeemed >= 1, "Two1.MaxUnredeemed is at least 1");
        require(TokenLifetime > TimeSpan.Zero, "Two1.TokenLifetime is above zero");
    }
}

using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>What an operator asks of the merchant's channels. Each question walks through what it is about, channel by channel: they are for people, not for every second.</summary>
public interface IMerchantReports
{
    /// <summary>Channels in the order in which they were added.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Those added after the one with this payout index; null for the first ones.</param>
    /// <param name="most">So many at most, 1 to 1,000.</param>
    Task<IReadOnlyList<MerchantChannel>> ListAsync(ChannelFilter filter, uint? after, int most, CancellationToken ct);

    /// <summary>What became of a channel, oldest first; none where it is unknown.</summary>
    Task<IReadOnlyList<HistoryNote>> HistoryAsync(ChannelId id, CancellationToken ct);

    /// <summary>Sums over all channels there ever were. They are read one by one.</summary>
    Task<MerchantTotals> TotalsAsync(CancellationToken ct);

    /// <summary>What is authorized on open and closing channels, by the time at which they expire, ascending. Channels with nothing authorized are left out.</summary>
    /// <param name="span">Of each sum, at least a second; they begin with its multiples since 1970.</param>
    Task<IReadOnlyList<AtRisk>> AtRiskAsync(TimeSpan span, CancellationToken ct);
}

/// <summary>Which channels are asked for: those that fit all that is set.</summary>
/// <param name="State">Lower case, such as <c>open</c>; null for all.</param>
/// <param name="Customer">The customer's key in the channel; null for all.</param>
public sealed record ChannelFilter(string? State = null, PubKey? Customer = null);

/// <param name="Customers">How many different keys customers have.</param>
/// <param name="Spent">What was served for, msat.</param>
/// <param name="Settled">What closes have paid to the merchant, satoshi; those count that are in the chain.</param>
public sealed record MerchantTotals(long Customers, MilliSatoshi Spent, Money Settled);

/// <param name="From">The begin of the time in which they expire, UNIX seconds.</param>
/// <param name="Channels">At least 1.</param>
/// <param name="Authorized">What customers have signed on them, satoshi.</param>
public sealed record AtRisk(long From, long Channels, Money Authorized);

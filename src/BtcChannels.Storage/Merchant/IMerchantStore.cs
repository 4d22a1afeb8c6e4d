using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>
/// The merchant's channels. Whatever a write reports is on disk, and every write is compare-and-swap on the channel's version: of writes that
/// start from one version, in whatever process, one succeeds. Every call may throw <see cref="StoreUnavailableException"/>, has then changed
/// nothing and may be repeated, or <see cref="StoreCorruptException"/>.
/// </summary>
public interface IMerchantStore : IAsyncDisposable
{
    /// <summary>
    /// Adds a channel, version 1, with the next payout index, or tells which one is there already. Of adds at once with one offer or one
    /// outpoint exactly one succeeds.
    /// </summary>
    /// <param name="build">Makes the channel for a payout index. It must not touch the store.</param>
    /// <param name="deposit">The transaction that the channel's deposit stands in.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    /// <exception cref="ArgumentException">What was built has another index, or its deposit is not in the transaction.</exception>
    Task<AddOutcome> AddAsync(Func<uint, MerchantChannel> build, Transaction deposit, CancellationToken ct);

    /// <summary>Writes what has changed of a channel, as version <paramref name="fromVersion"/> + 1.</summary>
    /// <returns>False where the channel is not at <paramref name="fromVersion"/> any more: nothing is written, read it and judge again.</returns>
    Task<bool> TryWriteAsync(MerchantChannel changed, long fromVersion, CancellationToken ct);

    /// <summary>
    /// Writes a payment: the balance that <paramref name="paid"/> has, as the version that follows the one before it. It has its place among the
    /// writes when this returns the task: a payment that builds on it may be written next, without waiting.
    /// </summary>
    /// <returns>
    /// False where the channel is not at the version before it, is not open, or has as much authorized or more spent: nothing is written, read it and judge
    /// again. (The version before it may be another than it builds on: the payment that was to make that one has failed, and something else did.)
    /// </returns>
    /// <exception cref="StoreBusyException">So much waits to be written that this would wait too long; thrown at once, not by the task.</exception>
    Task<bool> TryWritePaymentAsync(PayableChannel paid, CancellationToken ct);

    /// <summary>Notes how far the chain has been followed.</summary>
    /// <param name="text">The chain's own note.</param>
    /// <param name="tip">The last block that was dealt with.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    Task SetCursorAsync(string text, ChainTip tip, CancellationToken ct);

    /// <summary>How far the chain has been followed; null where it never was.</summary>
    Task<StoredCursor?> GetCursorAsync(CancellationToken ct);

    /// <summary>The channel of a name; null where there is none.</summary>
    Task<MerchantChannel?> FindAsync(ChannelId id, CancellationToken ct);

    /// <summary>The channel that an offer opened; null where it opened none.</summary>
    Task<MerchantChannel?> FindByOfferAsync(OfferId offer, CancellationToken ct);

    /// <summary>The channels whose deposit spends a coin.</summary>
    Task<IReadOnlyList<MerchantChannel>> FindByDepositInputAsync(OutPoint coin, CancellationToken ct);

    /// <summary>The coins that a channel's deposit spends; none where the channel is unknown.</summary>
    Task<IReadOnlyList<OutPoint>> DepositInputsAsync(ChannelId id, CancellationToken ct);

    /// <summary>A channel's deposit transaction as the customer showed it; null where the channel is unknown.</summary>
    Task<Transaction?> FindDepositAsync(ChannelId id, CancellationToken ct);

    /// <summary>
    /// Open channels with something authorized that are within the margin: those whose expiry <see cref="Expiry.IsWithin"/> finds near. Those with
    /// most authorized come first.
    /// </summary>
    Task<IReadOnlyList<ChannelId>> DueAsync(Moment now, TimeSpan margin, CancellationToken ct);

    /// <summary>Channels that each block may change: pending, closing, or spent but not yet buried.</summary>
    Task<IReadOnlyList<ChannelId>> ActiveAsync(CancellationToken ct);

    /// <summary>Abandoned channels that are still watched although their expiry has passed: those whose refund <paramref name="tip"/> lets in.</summary>
    Task<IReadOnlyList<ChannelId>> AbandonedExpiredAsync(ChainTip tip, CancellationToken ct);

    /// <summary>Channels whose deposit or its spend stands in a block at or above a height: a reorganisation from there up concerns them.</summary>
    Task<IReadOnlyList<MerchantChannel>> AboveHeightAsync(int height, CancellationToken ct);

    /// <summary>
    /// The names of all channels that are not final and whose deposit is in the chain: their outpoints are to be watched after a start. Cheap: a
    /// million take seconds. Channels added meanwhile may be missing.
    /// </summary>
    IAsyncEnumerable<ChannelId> MinedAsync(CancellationToken ct);

    /// <summary>All channels that are not final and whose deposit is in no block: script, outpoint and coins are to be watched after a start.</summary>
    /// <inheritdoc cref="MinedAsync"/>
    IAsyncEnumerable<UnminedChannel> UnminedAsync(CancellationToken ct);

    /// <summary>All open channels, as payments need them. Those opened meanwhile may be missing, and those closed meanwhile be there.</summary>
    IAsyncEnumerable<PayableChannel> PayableAsync(CancellationToken ct);

    /// <summary>How many channels stand where; a state without channels is left out.</summary>
    Task<IReadOnlyList<StateCount>> CountsAsync(CancellationToken ct);

    /// <summary>What channels hold, by state; a state without channels is left out. It reads every channel.</summary>
    Task<IReadOnlyList<StateSum>> SumsAsync(CancellationToken ct);

    /// <summary>Open channels with something authorized whose close pays less than <paramref name="neededFee"/>.</summary>
    Task<FeeShortfall> FeeShortfallAsync(Money neededFee, CancellationToken ct);
}

using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Storage;

/// <summary>
/// The merchant's channels. Whatever a write reports is on disk, and every write is compare-and-swap on the channel's version: of writes that
/// start from one version, in whatever process, one succeeds. Every call may throw <see cref="StoreUnavailableException"/>, and may then be repeated, or
/// <see cref="StoreCorruptException"/>. What could not be written is not there; only where the connection to a database was lost as it committed may it be there all
/// the same, so whoever repeats reads first.
/// </summary>
public interface IMerchantStore : IAsyncDisposable
{
    /// <summary>
    /// Adds a channel, version 1, with the next payout index, or tells which one is there already. Of adds at once with one offer or one
    /// outpoint exactly one succeeds.
    /// </summary>
    /// <param name="build">Makes the channel for a payout index. It must not touch the store.</param>
    /// <param name="deposit">The transaction that the channel's deposit stands in.</param>
    /// <param name="opened">What its history begins with.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    /// <exception cref="ArgumentException">What was built has another index, or its deposit is not in the transaction.</exception>
    Task<AddOutcome> AddAsync(Func<uint, MerchantChannel> build, Transaction deposit, HistoryNote opened, CancellationToken ct);

    /// <summary>Writes what has changed of a channel, as version <paramref name="fromVersion"/> + 1, and in the same transaction what its history tells of that.</summary>
    /// <param name="changed">What it is then.</param>
    /// <param name="fromVersion">What it was judged by.</param>
    /// <param name="notes">In their order; often none. Of a channel the newest <see cref="HistoryNote.MostKept"/> are kept.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    /// <param name="token">Written with it, new or redeemed; default none.</param>
    /// <returns>False where the channel is not at <paramref name="fromVersion"/> any more: nothing is written, read it and judge again.</returns>
    Task<bool> TryWriteAsync(MerchantChannel changed, long fromVersion, IReadOnlyList<HistoryNote> notes, CancellationToken ct, PaymentToken? token = null);

    /// <summary>
    /// Writes a payment: the balance that <paramref name="paid"/> has, as the version that follows the one before it, and its <see cref="PayableChannel.Note"/>. It has its place among the
    /// writes when this returns the task: a payment that builds on it may be written next, without waiting, and fails when this one does.
    /// </summary>
    /// <returns>
    /// False where the channel is not open at the version before it with the balance that it <see cref="PayableChannel.Follows"/>: nothing is written, read it
    /// and judge again.
    /// </returns>
    /// <exception cref="StoreBusyException">So much waits to be written that this would wait too long; thrown at once, not by the task.</exception>
    Task<bool> TryWritePaymentAsync(PayableChannel paid, CancellationToken ct);

    /// <summary>The same, and in the same transaction what a paid request was answered; an answer of that key there was before makes way for it.</summary>
    /// <inheritdoc cref="TryWritePaymentAsync"/>
    Task<bool> TryWriteAnsweredAsync(PayableChannel paid, KeptAnswer answer, CancellationToken ct);

    /// <summary>
    /// The same for a channel whose deposit stands in no block, unless that brings what is authorized on such channels above a bound. Every channel counts that is
    /// neither mined nor final: so does what is lost to a double spend, until expiry.
    /// </summary>
    /// <param name="paid">The channel with the payment.</param>
    /// <param name="bound">The most that may be authorized in all, this channel included.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    Task<UnminedPayment> TryWriteUnminedPaymentAsync(PayableChannel paid, Money bound, CancellationToken ct);

    /// <summary>
    /// Writes a payment, or what a token is redeemed for, and in the same transaction the token as it is by then, with fee and number of tokens of the channel
    /// (<see cref="PayableChannel.Two1"/>).
    /// </summary>
    /// <param name="paid">The channel with the payment.</param>
    /// <param name="token">New, or redeemed.</param>
    /// <param name="unminedBound">As for <see cref="TryWriteUnminedPaymentAsync"/>; null where the deposit is mined, or nothing is raised.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    /// <inheritdoc cref="TryWritePaymentAsync"/>
    Task<UnminedPayment> TryWriteTokenAsync(PayableChannel paid, PaymentToken token, Money? unminedBound, CancellationToken ct);

    /// <summary>A token; null where there is none, or it is forgotten by now.</summary>
    Task<StoredToken?> FindTokenAsync(uint256 id, CancellationToken ct);

    /// <summary>Forgets tokens, redeemed or not, the oldest first.</summary>
    /// <inheritdoc cref="ForgetAnswersAsync"/>
    Task<int> ForgetTokensAsync(long before, int most, CancellationToken ct);

    /// <summary>Holds every channel that can still be paid to or closed: the store is older than what customers have signed.</summary>
    /// <param name="time">What the history says, UNIX seconds; of the tip it says the height of <see cref="GetCursorAsync"/>. Of what is held already it says nothing.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    /// <returns>How many.</returns>
    Task<long> HoldAllAsync(long time, CancellationToken ct);

    /// <summary>The run that has the store open, above 0 and another one with each opening: what it reserves is marked with it.</summary>
    long Run { get; }

    /// <summary>What waits to be written.</summary>
    StoreBacklog Backlog { get; }

    /// <summary>Whether a run may still be serving. One that is over never comes back.</summary>
    bool IsLive(long run);

    /// <summary>What a paid request was answered; null where none of that key was, or it is forgotten by now.</summary>
    Task<KeptAnswer?> FindAnswerAsync(ChannelId id, RequestKey key, CancellationToken ct);

    /// <summary>Forgets answers, the oldest first.</summary>
    /// <param name="before">Those given before that, UNIX seconds.</param>
    /// <param name="most">So many at most, at least 1.</param>
    /// <param name="ct">Gives up as long as nothing is written.</param>
    /// <returns>How many.</returns>
    Task<int> ForgetAnswersAsync(long before, int most, CancellationToken ct);

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

    /// <summary>
    /// Of open channels with something authorized that are not within the margin yet, but will be within <paramref name="ahead"/>: the seconds until then, ascending.
    /// Heights count ten minutes a block.
    /// </summary>
    Task<IReadOnlyList<long>> DueSoonAsync(Moment now, TimeSpan margin, TimeSpan ahead, CancellationToken ct);

    /// <summary>Channels that each block may change: pending, closing, or spent but not yet buried.</summary>
    Task<IReadOnlyList<ChannelId>> ActiveAsync(CancellationToken ct);

    /// <summary>Channels that wait for their deposit to be mined: pending, or open without confirmations.</summary>
    Task<IReadOnlyList<ChannelId>> AwaitedAsync(CancellationToken ct);

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

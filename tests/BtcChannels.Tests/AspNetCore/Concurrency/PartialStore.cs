using BtcChannels.Storage;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore.Concurrency;

/// <summary>A store of which a test needs only what payments and their channel's changes need; whatever else is asked says so.</summary>
internal abstract class PartialStore : IMerchantStore
{
    public abstract Task<MerchantChannel?> FindAsync(ChannelId id, CancellationToken ct);

    public abstract Task<bool> TryWriteAsync(MerchantChannel changed, long fromVersion, IReadOnlyList<HistoryNote> notes, CancellationToken ct, PaymentToken? token = null);

    public abstract Task<bool> TryWritePaymentAsync(PayableChannel paid, CancellationToken ct);

    public long Run => 1;

    public StoreBacklog Backlog => throw new NotSupportedException();

    public bool IsLive(long run) => run == Run;

    public virtual Task<bool> TryWriteAnsweredAsync(PayableChannel paid, KeptAnswer answer, CancellationToken ct) => throw new NotSupportedException();

    public virtual Task<KeptAnswer?> FindAnswerAsync(ChannelId id, RequestKey key, CancellationToken ct) => throw new NotSupportedException();

    public Task<int> ForgetAnswersAsync(long before, int most, CancellationToken ct) => throw new NotSupportedException();

    public virtual IAsyncEnumerable<PayableChannel> PayableAsync(CancellationToken ct) => throw new NotSupportedException();

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<AddOutcome> AddAsync(Func<uint, MerchantChannel> build, Transaction deposit, HistoryNote opened, CancellationToken ct) => throw new NotSupportedException();

    public Task SetCursorAsync(string text, ChainTip tip, CancellationToken ct) => throw new NotSupportedException();

    public Task<StoredCursor?> GetCursorAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<MerchantChannel?> FindByOfferAsync(OfferId offer, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<MerchantChannel>> FindByDepositInputAsync(OutPoint coin, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<OutPoint>> DepositInputsAsync(ChannelId id, CancellationToken ct) => throw new NotSupportedException();

    public Task<Transaction?> FindDepositAsync(ChannelId id, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<ChannelId>> DueAsync(Moment now, TimeSpan margin, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<ChannelId>> ActiveAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<ChannelId>> AbandonedExpiredAsync(ChainTip tip, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<MerchantChannel>> AboveHeightAsync(int height, CancellationToken ct) => throw new NotSupportedException();

    public IAsyncEnumerable<ChannelId> MinedAsync(CancellationToken ct) => throw new NotSupportedException();

    public IAsyncEnumerable<UnminedChannel> UnminedAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<StateCount>> CountsAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<StateSum>> SumsAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<FeeShortfall> FeeShortfallAsync(Money neededFee, CancellationToken ct) => throw new NotSupportedException();

    public Task<UnminedPayment> TryWriteTokenAsync(PayableChannel paid, PaymentToken token, Money? unminedBound, CancellationToken ct) => throw new NotSupportedException();

    public Task<StoredToken?> FindTokenAsync(uint256 id, CancellationToken ct) => throw new NotSupportedException();

    public Task<int> ForgetTokensAsync(long before, int most, CancellationToken ct) => throw new NotSupportedException();

    public Task<long> HoldAllAsync(long time, CancellationToken ct) => throw new NotSupportedException();

    public Task<UnminedPayment> TryWriteUnminedPaymentAsync(PayableChannel paid, Money bound, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<long>> DueSoonAsync(Moment now, TimeSpan margin, TimeSpan ahead, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<ChannelId>> AwaitedAsync(CancellationToken ct) => throw new NotSupportedException();
}

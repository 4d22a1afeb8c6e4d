using BtcChannels.Storage;
using BtcChannels.Two1;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Tells of each write before it is begun and after it is on disk, where a process may die.</summary>
internal sealed class MortalStore(IMerchantStore inner, Action moment) : IMerchantStore
{
    public Task<AddOutcome> AddAsync(Func<uint, MerchantChannel> build, Transaction deposit, HistoryNote opened, CancellationToken ct) =>
        BetweenAsync(() => inner.AddAsync(build, deposit, opened, ct));

    public Task<bool> TryWriteAsync(MerchantChannel changed, long fromVersion, IReadOnlyList<HistoryNote> notes, CancellationToken ct, PaymentToken? token = null) =>
        BetweenAsync(() => inner.TryWriteAsync(changed, fromVersion, notes, ct, token));

    public Task<bool> TryWritePaymentAsync(PayableChannel paid, CancellationToken ct) => BetweenAsync(() => inner.TryWritePaymentAsync(paid, ct));

    public Task<bool> TryWriteAnsweredAsync(PayableChannel paid, KeptAnswer answer, CancellationToken ct) => BetweenAsync(() => inner.TryWriteAnsweredAsync(paid, answer, ct));

    public long Run => inner.Run;

    public StoreBacklog Backlog => inner.Backlog;

    public bool IsLive(long run) => inner.IsLive(run);

    public Task<KeptAnswer?> FindAnswerAsync(ChannelId id, RequestKey key, CancellationToken ct) => inner.FindAnswerAsync(id, key, ct);

    // Each round asks for it, and nothing hangs on it.
    public Task<int> ForgetAnswersAsync(long before, int most, CancellationToken ct) => inner.ForgetAnswersAsync(before, most, ct);

    public Task<UnminedPayment> TryWriteUnminedPaymentAsync(PayableChannel paid, Money bound, CancellationToken ct) => BetweenAsync(() => inner.TryWriteUnminedPaymentAsync(paid, bound, ct));

    public Task<UnminedPayment> TryWriteTokenAsync(PayableChannel paid, PaymentToken token, Money? unminedBound, CancellationToken ct) =>
        BetweenAsync(() => inner.TryWriteTokenAsync(paid, token, unminedBound, ct));

    public Task<StoredToken?> FindTokenAsync(uint256 id, CancellationToken ct) => inner.FindTokenAsync(id, ct);

    public Task<int> ForgetTokensAsync(long before, int most, CancellationToken ct) => inner.ForgetTokensAsync(before, most, ct);

    public Task<long> HoldAllAsync(long time, CancellationToken ct) => BetweenAsync(() => inner.HoldAllAsync(time, ct));

    public Task SetCursorAsync(string text, ChainTip tip, CancellationToken ct) => BetweenAsync(async () =>
    {
        await inner.SetCursorAsync(text, tip, ct);
        return true;
    });

    public Task<StoredCursor?> GetCursorAsync(CancellationToken ct) => inner.GetCursorAsync(ct);

    public Task<MerchantChannel?> FindAsync(ChannelId id, CancellationToken ct) => inner.FindAsync(id, ct);

    public Task<MerchantChannel?> FindByOfferAsync(OfferId offer, CancellationToken ct) => inner.FindByOfferAsync(offer, ct);

    public Task<IReadOnlyList<MerchantChannel>> FindByDepositInputAsync(OutPoint coin, CancellationToken ct) => inner.FindByDepositInputAsync(coin, ct);

    public Task<IReadOnlyList<OutPoint>> DepositInputsAsync(ChannelId id, CancellationToken ct) => inner.DepositInputsAsync(id, ct);

    public Task<Transaction?> FindDepositAsync(ChannelId id, CancellationToken ct) => inner.FindDepositAsync(id, ct);

    public Task<IReadOnlyList<ChannelId>> DueAsync(Moment now, TimeSpan margin, CancellationToken ct) => inner.DueAsync(now, margin, ct);

    public Task<IReadOnlyList<long>> DueSoonAsync(Moment now, TimeSpan margin, TimeSpan ahead, CancellationToken ct) => inner.DueSoonAsync(now, margin, ahead, ct);

    public Task<IReadOnlyList<ChannelId>> AwaitedAsync(CancellationToken ct) => inner.AwaitedAsync(ct);

    public Task<IReadOnlyList<ChannelId>> ActiveAsync(CancellationToken ct) => inner.ActiveAsync(ct);

    public Task<IReadOnlyList<ChannelId>> AbandonedExpiredAsync(ChainTip tip, CancellationToken ct) => inner.AbandonedExpiredAsync(tip, ct);

    public Task<IReadOnlyList<MerchantChannel>> AboveHeightAsync(int height, CancellationToken ct) => inner.AboveHeightAsync(height, ct);

    public IAsyncEnumerable<ChannelId> MinedAsync(CancellationToken ct) => inner.MinedAsync(ct);

    public IAsyncEnumerable<UnminedChannel> UnminedAsync(CancellationToken ct) => inner.UnminedAsync(ct);

    public IAsyncEnumerable<PayableChannel> PayableAsync(CancellationToken ct) => inner.PayableAsync(ct);

    public Task<IReadOnlyList<StateCount>> CountsAsync(CancellationToken ct) => inner.CountsAsync(ct);

    public Task<IReadOnlyList<StateSum>> SumsAsync(CancellationToken ct) => inner.SumsAsync(ct);

    public Task<FeeShortfall> FeeShortfallAsync(Money neededFee, CancellationToken ct) => inner.FeeShortfallAsync(neededFee, ct);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<T> BetweenAsync<T>(Func<Task<T>> write)
    {
        moment();
        var result = await write();
        moment();
        return result;
    }
}

using BtcChannels.Storage;
using BtcChannels.Two1;

namespace BtcChannels.Tests.AspNetCore.Concurrency;

/// <summary>Rows in memory, each write done as it is asked for: the contract of <see cref="IMerchantStore"/> in the fewest words.</summary>
internal sealed class MemoryStore : PartialStore
{
    private readonly Dictionary<ChannelId, MerchantChannel> _rows;

    public MemoryStore(IEnumerable<MerchantChannel> channels) => _rows = channels.ToDictionary(it => it.Id);

    public override Task<MerchantChannel?> FindAsync(ChannelId id, CancellationToken ct) => Task.FromResult(_rows.GetValueOrDefault(id));

    public override Task<bool> TryWriteAsync(MerchantChannel changed, long fromVersion, IReadOnlyList<HistoryNote> notes, CancellationToken ct, PaymentToken? token = null)
    {
        if (token is not null) throw new NotSupportedException();
        var isNext = _rows[changed.Id].Version == fromVersion;
        if (isNext) _rows[changed.Id] = changed with { Version = fromVersion + 1 };
        return Task.FromResult(isNext);
    }

    public override Task<bool> TryWritePaymentAsync(PayableChannel paid, CancellationToken ct)
    {
        if (paid.Balance.Newest is null) throw new ArgumentException("There is no payment to write", nameof(paid));
        var row = _rows[paid.Id];
        var isNext = row.Version == paid.Version - 1 && row.State is MerchantState.Open && PrecedingBalance.Of(row.Balance) == paid.Follows;
        if (isNext) _rows[paid.Id] = row with { Balance = paid.Balance, Version = paid.Version };
        return Task.FromResult(isNext);
    }

    public override Task<bool> TryWriteAnsweredAsync(PayableChannel paid, KeptAnswer answer, CancellationToken ct) => TryWritePaymentAsync(paid, ct);
}

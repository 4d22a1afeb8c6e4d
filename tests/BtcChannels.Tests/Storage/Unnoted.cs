using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests;

/// <summary>Writes of tests that are about something else than history: they leave no trace in it, but for the beginning.</summary>
internal static class Unnoted
{
    public static readonly HistoryNote Opened = new(HistoryKind.Opened, 1_700_000_000, 7);

    public static Task<AddOutcome> AddAsync(this IMerchantStore store, Func<uint, MerchantChannel> build, Transaction deposit, CancellationToken ct) => store.AddAsync(build, deposit, Opened, ct);

    public static Task<bool> TryWriteAsync(this IMerchantStore store, MerchantChannel changed, long fromVersion, CancellationToken ct) => store.TryWriteAsync(changed, fromVersion, [], ct);

    public static Task<long> HoldAllAsync(this IMerchantStore store, CancellationToken ct) => store.HoldAllAsync(1_700_000_000, ct);
}

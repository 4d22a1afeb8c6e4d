using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;
using Microsoft.Extensions.Logging;
using NBitcoin;

namespace BtcChannels.AspNetCore;

/// <summary>Seed and store, which belong together: opened, checked against each other and held for as long as the merchant runs.</summary>
public sealed class MerchantData : IAsyncDisposable
{
    public MerchantData(BtcChannelsOptions options, TimeProvider clock, ILogger<MerchantData> log)
    {
        // Once, at start, and before any request: there is nothing that waiting asynchronously would let go on.
        (Keys, Store) = OpenAsync(options).GetAwaiter().GetResult();
        log.Started(Keys.Fingerprint, options.Network, options.DataFolder, options.Origin);
        if (options.IsRestored) log.Held(Store.HoldAllAsync(clock.GetUtcNow().ToUnixTimeSeconds(), CancellationToken.None).GetAwaiter().GetResult());
    }

    public MerchantKeys Keys { get; }

    public IMerchantStore Store { get; }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private static async Task<(MerchantKeys, IMerchantStore)> OpenAsync(BtcChannelsOptions options)
    {
        MerchantKeys? keys = null;
        string Fingerprint(ReadOnlySpan<byte> seed) => (keys = new MerchantKeys(seed, options.Network)).Fingerprint;
        IMerchantStore store = options.Database is { } database
            ? await PostgresMerchantStore.OpenAsync(database, options.DataFolder, options.Network, Fingerprint, CancellationToken.None)
            : await SqliteMerchantStore.OpenAsync(options.DataFolder, options.Network, Fingerprint, CancellationToken.None);
        return (keys!, store);
    }
}

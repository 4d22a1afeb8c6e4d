using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

/// <summary>What every merchant's store does, whatever it stores in. A subclass supplies the store and nothing else.</summary>
public abstract class MerchantStoreContract : IAsyncLifetime
{
    private IMerchantStore? _store;

    public static TheoryData<string> EveryState => [.. StoreSample.MerchantStates.Keys];

    private protected IMerchantStore Store => _store!;

    private protected static CancellationToken Ct => CancellationToken.None;

    public async Task InitializeAsync() => _store = await NewStoreAsync();

    public async Task DisposeAsync() => await Store.DisposeAsync();

    /// <summary>An empty store.</summary>
    private protected abstract Task<IMerchantStore> NewStoreAsync();

    /// <summary>Adds a channel whose deposit spends the named coins, and changes it as told.</summary>
    private protected async Task<MerchantChannel> AddAsync(Func<MerchantChannel, MerchantChannel> change, params string[] coins)
    {
        var deposit = StoreSample.DepositTransaction(coins);
        return Assert.IsType<AddOutcome.Added>(await Store.AddAsync(index => change(StoreSample.Merchant(deposit, index)), deposit, Ct)).Channel;
    }

    private protected async Task<MerchantChannel> ReadAsync(ChannelId id) => Assert.IsType<MerchantChannel>(await Store.FindAsync(id, Ct));
}

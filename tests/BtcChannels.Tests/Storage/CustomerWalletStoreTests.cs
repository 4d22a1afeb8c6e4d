using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Storage;

public sealed class CustomerWalletStoreTests : IAsyncLifetime, IDisposable
{
    private readonly DataFolder _folder = new();
    private CustomerStore? _store;

    private static CancellationToken Ct => CancellationToken.None;

    private CustomerStore Store => _store!;

    public async Task InitializeAsync() => _store = await CustomerStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, TimeSpan.Zero, Ct);

    public async Task DisposeAsync() => await Store.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task There_is_no_wallet_until_one_is_made_and_then_one()
    {
        Assert.False(await Store.HasWalletAsync(Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.NextAddressAsync(WalletPurpose.Bip84, 0, isShown: true, Ct));
        Assert.True(await Store.MakeWalletAsync(Ct));
        Assert.False(await Store.MakeWalletAsync(Ct));
        Assert.Equal(4, (await Store.BranchesAsync(Ct)).Count);
    }

    [Fact]
    public async Task An_address_is_given_out_once_and_branches_count_apart()
    {
        await Store.MakeWalletAsync(Ct);
        Assert.Equal(0u, await Store.NextAddressAsync(WalletPurpose.Bip84, 0, isShown: true, Ct));
        Assert.Equal(1u, await Store.NextAddressAsync(WalletPurpose.Bip84, 0, isShown: false, Ct));
        Assert.Equal(0u, await Store.NextAddressAsync(WalletPurpose.Bip84, 1, isShown: false, Ct));
        Assert.Equal(new WalletBranch(WalletPurpose.Bip84, 0, 2, 0, 0), await BranchAsync());
    }

    [Fact]
    public async Task What_was_seen_moves_all_beyond_it_and_ends_what_is_shown()
    {
        await Store.MakeWalletAsync(Ct);
        await Store.NextAddressAsync(WalletPurpose.Bip84, 0, isShown: true, Ct);
        await Store.NoteUsedAsync(WalletPurpose.Bip84, 0, 7, isShownUsed: false, Ct);
        Assert.Equal(new WalletBranch(WalletPurpose.Bip84, 0, 8, 0, 8), await BranchAsync());
        await Store.NoteUsedAsync(WalletPurpose.Bip84, 0, 3, isShownUsed: true, Ct);
        Assert.Equal(new WalletBranch(WalletPurpose.Bip84, 0, 8, null, 8), await BranchAsync());
    }

    [Fact]
    public async Task Coins_are_taken_all_or_none_and_until_a_time()
    {
        OutPoint[] coins = [StoreSample.Coin("a"), StoreSample.Coin("b"), StoreSample.Coin("c")];
        Assert.True(await Store.TryLockAsync(coins[..2], now: 100, until: 200, Ct));
        Assert.False(await Store.TryLockAsync(coins[1..], now: 150, until: 250, Ct));
        Assert.Equal(coins[..2].ToHashSet(), (await Store.LockedAsync(199, Ct)).ToHashSet());
        Assert.True(await Store.TryLockAsync(coins[1..], now: 200, until: 300, Ct));
        await Store.UnlockAsync(coins, Ct);
        await Store.UnlockAsync(coins, Ct);
        Assert.Empty(await Store.LockedAsync(0, Ct));
    }

    [Fact]
    public async Task A_channel_from_a_backup_takes_its_key_with_it_and_is_added_once()
    {
        var backup = StoreSample.Customer(41, new CustomerState.Prepared(IsRestored: true));
        var restored = await Store.RestoreAsync(backup, Ct);
        Assert.Equal(Described.Of(backup with { Version = 1 }), Described.Of(restored));
        Assert.Null(await Store.RestoreAsync(backup, Ct));
        Assert.Equal(42u, await Store.NextKeyIndexAsync(Ct));
        await Store.SkipKeysAsync(1_000, Ct);
        await Store.SkipKeysAsync(10, Ct);
        Assert.Equal(1_000u, await Store.NextKeyIndexAsync(Ct));
    }

    private async Task<WalletBranch> BranchAsync() => (await Store.BranchesAsync(Ct)).Single(branch => branch is { Purpose: WalletPurpose.Bip84, Chain: 0 });
}

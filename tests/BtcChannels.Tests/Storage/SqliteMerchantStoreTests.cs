using BtcChannels.Storage;

namespace BtcChannels.Tests.Storage;

public sealed class SqliteMerchantWritesTests : MerchantWritesContract, IDisposable
{
    private readonly DataFolder _folder = new();

    private protected override async Task<IMerchantStore> NewStoreAsync() => await SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    public void Dispose() => _folder.Dispose();
}

public sealed class SqliteMerchantLimitsTests : MerchantLimitsContract, IDisposable
{
    private readonly DataFolder _folder = new();

    private protected override async Task<IMerchantStore> NewStoreAsync() => await SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    public void Dispose() => _folder.Dispose();
}

public sealed class SqliteMerchantQueriesTests : MerchantQueriesContract, IDisposable
{
    private readonly DataFolder _folder = new();

    private protected override async Task<IMerchantStore> NewStoreAsync() => await SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    public void Dispose() => _folder.Dispose();
}

public sealed class SqliteMerchantChargesTests : MerchantChargesContract, IDisposable
{
    private readonly DataFolder _folder = new();

    private protected override async Task<IMerchantStore> NewStoreAsync() => await SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    public void Dispose() => _folder.Dispose();
}

public sealed class SqliteMerchantTokensTests : MerchantTokensContract, IDisposable
{
    private readonly DataFolder _folder = new();

    private protected override async Task<IMerchantStore> NewStoreAsync() => await SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, DataFolder.Fingerprint, Ct);

    public void Dispose() => _folder.Dispose();
}

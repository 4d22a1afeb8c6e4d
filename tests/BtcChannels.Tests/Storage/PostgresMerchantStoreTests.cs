using BtcChannels.Storage;

namespace BtcChannels.Tests.Storage;

[NeedsPostgres]
public sealed class PostgresMerchantWritesTests : MerchantWritesContract, IAsyncLifetime
{
    private TestPostgres? _schema;

    private protected override async Task<IMerchantStore> NewStoreAsync() => await (_schema = await TestPostgres.MakeAsync()).OpenAsync();

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _schema!.DisposeAsync();
    }
}

[NeedsPostgres]
public sealed class PostgresMerchantQueriesTests : MerchantQueriesContract, IAsyncLifetime
{
    private TestPostgres? _schema;

    private protected override async Task<IMerchantStore> NewStoreAsync() => await (_schema = await TestPostgres.MakeAsync()).OpenAsync();

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _schema!.DisposeAsync();
    }
}

[NeedsPostgres]
public sealed class PostgresMerchantLimitsTests : MerchantLimitsContract, IAsyncLifetime
{
    private TestPostgres? _schema;

    private protected override async Task<IMerchantStore> NewStoreAsync() => await (_schema = await TestPostgres.MakeAsync()).OpenAsync();

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _schema!.DisposeAsync();
    }
}

[NeedsPostgres]
public sealed class PostgresMerchantChargesTests : MerchantChargesContract, IAsyncLifetime
{
    private TestPostgres? _schema;

    private protected override async Task<IMerchantStore> NewStoreAsync() => await (_schema = await TestPostgres.MakeAsync()).OpenAsync();

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _schema!.DisposeAsync();
    }
}

[NeedsPostgres]
public sealed class PostgresMerchantTokensTests : MerchantTokensContract, IAsyncLifetime
{
    private TestPostgres? _schema;

    private protected override async Task<IMerchantStore> NewStoreAsync() => await (_schema = await TestPostgres.MakeAsync()).OpenAsync();

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await _schema!.DisposeAsync();
    }
}

using BtcChannels.Storage;
using BtcChannels.Storage.Postgres;

namespace BtcChannels.Tests.Storage;

/// <summary>Two instances of one merchant on one database, whose connections are known by their names.</summary>
public abstract class PostgresPair : IAsyncLifetime
{
    private TestPostgres? _postgres;
    private PostgresMerchantStore? _one;
    private PostgresMerchantStore? _other;

    private protected static CancellationToken Ct => CancellationToken.None;

    private protected TestPostgres Postgres => _postgres!;

    private protected PostgresMerchantStore One => _one!;

    private protected PostgresMerchantStore Other => _other!;

    private protected async Task<MerchantChannel> AddOpenAsync(string coin)
    {
        var deposit = StoreSample.DepositTransaction(coin);
        return Assert.IsType<AddOutcome.Added>(await One.AddAsync(index => StoreSample.Merchant(deposit, index, new MerchantState.Open()), deposit, Ct)).Channel;
    }

    public async Task InitializeAsync()
    {
        if (TestPostgres.Server is null) return;
        _postgres = await TestPostgres.MakeAsync();
        _one = await Postgres.OpenAsync(Postgres.NamedConnectionString("one"));
        _other = await Postgres.OpenAsync(Postgres.NamedConnectionString("other"));
    }

    public async Task DisposeAsync()
    {
        if (_one is not null) await _one.DisposeAsync();
        if (_other is not null) await _other.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
    }
}

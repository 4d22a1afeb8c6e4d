using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.AspNetCore;

/// <summary>Two instances of one merchant on one database, each with a node of its own that sees the same chain. The first follows the chain.</summary>
internal sealed class InstancesFixture : IAsyncDisposable
{
    private readonly TestPostgres _postgres;

    private InstancesFixture(TestPostgres postgres, MerchantApp first, MerchantApp second) => (_postgres, First, Second) = (postgres, first, second);

    public MerchantApp First { get; }

    public MerchantApp Second { get; }

    public TestPostgres Postgres => _postgres;

    public static async Task<InstancesFixture> StartAsync(Action<Microsoft.AspNetCore.Builder.WebApplication>? map = null)
    {
        var postgres = await TestPostgres.MakeAsync();
        var folder = postgres.AddFolder();
        var first = await MerchantApp.StartAsync(folder: folder.Path, database: postgres.NamedConnectionString("first"), map: map);
        return new(postgres, first, await MerchantApp.StartAsync(folder: postgres.AddFolder().Path, database: postgres.NamedConnectionString("second"), map: map));
    }

    /// <summary>Both nodes see a block, and both instances have dealt with it.</summary>
    public async Task MineAsync(params Transaction[] transactions)
    {
        First.Chain.Mine(transactions);
        Second.Chain.Mine(transactions);
        await SettleAsync();
    }

    public async Task SettleAsync()
    {
        await First.Chain.SettleAsync();
        await Second.Chain.SettleAsync();
    }

    /// <summary>A customer with a channel that takes payments, opened at an instance.</summary>
    public async Task<TestCustomer> OpenAsync(MerchantApp at, long paid = 0)
    {
        var customer = await TestCustomer.OpenPendingAsync(at);
        await MineAsync(customer.DepositTransaction);
        if (paid > 0) await customer.PayAsync(paid);
        return customer;
    }

    public Task<TState> StateOfAsync<TState>(TestCustomer customer) where TState : MerchantState => Second.StateAsync<TState>(customer.Id);

    /// <summary>The first is not heard of any more, as if it had hung for as long as it may.</summary>
    public async Task LoseFirstAsync()
    {
        await First.Chain.GoAwayAsync();
        Assert.Equal(1, await _postgres.ExecuteAsync("UPDATE watch SET until = clock_timestamp() - interval '1 second'"));
    }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}

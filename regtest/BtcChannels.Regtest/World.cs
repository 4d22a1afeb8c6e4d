using System.Diagnostics;
using NBitcoin;

namespace BtcChannels.Regtest;

/// <summary>A chain, a merchant on it and customers: what tests and demo play their stories in.</summary>
public sealed class World : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<HandmadeCustomer> _customers = [];
    private readonly List<MerchantProcess> _instances = [];

    private World(RegtestNode node) => Node = node;

    public RegtestNode Node { get; }

    /// <summary>The merchant, or the first of his instances.</summary>
    public MerchantProcess Merchant => _instances[0];

    /// <summary>All of them; one where there is a single server.</summary>
    public IReadOnlyList<MerchantProcess> Instances => _instances;

    /// <summary>What instances share; null where there is a single server, on SQLite.</summary>
    public PostgresServer? Postgres { get; private set; }

    /// <summary>What stands in front of them; null where customers go to the server itself.</summary>
    public LoadBalancer? Balancer { get; private set; }

    /// <summary>Where customers go.</summary>
    public Uri Address => Balancer?.Address ?? Merchant.Origin;

    /// <param name="settings">The merchant's, by name.</param>
    public static Task<World> StartAsync(IReadOnlyDictionary<string, string>? settings = null) => StartAsync(async world => world._instances.Add(await MerchantProcess.StartAsync(world.Node, settings)));

    /// <summary>The same with the merchant behind a <see cref="LoadBalancer"/>.</summary>
    /// <param name="instances">One has its store in SQLite; several have a PostgreSQL that tests may break.</param>
    /// <param name="settings">The merchant's, by name.</param>
    public static Task<World> StartBalancedAsync(int instances, IReadOnlyDictionary<string, string>? settings = null) => StartAsync(async world =>
    {
        world.Balancer = new LoadBalancer();
        var all = new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["Origin"] = world.Balancer.Address.GetLeftPart(UriPartial.Authority) };
        if (instances > 1)
        {
            world.Postgres = await PostgresServer.StartAsync();
            all["Database"] = world.Postgres.ConnectionString;
        }
        while (world._instances.Count < instances) world._instances.Add(await MerchantProcess.StartAsync(world.Node, all, sibling: world._instances.FirstOrDefault()));
        world.Balancer.LeadTo([.. world._instances.Select(it => it.Origin)]);
    });

    public HandmadeCustomer NewCustomer()
    {
        var customer = new HandmadeCustomer(Address, Node.Wallet);
        _customers.Add(customer);
        return customer;
    }

    /// <summary>The transaction of the best chain that spends an outpoint, and its block's height; null where none does.</summary>
    public Task<(Transaction Transaction, int Height)?> FindSpendAsync(OutPoint outPoint) => Node.FindSpendAsync(outPoint);

    /// <summary>Waits until a transaction that spends the outpoint is in the mempool.</summary>
    /// <param name="outPoint">Of a deposit.</param>
    /// <param name="limit">How long at most; 30 s where null.</param>
    public async Task<Transaction> WaitForSpendInMempoolAsync(OutPoint outPoint, TimeSpan? limit = null)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < (limit ?? Patience); await Task.Delay(50))
            foreach (var txid in await Node.Rpc.GetRawMempoolAsync())
                if (await Node.Rpc.GetRawTransactionAsync(txid) is var transaction && transaction.Inputs.Any(input => input.PrevOut == outPoint))
                    return transaction;
        throw new TimeoutException($"Nothing in the mempool spends {outPoint}");
    }

    /// <summary>Waits until every instance of the merchant has dealt with every block there is.</summary>
    public Task WaitUntilMerchantHasCaughtUpAsync() => Task.WhenAll(_instances.Select(it => it.WaitUntilCaughtUpAsync(Patience)));

    public async ValueTask DisposeAsync()
    {
        foreach (var customer in _customers) customer.Dispose();
        foreach (var instance in _instances) await instance.DisposeAsync();
        Balancer?.Dispose();
        if (Postgres is not null) await Postgres.DisposeAsync();
        await Node.DisposeAsync();
    }

    private static async Task<World> StartAsync(Func<World, Task> build)
    {
        var world = new World(await RegtestNode.StartAsync());
        try
        {
            await build(world);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }
}

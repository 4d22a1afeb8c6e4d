using BtcChannels.Chain;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>A customer with a wallet of his own, and a merchant as 21 had them, over real connections.</summary>
internal sealed class Two1Rig : IAsyncDisposable
{
    public static readonly Money Capacity = Money.Satoshis(100_000L);
    public static readonly TimeSpan Duration = TimeSpan.FromDays(8);

    private Two1Rig(Rig rig, OldServer server) => (Rig, Server) = (rig, server);

    public Rig Rig { get; }

    public OldServer Server { get; }

    public Customer Customer => Rig.Customer;

    public Payer Payer { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public List<PaymentRefusal> Refusals { get; } = [];

    public Uri Address => new(Server.Origin, "/buy?what=this");

    public static async Task<Two1Rig> StartAsync(Func<CustomerOptions, CustomerOptions>? change = null)
    {
        var rig = new Rig();
        rig.Options = rig.Options with { Handler = null };
        rig.Options = change?.Invoke(rig.Options) ?? rig.Options;
        await rig.RestartAsync();
        await rig.MakeWalletAsync(1_000_000, 1_000_000);
        var two1 = new Two1Rig(rig, await OldServer.StartAsync(rig.Chain, rig.Clock));
        two1.Use(new PayerOptions { MaxPerRequest = 5_000.Sat(), MaxDeposit = Money.Satoshis(300_000L) });
        return two1;
    }

    public static async Task<(Two1Rig Rig, CustomerChannel Channel)> WithOpenChannelAsync()
    {
        var two1 = await StartAsync();
        return (two1, await two1.OpenAsync());
    }

    /// <summary>From now on deposits are mined as they are broadcast.</summary>
    public void MineDeposits() => Rig.Chain.OnBroadcast = transaction =>
    {
        if (Server.Channels.Any(it => it.Deposit.OutPoint.Hash == transaction.GetHash())) Rig.Chain.Mine(transaction);
        return new BroadcastOutcome.InMempool();
    };

    public Task<OpenResult> TryOpenAsync() => Customer.OpenTwo1Async(Server.Door, Capacity, Duration);

    /// <summary>Opens a channel, and mines its deposit.</summary>
    public async Task<CustomerChannel> OpenAsync()
    {
        var channel = (await TryOpenAsync()).OrThrow();
        await MineAsync(channel.DepositTransaction);
        return await ReadAsync(channel);
    }

    public async Task MineAsync(Transaction transaction)
    {
        Rig.Chain.Mine(transaction);
        await Customer.SyncAsync();
    }

    public Task<CustomerChannel> ReadAsync(CustomerChannel channel) => Rig.ReadAsync(channel);

    /// <summary>Another payer, of the same customer.</summary>
    public void Use(PayerOptions options)
    {
        Http?.Dispose();
        Payer = new Payer(Customer, options with { OnRefused = refused => { lock (Refusals) Refusals.Add(refused.Reason); } });
        Http = new HttpClient(new PaymentHandler(Payer, new SocketsHttpHandler()));
    }

    /// <summary>The next process.</summary>
    public async Task RestartAsync()
    {
        await Payer.DisposeAsync();
        await Rig.RestartAsync();
        Use(new PayerOptions { MaxPerRequest = 5_000.Sat(), MaxDeposit = Money.Satoshis(300_000L) });
    }

    /// <summary>The next process, whose requests for priced resources are moments to die in, too.</summary>
    public async Task RestartAsync(HttpMessageHandler inner, Action moment)
    {
        await RestartAsync();
        Http.Dispose();
        Http = new HttpClient(new PaymentHandler(Payer, new Mortal(inner, moment)));
    }

    public Task<string> BuyAsync() => Http.GetStringAsync(Address);

    /// <summary>Why a request is not paid for.</summary>
    public async Task<PaymentRefusal> RefusalAsync()
    {
        var refused = await Assert.ThrowsAsync<PaymentRefusedException>(() => Http.GetAsync(Address));
        Assert.Equal(refused.Reason, Refusals[^1]);
        return refused.Reason;
    }

    public Task<IReadOnlyList<BtcChannels.Storage.Two1Token>> TokensAsync(CustomerChannel channel) => Customer.TokensAsync(channel);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Payer.DisposeAsync();
        await Server.DisposeAsync();
        await Rig.DisposeAsync();
    }
}

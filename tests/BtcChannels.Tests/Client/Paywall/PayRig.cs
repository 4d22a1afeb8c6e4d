using BtcChannels.Client;
using BtcChannels.Chain;

namespace BtcChannels.Tests.Client;

/// <summary>A customer whose <see cref="HttpClient"/> pays.</summary>
internal sealed class PayRig : IAsyncDisposable
{
    public const string Address = FakeMerchant.Origin + "/answers";

    private IAsyncDisposable? _hold;

    private PayRig(Rig rig)
    {
        Rig = rig;
        Paywall = new FakePaywall(rig.Merchant, rig.Clock);
        // Deposits are mined as they are broadcast.
        rig.Chain.OnBroadcast = transaction =>
        {
            var deposit = rig.Merchant.Channels.SingleOrDefault(it => it.Deposit.OutPoint.Hash == transaction.GetHash() && it.State is MerchantState.Pending);
            if (deposit is not null && IsMined)
            {
                rig.Chain.Mine(transaction);
                rig.Merchant.SeeDeposit(new ChannelId(deposit.Deposit.OutPoint));
            }
            return new BroadcastOutcome.InMempool();
        };
    }

    public Rig Rig { get; }

    public FakePaywall Paywall { get; }

    public bool IsMined { get; set; } = true;

    public Payer Payer { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public List<PaymentRefusal> Refusals { get; } = [];

    /// <summary>A customer with an open channel.</summary>
    public static async Task<(PayRig Rig, CustomerChannel Channel)> WithChannelAsync(PayerOptions? options = null)
    {
        var (rig, channel) = await Rig.WithOpenChannelAsync();
        var pay = new PayRig(rig);
        pay.Use(options ?? new());
        return (pay, channel);
    }

    /// <summary>A customer without any.</summary>
    public static async Task<PayRig> WithoutAsync(PayerOptions? options = null)
    {
        var pay = new PayRig(await Rig.StartAsync());
        pay.Use(options ?? new());
        return pay;
    }

    /// <summary>Another payer, of the same customer.</summary>
    public void Use(PayerOptions options)
    {
        Payer = new Payer(Rig.Customer, options with { OnRefused = refused => { lock (Refusals) Refusals.Add(refused.Reason); } });
        Http = new HttpClient(new PaymentHandler(Payer, Paywall));
    }

    /// <summary>The store stays open, which makes many requests quicker.</summary>
    public async Task HoldAsync() => _hold = await Rig.Customer.HoldStoreAsync();

    /// <summary>The next process.</summary>
    public async Task RestartAsync(PayerOptions? options = null)
    {
        await Payer.DisposeAsync();
        await Rig.RestartAsync();
        Use(options ?? new());
    }

    public Task<HttpResponseMessage> GetAsync() => Http.GetAsync(new Uri(Address));

    public Task<HttpResponseMessage> BeginAsync() => Http.GetAsync(new Uri(Address), HttpCompletionOption.ResponseHeadersRead);

    /// <summary>Why a request is not paid for.</summary>
    public async Task<PaymentRefusal> RefusalAsync()
    {
        var refused = await Assert.ThrowsAsync<PaymentRefusedException>(GetAsync);
        Assert.Equal(refused.Reason, Refusals[^1]);
        return refused.Reason;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Payer.DisposeAsync();
        if (_hold is not null) await _hold.DisposeAsync();
        await Rig.DisposeAsync();
    }
}

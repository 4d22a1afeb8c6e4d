using System.Security.Cryptography;
using BtcChannels.Chain;
using BtcChannels.Client;
using BtcChannels.Storage;
using BtcChannels.Tests.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Client;

/// <summary>A customer with everything around him that a test can reach into.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public static readonly Money Capacity = Money.Satoshis(100_000L);
    public static readonly TimeSpan Duration = TimeSpan.FromDays(7);

    private int _coins;
    private int _losses;

    public Rig()
    {
        Chain = new FakeChain(Network.RegTest);
        Merchant = new FakeMerchant(Chain);
        Options = new CustomerOptions
        {
            DataFolder = Folder.Path, Chain = Chain, Coins = Chain, Funding = new DepositFunding(FundAsync, _ => Task.FromResult(NewScript()), ReleaseAsync), Handler = Merchant,
            Clock = Clock, Patience = TimeSpan.Zero, RequestTimeout = TimeSpan.FromSeconds(10), BuriedAt = 3, Notify = notice => { lock (Notices) Notices.Add(notice); },
        };
    }

    public DataFolder Folder { get; } = new();

    public FakeChain Chain { get; }

    public FakeMerchant Merchant { get; }

    public OffsetClock Clock { get; } = new();

    public CustomerOptions Options { get; set; }

    public List<CustomerNotice> Notices { get; } = [];

    public List<uint256> Funded { get; } = [];

    public List<uint256> Released { get; } = [];

    /// <summary>Whether the wallet has money.</summary>
    public bool IsPoor { get; set; }

    /// <summary>What the wallet does to its transactions before it hands them out.</summary>
    public Func<Transaction, Transaction> ChangeFunding { get; set; } = transaction => transaction;

    public Customer Customer { get; private set; } = null!;

    public static async Task<Rig> StartAsync()
    {
        var rig = new Rig();
        await rig.RestartAsync();
        return rig;
    }

    /// <summary>A customer with an open channel whose deposit is mined.</summary>
    public static async Task<(Rig Rig, CustomerChannel Channel)> WithOpenChannelAsync()
    {
        var rig = await StartAsync();
        var channel = await rig.OpenAsync();
        await rig.ConfirmAsync(channel);
        return (rig, await rig.ReadAsync(channel));
    }

    /// <summary>The next process, after the last one is gone.</summary>
    public async Task RestartAsync()
    {
        if (Customer is not null) await Customer.DisposeAsync();
        Customer = await Customer.OpenAsync(Options);
    }

    public Task<OpenResult> TryOpenAsync() => Customer.OpenAsync(new Uri(FakeMerchant.Origin), Capacity, Duration);

    public async Task<CustomerChannel> OpenAsync() => (await TryOpenAsync()).OrThrow();

    public async Task ConfirmAsync(CustomerChannel channel)
    {
        Chain.Mine(channel.DepositTransaction);
        Merchant.SeeDeposit(channel.Id);
        await Customer.SyncAsync();
    }

    /// <summary>A merchant of the same time sees what this customer broadcasts, mined at once.</summary>
    public async Task MeetAsync(AspNetCore.MerchantApp merchant)
    {
        merchant.Clock.AdvanceTo(FakeChain.GenesisTime);
        merchant.Chain.Mine();
        await merchant.Chain.SettleAsync();
        Chain.OnBroadcast = transaction =>
        {
            Chain.Mine(transaction);
            merchant.Chain.Mine(transaction);
            _ = merchant.Chain.SettleAsync();
            return new BroadcastOutcome.InMempool();
        };
    }

    /// <summary>A channel as it is stored now, whatever its name has become.</summary>
    public async Task<CustomerChannel> ReadAsync(CustomerChannel channel) => (await Customer.ListAsync()).Single(it => it.KeyIndex == channel.KeyIndex);

    /// <summary>What would be found on disk if the process died now.</summary>
    public async Task<IReadOnlyList<CustomerChannel>> OnDiskAsync()
    {
        using var copy = Folder.Snapshot("customer.db");
        await using var store = await CustomerStore.OpenAsync(
            copy.Path, Network.RegTest, seed => new CustomerKeys(seed, Network.RegTest).Fingerprint, TimeSpan.Zero, CancellationToken.None);
        return await store.ListAsync(CancellationToken.None);
    }

    public IReadOnlyList<CustomerChannel> OnDisk() => Task.Run(OnDiskAsync).GetAwaiter().GetResult();

    /// <summary>From now on deposits come from the customer's own wallet, which has a mined coin of each of these values.</summary>
    public async Task MakeWalletAsync(params long[] coins)
    {
        Assert.True(await Customer.Wallet!.MakeAsync());
        foreach (var value in coins) await PayInAsync(value);
    }

    /// <summary>Somebody pays to the wallet, in a block of its own.</summary>
    public async Task<Transaction> PayInAsync(long value, WalletPurpose purpose = WalletPurpose.Bip84) =>
        PayTo((await Customer.Wallet!.AddressAsync(purpose, isNew: true)).Address.ScriptPubKey, value);

    public Transaction PayTo(Script script, long value)
    {
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Inputs.Add(new TxIn(new OutPoint(new uint256(SHA256.HashData(BitConverter.GetBytes(++_coins))), 0u)));
        transaction.Outputs.Add(new TxOut(Money.Satoshis(value), script));
        Chain.Mine(transaction);
        return transaction;
    }

    /// <summary>Disk and all are lost, but for the words and a copy of the backups: the next process begins in an empty folder.</summary>
    /// <returns>The copy.</returns>
    public async Task<string> LoseEverythingAsync()
    {
        await Customer.DisposeAsync();
        var words = CustomerSeed.ReadWords(Options.DataFolder)!;
        var rescued = Folder.File($"../rescued-{++_losses}");
        Directory.CreateDirectory(rescued);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Options.DataFolder, BackupFolder.DefaultName))) File.Copy(file, Path.Combine(rescued, Path.GetFileName(file)));
        Options = Options with { DataFolder = Folder.File($"../again-{_losses}") };
        Assert.Null(CustomerSeed.Restore(Options.DataFolder, words));
        Customer = await Customer.OpenAsync(Options);
        return rescued;
    }

    /// <summary>Time goes on until the refund of a channel is valid in the next block.</summary>
    public void PassExpiry(CustomerChannel channel) => Chain.MineAt(channel.Terms.Expiry.Value + 1L);

    public static Script NewScript() => new([0x00, 20, .. RandomNumberGenerator.GetBytes(20)]);

    public async ValueTask DisposeAsync()
    {
        await Customer.DisposeAsync();
        Merchant.Dispose();
        Folder.Dispose();
    }

    private Task<FundingResult> FundAsync(Script script, Money amount, CancellationToken ct)
    {
        if (IsPoor) return Task.FromResult<FundingResult>(new FundingResult.InsufficientFunds("The wallet is empty"));
        var transaction = Transaction.Create(Network.RegTest);
        transaction.Inputs.Add(new TxIn(new OutPoint(new uint256(SHA256.HashData(BitConverter.GetBytes(++_coins))), 0u)) { ScriptSig = new Script(Op.GetPushOp([1, 2, 3])) });
        transaction.Outputs.Add(new TxOut(Money.Satoshis(12_345L), NewScript()));
        transaction.Outputs.Add(new TxOut(amount, script));
        transaction = ChangeFunding(transaction);
        Funded.Add(transaction.GetHash());
        return Task.FromResult<FundingResult>(new FundingResult.Funded(transaction));
    }

    private Task ReleaseAsync(Transaction deposit, CancellationToken ct)
    {
        Released.Add(deposit.GetHash());
        return Task.CompletedTask;
    }
}

/// <summary>The real clock, set to the chain's time; delays pass as they do.</summary>
internal sealed class OffsetClock : TimeProvider
{
    private readonly TimeSpan _offset = DateTimeOffset.FromUnixTimeSeconds(FakeChain.GenesisTime) - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _offset;
}

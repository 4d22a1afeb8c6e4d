using BtcChannels.AspNetCore;
using BtcChannels.Chain;
using BtcChannels.Client;
using NBitcoin;

namespace BtcChannels.ChainStories;

/// <summary>What customers' wallets and merchants' payouts rely on in any chain backend, as stories. Each runs against every backend that there is.</summary>
public abstract class WalletContract
{
    private const int Tries = 100;

    private static readonly CancellationToken s_ct = CancellationToken.None;
    private static readonly FeeRate s_feeRate = new(Money.Satoshis(2_000L));

    protected abstract Task<IStoryWorld> StartAsync();

    [Fact]
    public async Task Money_that_comes_in_can_be_spent_once_it_is_mined()
    {
        await using var world = await StartAsync();
        await using var owner = await Owner.NewAsync(world);
        Assert.Equal(Nothing, await owner.BalanceAsync());
        var address = (await owner.Wallet.AddressAsync()).Address;
        var payment = await world.FundAsync(address.ScriptPubKey, 150_000);
        await world.RelayAsync(payment);
        await owner.AwaitAsync(it => it == Nothing with { Incoming = Money.Satoshis(world.ShowsIncoming ? 150_000L : 0L) });
        Assert.IsType<SendResult.InsufficientFunds>(await owner.SendAsync(40_000));

        await world.MineAsync();
        await owner.AwaitAsync(it => it == Nothing with { Spendable = Money.Satoshis(150_000L) });
        Assert.NotEqual(address, (await owner.Wallet.AddressAsync()).Address);
    }

    [Fact]
    public async Task What_was_mined_before_anybody_looked_is_found()
    {
        await using var world = await StartAsync();
        await using var owner = await Owner.NewAsync(world);
        await PayAsync(world, (await owner.Wallet.AddressAsync()).Address.ScriptPubKey, 70_000);
        await PayAsync(world, (await owner.Wallet.AddressAsync(WalletPurpose.Bip44)).Address.ScriptPubKey, 60_000);
        await owner.AwaitAsync(it => it.Spendable.Satoshi == 130_000);
    }

    [Fact]
    public async Task What_waited_to_be_mined_before_anybody_looked_is_found_when_it_is()
    {
        await using var world = await StartAsync();
        await using var owner = await Owner.NewAsync(world);
        await world.RelayAsync(await world.FundAsync((await owner.Wallet.AddressAsync()).Address.ScriptPubKey, 70_000));
        Assert.Equal(Money.Zero, (await owner.BalanceAsync()).Spendable);
        await world.MineAsync();
        await owner.AwaitAsync(it => it.Spendable.Satoshi == 70_000);
    }

    [Fact]
    public async Task Spending_leaves_change_that_comes_back_with_the_block()
    {
        await using var world = await StartAsync();
        await using var owner = await Owner.NewAsync(world);
        await PayAsync(world, (await owner.Wallet.AddressAsync()).Address.ScriptPubKey, 150_000);
        await owner.AwaitAsync(it => it.Spendable.Satoshi == 150_000);

        var sent = Assert.IsType<SendResult.Sent>(await owner.SendAsync(40_000));
        await owner.AwaitAsync(it => it.Spendable == Money.Zero && it.BeingSpent.Satoshi == 150_000);
        await world.MineAsync();
        await owner.AwaitAsync(it => it == Nothing with { Spendable = Money.Satoshis(110_000L) - sent.Fee });
        Assert.Equal(40_000, (await world.Chain.GetUnspentAsync(owner.Target.OutPointIn(sent.Transaction), s_ct))!.Output.Value.Satoshi);

        var all = Assert.IsType<SendResult.Sent>(await owner.SendAsync(null));
        Assert.Single(all.Transaction.Outputs);
        await world.MineAsync();
        await owner.AwaitAsync(it => it == Nothing);
    }

    [Fact]
    public async Task The_words_alone_bring_back_all_that_there_is_far_addresses_too()
    {
        await using var world = await StartAsync();
        await using var owner = await Owner.NewAsync(world);
        await PayAsync(world, (await owner.Wallet.AddressAsync()).Address.ScriptPubKey, 80_000);
        await PayAsync(world, (await owner.Wallet.AddressAsync(WalletPurpose.Bip44)).Address.ScriptPubKey, 30_000);
        await PayAsync(world, owner.ScriptAt(new AddressPath(AddressPath.Receiving, 950)), 20_000);
        await owner.AwaitAsync(it => it.Spendable.Satoshi == 130_000);

        await using var again = await Owner.RestoreAsync(world, owner.Words);
        await again.AwaitAsync(it => it.Spendable.Satoshi == 130_000);
        var all = Assert.IsType<SendResult.Sent>(await again.SendAsync(null));
        Assert.Equal(3, all.Transaction.Inputs.Count);
        await owner.AwaitAsync(it => it.Spendable == Money.Zero && it.BeingSpent.Satoshi == 130_000);
    }

    [Fact]
    public async Task Money_whose_payer_took_it_back_is_shown_no_more()
    {
        await using var world = await StartAsync();
        await using var owner = await Owner.NewAsync(world);
        await owner.BalanceAsync();
        var payment = await world.FundAsync((await owner.Wallet.AddressAsync()).Address.ScriptPubKey, 150_000);
        await world.RelayAsync(payment);
        await owner.AwaitAsync(it => it.Incoming.Satoshi == (world.ShowsIncoming ? 150_000 : 0));
        await world.RelayAsync(await world.DoubleSpendAsync(payment));
        await owner.AwaitAsync(it => it == Nothing);
    }

    [Fact]
    public async Task A_coin_whose_block_was_reorganised_away_cannot_be_spent()
    {
        await using var world = await StartAsync();
        await using var owner = await Owner.NewAsync(world);
        await PayAsync(world, (await owner.Wallet.AddressAsync()).Address.ScriptPubKey, 150_000);
        await owner.AwaitAsync(it => it.Spendable.Satoshi == 150_000);
        await world.ReorganizeAsync(1, 2);
        await owner.AwaitAsync(it => it.Spendable == Money.Zero);
        await world.MineAsync();
        await owner.AwaitAsync(it => it.Spendable.Satoshi == 150_000);
    }

    [Fact]
    public async Task A_single_output_is_found_where_it_stands_and_nothing_else_there()
    {
        await using var world = await StartAsync();
        var address = new OpenAddress();
        var payment = await world.FundAsync(address.ScriptPubKey, 100_000);
        WantedOutput[] wanted = [new(address.ScriptPubKey, address.OutPointIn(payment))];
        var finder = world.NewFinder();
        Assert.Empty(await finder.FindAsync([], wanted, s_ct));
        await world.RelayAsync(payment);
        await world.MineAsync();
        await AwaitTipAsync(world);
        var found = Assert.Single(await finder.FindAsync([], wanted, s_ct));
        Assert.Equal((address.OutPointIn(payment), 100_000L, await world.HeightAsync(), false), (found.OutPoint, found.Output.Value.Satoshi, found.Height, found.IsBeingSpent));
        Assert.Empty(await finder.FindAsync([], [new(new OpenAddress().ScriptPubKey, address.OutPointIn(payment))], s_ct));

        await world.RelayAsync(address.Spend(payment));
        Assert.True(Assert.Single(await finder.FindAsync([], wanted, s_ct)).IsBeingSpent);
        await world.MineAsync();
        await AwaitTipAsync(world);
        Assert.Empty(await finder.FindAsync([], wanted, s_ct));
    }

    [Fact]
    public async Task A_merchant_finds_and_sweeps_his_payouts_from_the_seed_alone()
    {
        await using var world = await StartAsync();
        var account = new MerchantKeys(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32), Network.RegTest).Payouts;
        foreach (var (index, value) in ((uint, long)[])[(0, 40_000), (60, 30_000), (5_500, 20_000)])
            await PayAsync(world, account.Public.ScriptAt(new AddressPath(AddressPath.Receiving, index)), value);
        await AwaitTipAsync(world);

        var payouts = new MerchantPayouts([account], world.Chain, world.NewFinder());
        Assert.Equal([(0u, 40_000L), (60u, 30_000L), (5_500u, 20_000L)], (await payouts.FindAsync(s_ct)).Select(it => (it.Owner!.Value.Path.Index, it.Output.Value.Satoshi)));
        var home = new OpenAddress();
        var swept = Assert.Single(await payouts.SweepAsync(home.ScriptPubKey, s_feeRate, isTrial: false, s_ct));
        Assert.Equal((3, true), (swept.Transaction.Inputs.Count, swept.Outcome!.IsKnown));
        Assert.All(await payouts.FindAsync(s_ct), it => Assert.True(it.IsBeingSpent));
        await world.MineAsync();
        await AwaitTipAsync(world);
        Assert.Empty(await payouts.FindAsync(s_ct));
        Assert.Equal(90_000, (swept.Paid + swept.Fee).Satoshi);
    }

    [Fact]
    public async Task While_the_node_is_down_no_balance_is_told()
    {
        await using var world = await StartAsync();
        if (world.NoOutages is not null) return;
        await using var owner = await Owner.NewAsync(world);
        await PayAsync(world, (await owner.Wallet.AddressAsync()).Address.ScriptPubKey, 150_000);
        await owner.AwaitAsync(it => it.Spendable.Satoshi == 150_000);
        await world.StopNodeAsync();
        await Assert.ThrowsAsync<ChainUnavailableException>(() => owner.BalanceAsync());
        await world.StartNodeAsync();
        await owner.AwaitAsync(it => it.Spendable.Satoshi == 150_000);
    }

    private static WalletBalance Nothing { get; } = new(Money.Zero, Money.Zero, Money.Zero, Money.Zero, Money.Zero, Money.Zero);

    private static async Task PayAsync(IStoryWorld world, Script script, long satoshi)
    {
        await world.RelayAsync(await world.FundAsync(script, satoshi));
        await world.MineAsync();
    }

    /// <summary>Some backends are told of a block a moment after it was mined.</summary>
    private static async Task AwaitTipAsync(IStoryWorld world)
    {
        for (var tries = 0; (await world.Chain.GetTipAsync(s_ct)).Height != await world.HeightAsync(); tries++)
        {
            Assert.True(tries < Tries, "The backend does not see the block");
            await world.Chain.WaitAsync(s_ct);
        }
    }

    /// <summary>A customer with nothing but his wallet, in a folder of his own.</summary>
    private sealed class Owner : IAsyncDisposable
    {
        private readonly string _folder;
        private readonly IStoryWorld _world;
        private readonly Customer _customer;

        private Owner(string folder, IStoryWorld world, Customer customer) => (_folder, _world, _customer) = (folder, world, customer);

        public CustomerWallet Wallet => _customer.Wallet!;

        public string Words => CustomerSeed.ReadWords(DataIn(_folder))!;

        /// <summary>Where it sends to.</summary>
        public OpenAddress Target { get; } = new();

        public static async Task<Owner> NewAsync(IStoryWorld world)
        {
            var owner = await OpenAsync(Directory.CreateTempSubdirectory("btcchannels-").FullName, world);
            Assert.True(await owner.Wallet.MakeAsync());
            return owner;
        }

        public static async Task<Owner> RestoreAsync(IStoryWorld world, string words)
        {
            var folder = Directory.CreateTempSubdirectory("btcchannels-").FullName;
            Assert.Null(CustomerSeed.Restore(DataIn(folder), words));
            var owner = await OpenAsync(folder, world);
            await owner.Wallet.MakeAsync();
            return owner;
        }

        public Script ScriptAt(AddressPath path)
        {
            Assert.True(SeedWords.TryRead(Words, out var seed, out _));
            return new WalletKeys(seed, Network.RegTest).Account(WalletPurpose.Bip84).ScriptAt(path);
        }

        public Task<WalletBalance> BalanceAsync() => Wallet.BalanceAsync(s_ct);

        /// <param name="satoshi">Null for all.</param>
        public Task<SendResult> SendAsync(long? satoshi) => Wallet.SendAsync(Target.ScriptPubKey, satoshi is { } some ? Money.Satoshis(some) : null, s_feeRate, s_ct);

        public async Task AwaitAsync(Predicate<WalletBalance> isReached)
        {
            var balance = await BalanceAsync();
            for (var tries = 0; !isReached(balance) || (await _world.Chain.GetTipAsync(s_ct)).Height != await _world.HeightAsync(); tries++)
            {
                Assert.True(tries < Tries, $"It is {balance}");
                await _world.Chain.WaitAsync(s_ct);
                balance = await BalanceAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _customer.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }

        private static string DataIn(string folder) => Path.Combine(folder, "customer");

        private static async Task<Owner> OpenAsync(string folder, IStoryWorld world) =>
            new(folder, world, await Customer.OpenAsync(new CustomerOptions { DataFolder = DataIn(folder), Chain = world.Chain, Coins = world.NewFinder() }, s_ct));
    }
}

using BtcChannels.Chain;
using BtcChannels.Client;
using BtcChannels.Storage;
using NBitcoin;

namespace BtcChannels.Tests.Client;

public class CustomerWalletTests
{
    private static readonly Script Elsewhere = Rig.NewScript();

    [Fact]
    public async Task An_address_stays_the_same_until_something_was_seen_there()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync();
        var first = await rig.Customer.Wallet!.AddressAsync();
        await rig.RestartAsync();
        Assert.Equal(first.Address, (await rig.Customer.Wallet!.AddressAsync()).Address);
        rig.PayTo(first.Address.ScriptPubKey, 1_000);
        await rig.Customer.Wallet.BalanceAsync();
        Assert.NotEqual(first.Address, (await rig.Customer.Wallet.AddressAsync()).Address);
    }

    [Fact]
    public async Task Addresses_that_other_wallets_would_not_find_are_told_as_such()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync();
        var given = new List<WalletAddress>();
        for (var i = 0; i < 21; i++) given.Add(await rig.Customer.Wallet!.AddressAsync(isNew: true));
        Assert.Equal(21, given.Select(it => it.Address).Distinct().Count());
        Assert.Equal(20, given.Count(it => !it.IsBeyondGap));
        rig.PayTo(given[20].Address.ScriptPubKey, 1_000);
        Assert.Equal(1_000, (await rig.Customer.Wallet!.BalanceAsync()).Spendable.Satoshi);
        Assert.False((await rig.Customer.Wallet.AddressAsync(isNew: true)).IsBeyondGap);
    }

    [Fact]
    public async Task Both_accounts_have_money_and_what_cannot_be_spent_is_told_apart()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(200_000);
        await rig.PayInAsync(30_000, WalletPurpose.Bip44);
        rig.Chain.Immature.Add(new OutPoint(await rig.PayInAsync(5_000), 0));
        Assert.Equal(new WalletBalance(Money.Satoshis(230_000L), Incoming: Money.Zero, Unmined: Money.Zero, Immature: Money.Satoshis(5_000L), Taken: Money.Zero, BeingSpent: Money.Zero), await rig.Customer.Wallet!.BalanceAsync());
        Assert.IsType<SendResult.Sent>(await rig.Customer.Wallet.SendAsync(Elsewhere, Money.Satoshis(190_000L)));
        var after = await rig.Customer.Wallet.BalanceAsync();
        Assert.Equal(230_000, (after.Spendable + after.BeingSpent).Satoshi);
        Assert.True(after.BeingSpent.Satoshi >= 200_000);
    }

    [Fact]
    public async Task Coins_far_from_the_last_address_given_out_are_found()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync();
        var account = new WalletKeys(ReadSeed(rig), Network.RegTest).Account(WalletPurpose.Bip84);
        rig.PayTo(account.ScriptAt(new AddressPath(AddressPath.Receiving, 950)), 7_000);
        rig.PayTo(account.ScriptAt(new AddressPath(AddressPath.Receiving, 1_800)), 6_000);
        Assert.Equal(13_000, (await rig.Customer.Wallet!.BalanceAsync()).Spendable.Satoshi);
        Assert.Equal(1_801u, (await rig.Customer.Wallet.AddressAsync()).Index);
    }

    [Fact]
    public async Task A_deposit_comes_from_the_own_wallet_and_refund_and_change_go_there()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(150_000, 60_000);
        var channel = await rig.OpenAsync();
        Assert.Empty(rig.Funded);
        var scripts = new WalletKeys(ReadSeed(rig), Network.RegTest).Accounts.SelectMany(account => account.Scripts(AddressPath.Receiving, 10).Concat(account.Scripts(AddressPath.Change, 10))).ToHashSet();
        Assert.Contains(channel.CustomerScript, scripts);
        Assert.All(channel.DepositTransaction.Outputs, output => Assert.True(output.ScriptPubKey == channel.Terms.DepositScript || scripts.Contains(output.ScriptPubKey)));
        Assert.Equal([channel.DepositTransaction.GetHash()], rig.Chain.Broadcasts.Select(it => it.GetHash()));
    }

    [Fact]
    public async Task What_a_channel_gave_back_can_be_sent_away()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(150_000);
        var channel = await rig.OpenAsync();
        await rig.ConfirmAsync(channel);
        rig.PassExpiry(channel);
        await rig.Customer.SyncAsync();
        rig.Chain.Mine((await rig.ReadAsync(channel)).Refund);
        var sent = Assert.IsType<SendResult.Sent>(await rig.Customer.Wallet!.SendAsync(Elsewhere, null));
        Assert.Contains(sent.Transaction.Inputs, input => input.PrevOut.Hash == channel.Refund.GetHash());
        Assert.Equal(150_000 - (channel.Deposit.Value - channel.Refund.TotalOut).Satoshi, sent.Paid.Satoshi + sent.Fee.Satoshi + DepositFee(channel));
    }

    [Fact]
    public async Task Coins_of_a_deposit_that_is_not_out_yet_are_used_by_no_other()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(200_000, 200_000);
        rig.Merchant.Before = (path, _) => path == "channels" ? throw FakeMerchant.LostReply() : null;
        var first = Assert.IsType<OpenResult.Unanswered>(await rig.TryOpenAsync()).Prepared!;
        await rig.RestartAsync();
        var second = Assert.IsType<OpenResult.Unanswered>(await rig.TryOpenAsync()).Prepared!;
        Assert.Empty(Coins(first).Intersect(Coins(second)));
        Assert.IsType<OpenResult.InsufficientFunds>(await rig.TryOpenAsync());
        Assert.Equal(400_000, (await rig.Customer.Wallet!.BalanceAsync()).Taken.Satoshi);
        Assert.IsType<SendResult.InsufficientFunds>(await rig.Customer.Wallet.SendAsync(Elsewhere, null));
    }

    [Fact]
    public async Task Coins_of_a_deposit_that_a_merchant_refused_are_free_again()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(150_000);
        rig.Merchant.Before = (path, _) => path == "channels" ? FakeMerchant.Problem(System.Net.HttpStatusCode.Conflict, "offer-used") : null;
        Assert.IsType<OpenResult.Refused>(await rig.TryOpenAsync());
        rig.Merchant.Before = (_, _) => null;
        Assert.IsType<OpenResult.Opened>(await rig.TryOpenAsync());
    }

    [Fact]
    public async Task Openings_at_once_share_no_coin()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync([.. Enumerable.Repeat(200_000L, 6)]);
        var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => rig.OpenAsync()));
        Assert.Equal(6, opened.SelectMany(Coins).Distinct().Count());   // one each, which leaves a sensible change
    }

    [Fact]
    public async Task Change_that_waits_to_be_mined_pays_where_the_rest_is_not_enough()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(1_000_000);
        var first = await rig.OpenAsync();
        Assert.True((await rig.Customer.Wallet!.BalanceAsync()) is { Spendable.Satoshi: 0, Unmined.Satoshi: > 890_000 });
        var second = await rig.OpenAsync();
        Assert.Equal([first.DepositTransaction.GetHash()], Coins(second).Select(coin => coin.Hash));
    }

    [Fact]
    public async Task Coins_that_would_make_a_deposit_malleable_come_after_the_others()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(150_000);
        await rig.PayInAsync(101_900, WalletPurpose.Bip44);   // would fit better
        Assert.All((await rig.OpenAsync()).DepositTransaction.Inputs, input => Assert.Empty(input.ScriptSig.ToBytes()));
        Assert.NotEmpty(Assert.Single((await rig.OpenAsync()).DepositTransaction.Inputs).ScriptSig.ToBytes());
    }

    [Fact]
    public async Task What_is_sent_arrives_at_the_rate_that_was_asked_for()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(150_000);
        var sent = Assert.IsType<SendResult.Sent>(await rig.Customer.Wallet!.SendAsync(Elsewhere, Money.Satoshis(20_000L), new FeeRate(Money.Satoshis(7_000L))));
        Assert.Equal(20_000, sent.Transaction.Outputs.Single(output => output.ScriptPubKey == Elsewhere).Value.Satoshi);
        Assert.InRange(sent.Fee.Satoshi, 7 * sent.Transaction.GetVirtualSize(), 7 * (sent.Transaction.GetVirtualSize() + 6));
    }

    [Fact]
    public async Task What_nobody_relays_is_not_sent()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(150_000);
        Assert.Equal(new SendResult.BelowDust(Money.Satoshis(294L)), await rig.Customer.Wallet!.SendAsync(Elsewhere, Money.Satoshis(293L)));
        Assert.IsType<SendResult.InsufficientFunds>(await rig.Customer.Wallet.SendAsync(Elsewhere, Money.Satoshis(150_000L)));
        Assert.Empty(rig.Chain.Broadcasts);
    }

    [Fact]
    public async Task Coins_of_what_the_node_does_not_take_are_free_again()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(150_000);
        rig.Chain.OnBroadcast = _ => new BroadcastOutcome.FeeTooLow("min relay fee not met");
        Assert.IsType<SendResult.NotTaken>(await rig.Customer.Wallet!.SendAsync(Elsewhere, Money.Satoshis(20_000L)));
        rig.Chain.OnBroadcast = _ => new BroadcastOutcome.InMempool();
        Assert.IsType<SendResult.Sent>(await rig.Customer.Wallet.SendAsync(Elsewhere, Money.Satoshis(20_000L)));
    }

    [Fact]
    public async Task What_may_have_been_sent_is_named_and_its_coins_are_kept()
    {
        await using var rig = await Rig.StartAsync();
        await rig.MakeWalletAsync(150_000);
        Transaction? lost = null;
        rig.Chain.OnBroadcast = transaction =>
        {
            lost = transaction;
            throw new ChainUnavailableException("The line is cut");
        };
        var away = await Assert.ThrowsAsync<ChainUnavailableException>(() => rig.Customer.Wallet!.SendAsync(Elsewhere, Money.Satoshis(20_000L)));
        Assert.Contains(lost!.GetHash().ToString(), away.Message, StringComparison.Ordinal);
        Assert.IsType<SendResult.InsufficientFunds>(await rig.Customer.Wallet!.SendAsync(Elsewhere, Money.Satoshis(20_000L)));
    }

    [Fact]
    public async Task Without_a_wallet_deposits_come_from_where_they_came_from()
    {
        await using var rig = await Rig.StartAsync();
        await rig.OpenAsync();
        Assert.Single(rig.Funded);
        await Assert.ThrowsAsync<WalletException>(() => rig.Customer.Wallet!.BalanceAsync());
        await Assert.ThrowsAsync<WalletException>(() => rig.Customer.Wallet!.AddressAsync());
    }

    [Fact]
    public async Task A_wallet_is_made_once()
    {
        await using var rig = await Rig.StartAsync();
        Assert.True(await rig.Customer.Wallet!.MakeAsync());
        Assert.False(await rig.Customer.Wallet.MakeAsync());
    }

    private static byte[] ReadSeed(Rig rig)
    {
        using var seed = SeedFile.Read(rig.Options.DataFolder)!;
        return seed.Bytes.ToArray();
    }

    private static IEnumerable<OutPoint> Coins(CustomerChannel channel) => channel.DepositTransaction.Inputs.Select(input => input.PrevOut);

    private static long DepositFee(CustomerChannel channel) => 150_000 - channel.DepositTransaction.TotalOut.Satoshi;
}
